"""Flyte's published orchestration benchmark: what the engine takes for leaves that it sleeps itself, for no time.

    python -m bench.orchestration [--swarm RUNS]

The stock flytekit draws the graphs; what is measured begins when it has, and ends with the execution.
"""

import argparse
import re
import tempfile
import time
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

from bench.measure import Figure
from bench.runs import DATABASE, WORKLOADS
from bench.stock import knowing_the_stock
from tests.live import LivePlatform, until

_START = """
import sys
from flytekit.configuration import Config
from flytekit.remote import FlyteRemote
endpoint, name, leaves, runs = sys.argv[1:]
remote = FlyteRemote(
    Config.for_endpoint(endpoint, insecure=True), default_project="flytesnacks", default_domain="development"
)
plan = remote.fetch_launch_plan(name=f"orchestration.{name}", version="bench")
for _ in range(int(runs)):
    print(remote.execute(plan, inputs={"leaves": int(leaves)}).id.name)
"""


def figures() -> list[Figure]:
    """Measure a fan-out of 6,000 and a chain of 500."""
    with tempfile.TemporaryDirectory(prefix="flyweight-bench-") as folder:
        platform = knowing_the_stock(Path(folder), "orchestration.py")
        try:
            taken(platform, start(platform, "fan_out_wf", 10)[0])  # warms up what draws
            fan_out = taken(platform, start(platform, "fan_out_wf", 6000)[0])
            chain = taken(platform, start(platform, "chain_wf", 500)[0])
        finally:
            platform.stop()
    return [
        Figure(name="orchestration: fan-out of 6,000", unit="s", ours=fan_out, goal=3),
        Figure(name="orchestration: chain of 500", unit="s", ours=chain, goal=1),
    ]


def swarm(runs: int) -> list[Figure]:
    """Measure so many runs of 2,000 leaves at once: the server's memory at its highest, and the time of all."""
    with tempfile.TemporaryDirectory(prefix="flyweight-bench-") as folder:
        platform = knowing_the_stock(Path(folder), "orchestration.py")
        try:
            begun = time.monotonic()
            for name in start(platform, "fan_out_wf", 2000, runs):
                taken(platform, name)
            seconds = time.monotonic() - begun
            assert platform.process is not None
            status = Path(f"/proc/{platform.process.pid}/status").read_text()
            highest = int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024
        finally:
            platform.stop()
    title = f"orchestration: swarm of {runs * 2000:,}"
    return [
        Figure(name=f"{title}, the server's memory", unit="MB", ours=highest, goal=1500),
        Figure(name=f"{title}, drawing too", unit="s", ours=seconds),
    ]


def start(platform: LivePlatform, workflow: str, leaves: int, runs: int = 1) -> list[str]:
    """Start executions; gives their names."""
    arguments = platform.endpoint, workflow, str(leaves), str(runs)
    return platform.stock("python", "-c", _START, *arguments, cwd=WORKLOADS).stdout.split()


def taken(platform: LivePlatform, execution: str) -> float:
    """Wait for an execution's end; gives the seconds from the end of the drawing to its own."""
    query = (
        "select e.phase, e.error, (e.ended_at - a.ended_at) / 1e6 "
        "from executions e join attempts a on a.execution = e.key "
        "where e.name = ? and e.ended_at > 0 and a.node = 'n0' order by a.attempt desc"
    )
    found: list[tuple[int, bytes, float]] = []

    def ended() -> bool:
        with closing(connect(f"file:{platform.data_dir}/{DATABASE}?mode=ro", uri=True, timeout=10)) as database:
            found[:] = database.execute(query, (execution,)).fetchall()
        return bool(found)

    until(ended, f"{execution} ends", deadline=1800)
    phase, error, seconds = found[0]
    assert phase == 4, f"{execution} ended in phase {phase}: {error!r}"
    return seconds


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--swarm", type=int, default=0, help="so many runs of 2,000 leaves, and nothing else")
    options = parser.parse_args()
    for figure in swarm(options.swarm) if options.swarm else figures():
        print(f"{figure.name}: {figure.ours:.2f} {figure.unit}" + ("" if figure.holds else f", goal {figure.goal:g}"))
