"""``kill -9`` of the platform and of workers in the middle of a run of 200 tasks: it ends, and nothing is lost or doubled."""

import os
import random
import re
import signal
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from flyweight.engine.phases import AttemptPhase, ExecutionPhase, NodePhase
from tests.live import LivePlatform, alive, descendants, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
PROGRAMS = Path(__file__).parent / "programs"
TASKS = 201
RESULT = sum(chain + 10 for chain in range(20))


def rows(platform: LivePlatform, query: str) -> list[tuple]:
    with sqlite3.connect(f"file:{platform.data_dir}/flyweight.db?mode=ro", uri=True, timeout=10) as database:
        return database.execute(query).fetchall()


def succeeded(platform: LivePlatform) -> int:
    return rows(platform, f"select count(*) from attempts where phase = {AttemptPhase.SUCCEEDED.value}")[0][0]


def start_grid(platform: LivePlatform) -> str:
    done = platform.run("run", "--remote", "grid.py", "grid", cwd=PROGRAMS)
    name = re.search(r"/executions/([a-z0-9-]+)", done.stdout)
    assert name, done.stdout
    return name[1]


def check_end(platform: LivePlatform, name: str) -> None:
    until(
        lambda: rows(platform, f"select 1 from executions where name = '{name}' and ended_at > 0"),
        f"{name} ends",
        deadline=90,
    )
    phase, outputs = rows(platform, f"select phase, outputs from executions where name = '{name}'")[0]
    assert phase == ExecutionPhase.SUCCEEDED.value
    assert outputs
    attempts = Counter(
        node for (node,) in rows(platform, f"select node from attempts where phase = {AttemptPhase.SUCCEEDED.value}")
    )
    assert len(attempts) == TASKS
    assert set(attempts.values()) == {1}, "a success is recorded once"
    open_attempts = (AttemptPhase.QUEUED.value, AttemptPhase.RUNNING.value)
    assert not rows(platform, f"select * from attempts where phase in {open_attempts}")
    unfinished = (NodePhase.QUEUED.value, NodePhase.RUNNING.value)
    assert not rows(platform, f"select * from node_executions where phase in {unfinished}")


@pytest.mark.parametrize("seed", range(3))
def test_the_platform_killed_again_and_again_in_one_run(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    platform = LivePlatform(tmp_path / "data")
    platform.start()
    name = start_grid(platform)
    for goal in sorted(chance.sample(range(5, 190), 4)):
        until(lambda goal=goal: succeeded(platform) >= goal, f"{goal} tasks done", deadline=60)
        platform.kill()
        platform.start()
    check_end(platform, name)
    data = platform.get(f"/api/v1/data/executions/flytesnacks/development/{name}")
    assert data["fullOutputs"]["literals"]["o0"]["scalar"]["primitive"]["integer"] == str(RESULT)
    platform.stop()


def test_workers_killed_again_and_again_in_one_run(tmp_path: Path) -> None:
    chance = random.Random(7)
    platform = LivePlatform(tmp_path / "data", flags=["--workers", "4"])
    platform.start()
    assert platform.process is not None
    name = start_grid(platform)
    killed = 0
    for goal in sorted(chance.sample(range(5, 190), 3)):
        until(lambda goal=goal: succeeded(platform) >= goal, f"{goal} tasks done", deadline=60)
        workers = [pid for pid in descendants(platform.process.pid) if alive(pid)]
        victim = chance.choice(workers)
        os.kill(victim, signal.SIGKILL)
        killed += 1
    assert killed == 3
    check_end(platform, name)
    platform.stop()
