"""Workers never outlive their platform: it is killed with SIGKILL while attempts run, and the kernel takes them along."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXECUTORS = Path(__file__).parents[1] / "unit" / "executors"

PLATFORM = """
import asyncio, sys
from pathlib import Path
from jobs import job, running_pool, template

async def main(folder):
    async with running_pool(folder, slots=2, spares=2) as (pool, reports):
        pool.start(job(template("stubborn", str(folder / "mark")), "n0"))
        pool.start(job(template("surroundings", str(folder / "n1")), "n1"))
        await reports.end("n1")
        while not (folder / "mark").exists():
            await asyncio.sleep(0.01)
        print(*(worker.pid for worker in pool._crew.members), flush=True)
        await asyncio.Event().wait()

asyncio.run(main(Path(sys.argv[1])))
"""


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.slow
async def test_busy_and_idle_workers_end_when_the_platform_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PLATFORM, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(EXECUTORS)},
    ) as platform:
        assert platform.stdout is not None
        try:
            pids = [int(word) for word in platform.stdout.readline().split()]
            assert len(pids) >= 2
            assert all(running(pid) for pid in pids)
        finally:
            platform.kill()
    async with asyncio.timeout(10):
        while any(running(pid) for pid in pids):
            await asyncio.sleep(0.01)
