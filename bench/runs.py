"""What the platform takes: its start, its memory, one task from submit to result, a fan-out, a chain."""

import statistics
import time
from pathlib import Path
from typing import Any

from bench.measure import Figure, proportional_memory
from tests.live import LivePlatform, descendants

WORKLOADS = Path(__file__).parent / "workloads"


def start(folder: Path) -> tuple[LivePlatform, list[Figure]]:
    """Start a platform on an empty folder, and again on what it left; then weigh it at rest."""
    platform = LivePlatform(folder / "data")
    timed = []
    for _ in range(4):
        begun = time.perf_counter()
        platform.start()
        timed.append(time.perf_counter() - begun)
        platform.stop()
    platform.start()
    assert platform.process is not None
    time.sleep(3)  # at rest: spare workers are up
    pids = [platform.process.pid, *descendants(platform.process.pid)]
    return platform, [
        Figure(name="first start (empty folder)", unit="s", ours=timed[0], goal=1.5),
        Figure(name="start", unit="s", ours=statistics.median(timed[1:]), goal=1.5),
        Figure(name="idle memory, all processes", unit="MB", ours=proportional_memory(pids), goal=200),
    ]


def one_task(remote: Any, task: Any, *, rounds: int = 200) -> list[Figure]:
    """Submit to result in the client's hand, warm, one after the other."""
    timed = []
    for number in range(rounds + 20):
        begun = time.perf_counter()
        execution = remote.execute(task, inputs={"number": number}, wait=True)
        assert execution.outputs["o0"] == number
        timed.append((time.perf_counter() - begun) * 1000)
    warm = sorted(timed[20:])
    return [
        Figure(name="one task, submit to result, p50", unit="ms", ours=warm[len(warm) // 2], goal=20),
        Figure(name="one task, submit to result, p95", unit="ms", ours=warm[int(len(warm) * 0.95)]),
    ]


def shape(remote: Any, workflow: Any, *, tasks: int, result: int, rounds: int = 5) -> float:
    """Run a workflow a few times; median seconds from submit to result in the client."""
    timed = []
    for _ in range(rounds + 1):
        begun = time.perf_counter()
        execution = remote.execute(workflow, inputs={}, wait=True)
        timed.append(time.perf_counter() - begun)
        assert execution.outputs["o0"] == result, tasks
    return statistics.median(timed[1:])


def local_chain(python: str, module: str, *, rounds: int = 3) -> float:
    """Milliseconds a task call costs in a local run of a chain of 200."""
    import os
    import subprocess

    script = f"""
import sys, time
import {module} as fk
@fk.task
def nothing(number: int) -> int:
    return number
@fk.workflow
def chain() -> int:
    number = nothing(number=0)
    for _ in range(199):
        number = nothing(number=number)
    return number
chain()
taken = []
for _ in range({rounds}):
    t = time.perf_counter(); chain(); taken.append(time.perf_counter() - t)
print(sorted(taken)[len(taken) // 2] * 1000 / 200)
"""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "local_chain.py"
        program.write_text(script)
        environment = {**os.environ, "FLYTE_SDK_LOGGING_LEVEL": "40"}
        done = subprocess.run([python, program], env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])
