"""Stock tasks as forks of a process that has imported flytekit: what a cold command would do, without its import."""

import asyncio
import os
import sys
import tarfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from flyteidl.core import identifier_pb2, interface_pb2, literals_pb2, tasks_pb2

from flyweight import literals
from flyweight.clock import SystemClock
from flyweight.containers.environments import Environments
from flyweight.engine.jobs import Cancelled, Failed, Job, Report, Started, Succeeded, Template
from flyweight.executors.command import CommandExecutor, CommandOptions
from flyweight.executors.slots import Slots
from flyweight.ids import AttemptId, ExecutionKey, NodeId
from flyweight.semantics.layout import ExecutionLayout

STOCK = Path(__file__).resolve().parents[2] / ".interop" / "venv" / "bin" / "python"

pytestmark = [
    pytest.mark.interop,
    pytest.mark.slow,
    pytest.mark.skipif(not STOCK.exists(), reason="no stock flytekit here: tests/parts.sh installs it"),
]

PROGRAM = """
import atexit, os, pathlib, random, threading, time
import numpy
from flytekit import FlyteContextManager, current_context, task

@task
def add(x: int) -> int:
    print("parent", os.getppid())
    return x + 1

@task
def boom(x: int) -> int:
    raise ValueError("no such column")

@task
def draw(x: int) -> float:
    return float(numpy.random.random())

@task
def late(x: int) -> int:
    atexit.register(print, "goodbye")
    threading.Thread(target=lambda: (time.sleep(0.2), print("thread done"))).start()
    return x

@task
def place(x: int) -> str:
    name = FlyteContextManager.current_context().file_access.get_random_string()
    return f"{current_context().working_directory} {name}"

@task
def sleep(x: int) -> int:
    time.sleep(1000)
    return x
"""


@asynccontextmanager
async def executor(folder: Path, python: Path = STOCK) -> AsyncGenerator[tuple[CommandExecutor, asyncio.Queue[Report]]]:
    options = CommandOptions(
        environments=Environments({"default": str(python)}),
        folder=folder / "scratch",
        logs=folder / "logs",
        variables=dict(os.environ),
        grace=0.5,
    )
    running = CommandExecutor(options, Slots(2), SystemClock())
    reports: asyncio.Queue[Report] = asyncio.Queue()
    await running.open(reports.put_nowait)
    try:
        yield running, reports
    finally:
        await running.close()


def stock_job(folder: Path, name: str, number: int = 0) -> Job:
    archive = folder / "fast0.tar.gz"
    if not archive.exists():
        (folder / "program.py").write_text(PROGRAM)
        with tarfile.open(archive, "w:gz") as target:
            target.add(folder / "program.py", "program.py")
    task = tasks_pb2.TaskTemplate(
        id=identifier_pb2.Identifier(project="p", domain="d", name=f"program.{name}", version="v"),
        container=tasks_pb2.Container(
            image="cr.flyte.org/flyteorg/flytekit:py3.11",
            args=[
                *("pyflyte-fast-execute", "--additional-distribution", f"file://{archive}", "--dest-dir", ".", "--"),
                *("pyflyte-execute", "--inputs", "{{.input}}", "--output-prefix", "{{.outputPrefix}}"),
                *("--raw-output-data-prefix", "{{.rawOutputDataPrefix}}"),
                *("--checkpoint-path", "{{.checkpointOutputPrefix}}", "--prev-checkpoint", "{{.prevCheckpointPrefix}}"),
                *("--resolver", "flytekit.core.python_auto_container.default_task_resolver", "--"),
                *("task-module", "program", "task-name", name),
            ],
        ),
    )
    task.interface.outputs.variables["o0"].CopyFrom(interface_pb2.Variable())
    value = literals_pb2.Literal(scalar=literals_pb2.Scalar(primitive=literals_pb2.Primitive(integer=7)))
    root = f"file://{folder}/data"
    return Job(
        attempt=AttemptId(ExecutionKey(1), NodeId(f"n{number}"), 0),
        template=Template(
            execution=identifier_pb2.WorkflowExecutionIdentifier(project="p", domain="d", name="e"),
            workflow="wf",
            task=task,
            layout=ExecutionLayout(metadata=root, raw=f"{root}/raw", project="p", domain="d", execution="e"),
        ),
        inputs_data=literals.to_bytes(literals.literal_map({"x": value})),
    )


async def ended(reports: asyncio.Queue[Report]) -> Succeeded | Failed | Cancelled:
    async with asyncio.timeout(40):
        while isinstance(report := await reports.get(), Started):
            pass
    return report


def result(report: Report) -> literals_pb2.Primitive:
    assert isinstance(report, Succeeded), report
    return report.outputs.literals["o0"].scalar.primitive


async def test_tasks_are_forked_from_one_process_and_fail_on_their_own(tmp_path: Path) -> None:
    async with executor(tmp_path) as (commands, reports):
        parents = set()
        for number in range(2):
            commands.start(stock_job(tmp_path, "add", number))
            end = await ended(reports)
            assert result(end).integer == 8
            assert end.usage.cpu_seconds > 0
            assert end.usage.peak_memory_bytes > 10 * 2**20
            parents.add(Path(end.log.path).read_text().strip())
        assert len(parents) == 1
        commands.start(stock_job(tmp_path, "boom", 2))
        failed = await ended(reports)
        assert "ValueError: no such column" in failed.error.message


async def test_forked_tasks_do_not_share_their_random_numbers(tmp_path: Path) -> None:
    async with executor(tmp_path) as (commands, reports):
        drawn = set()
        for number in range(3):
            commands.start(stock_job(tmp_path, "draw", number))
            drawn.add(result(await ended(reports)).float_value)
        assert len(drawn) == 3


async def test_forked_tasks_do_not_share_folders_and_names(tmp_path: Path) -> None:
    async with executor(tmp_path) as (commands, reports):
        told = []
        for number in range(2):
            commands.start(stock_job(tmp_path, "place", number))
            told.append(result(await ended(reports)).string_value.split())
        (folder, name), (other_folder, other_name) = told
        assert folder != other_folder
        assert name != other_name
        assert Path(folder).is_relative_to(tmp_path / "scratch")


async def test_a_forked_task_ends_as_python_does(tmp_path: Path) -> None:
    async with executor(tmp_path) as (commands, reports):
        commands.start(stock_job(tmp_path, "late"))
        end = await ended(reports)
        assert result(end).integer == 7
        assert Path(end.log.path).read_text().splitlines()[-2:] == ["thread done", "goodbye"]


async def test_a_cancelled_task_ends_and_the_next_one_runs(tmp_path: Path) -> None:
    async with executor(tmp_path) as (commands, reports):
        sleeping = stock_job(tmp_path, "sleep")
        commands.start(sleeping)
        assert isinstance(await reports.get(), Started)
        commands.cancel(sleeping.attempt, "not wanted")
        assert isinstance(await ended(reports), Cancelled)
        commands.start(stock_job(tmp_path, "add", 1))
        assert result(await ended(reports)).integer == 8


async def test_an_environment_without_flytekit_says_so(tmp_path: Path) -> None:
    async with executor(tmp_path, Path(sys.executable)) as (commands, reports):
        commands.start(stock_job(tmp_path, "add"))
        assert "'pyflyte-fast-execute'" in (await ended(reports)).error.message
