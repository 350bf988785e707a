"""What the platform takes: its start, its memory, one task from submit to result, a fan-out, a chain."""

import sqlite3
import statistics
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from flyteidl.core.execution_pb2 import TaskExecution

from bench.commands import environment
from bench.measure import Figure, proportional_memory
from tests.live import LivePlatform, descendants

WORKLOADS = Path(__file__).parent / "workloads"
DATABASE = "flyweight.db"

LOCAL_CHAIN = """
import time
import {module}

@{module}.task
def nothing(number: int) -> int:
    return number

@{module}.workflow
def chain() -> int:
    number = nothing(number=0)
    for _ in range(199):
        number = nothing(number=number)
    return number

chain()
taken = []
for _ in range(3):
    begun = time.perf_counter()
    chain()
    taken.append(time.perf_counter() - begun)
print(sorted(taken)[1] * 1000 / 200)
"""


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
    time.sleep(3)  # at rest: spare workers are up
    return platform, [
        Figure(name="first start (empty folder)", unit="s", ours=timed[0], goal=1.5),
        Figure(name="start", unit="s", ours=statistics.median(timed[1:]), goal=1.5),
        Figure(name="idle memory, all processes", unit="MB", ours=memory(platform), goal=200),
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
        Figure(name="one task, submit to result, p50", unit="ms", ours=warm[len(warm) // 2], goal=8),
        Figure(name="one task, submit to result, p95", unit="ms", ours=warm[int(len(warm) * 0.95)]),
    ]


def shape(remote: Any, platform: LivePlatform, workflow: Any, *, tasks: int, result: int, rounds: int = 5) -> float:
    """Run a workflow a few times; median seconds from submit to result in the client.

    When the result is in the client's hand, each task's success must stand in the database, with its worker's name.
    """
    timed = []
    for _ in range(rounds + 1):
        begun = time.perf_counter()
        execution = remote.execute(workflow, inputs={}, wait=True)
        timed.append(time.perf_counter() - begun)
        assert execution.outputs["o0"] == result
        assert recorded(platform, execution.name) == tasks
    return statistics.median(timed[1:])


def recorded(platform: LivePlatform, execution: str) -> int:
    """Count the attempts that an execution's rows say have succeeded in a worker process."""
    query = """
        SELECT count(*) FROM attempts JOIN executions ON executions.key = attempts.execution
        WHERE executions.name = ? AND attempts.phase = ? AND attempts.worker LIKE 'worker-%'
    """
    with closing(connect(platform)) as connection:
        return int(connection.execute(query, (execution, TaskExecution.SUCCEEDED)).fetchone()[0])


def connect(platform: LivePlatform) -> sqlite3.Connection:
    """Open a platform's database for reading, from outside."""
    return sqlite3.connect(f"file:{platform.data_dir / DATABASE}?mode=ro", uri=True)


def memory(platform: LivePlatform) -> float:
    """Weigh all of a platform's processes: megabytes."""
    assert platform.process is not None
    return proportional_memory([platform.process.pid, *descendants(platform.process.pid)])


def local_chain(python: str, module: str) -> float:
    """Milliseconds that a task call costs in a local run of a chain of 200, once warm."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "local_chain.py"
        program.write_text(LOCAL_CHAIN.format(module=module))
        done = subprocess.run([python, program], env=environment(), capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])
