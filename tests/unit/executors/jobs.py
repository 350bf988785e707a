"""Jobs and pools for tests: real worker processes, a runner that does what the job's arguments say."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flyteidl.core import identifier_pb2, literals_pb2, tasks_pb2

from flyweight import literals
from flyweight.clock import SystemClock
from flyweight.containers.environments import Environments
from flyweight.engine.jobs import Cancelled, DeckPublished, Failed, Job, Report, Started, Succeeded, Template
from flyweight.executors.pool import PoolOptions, WorkerPool
from flyweight.executors.slots import Slots
from flyweight.ids import AttemptId, ExecutionKey, NodeId
from flyweight.semantics.layout import ExecutionLayout

PROGRAMS = Path(__file__).parent / "programs"


def integer(value: int) -> literals_pb2.Literal:
    return literals_pb2.Literal(scalar=literals_pb2.Scalar(primitive=literals_pb2.Primitive(integer=value)))


def template(*loader_args: str, bundle: str = "", limit: str = "", flavor: str = "flyweight") -> tasks_pb2.TaskTemplate:
    task = tasks_pb2.TaskTemplate(
        id=identifier_pb2.Identifier(project="p", domain="d", name="module.task", version="v1"),
        container=tasks_pb2.Container(
            image="image:1",
            args=[
                *("python", "-m", "flyweight.runtime.execute", "--inputs", "{{.input}}"),
                *("--output-prefix", "{{.outputPrefix}}"),
                *(("--bundle", bundle) if bundle else ()),
                *("--resolver", "some.resolver", "--", *loader_args),
            ],
        ),
    )
    task.metadata.runtime.flavor = flavor
    if limit:
        task.container.resources.limits.add(name=tasks_pb2.Resources.MEMORY, value=limit)
    return task


def job(task: tasks_pb2.TaskTemplate, node: str = "n0", *, execution: int = 1, root: str = "file:///nowhere") -> Job:
    name = f"e{execution}"
    return Job(
        attempt=AttemptId(ExecutionKey(execution), NodeId(node), 0),
        template=Template(
            execution=identifier_pb2.WorkflowExecutionIdentifier(project="p", domain="d", name=name),
            workflow="module.wf",
            task=task,
            layout=ExecutionLayout(metadata=root, raw=f"{root}/raw", project="p", domain="d", execution=name),
        ),
        inputs_data=literals.to_bytes(literals.literal_map({"x": integer(7)})),
    )


def telling(task: tasks_pb2.TaskTemplate, node: str, *words: object, execution: int = 1) -> Job:
    """Make a job of a task ``told``, which does what its input says."""
    text = literals_pb2.Primitive(string_value=" ".join(map(str, words)))
    given = literals_pb2.Literal(scalar=literals_pb2.Scalar(primitive=text))
    inputs = literals.to_bytes(literals.literal_map({"x": given}))
    return job(task, node, execution=execution)._replace(inputs_data=inputs)


@dataclass
class Reports:
    """Takes an executor's reports, and lets a test wait for them."""

    all: list[Report] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __call__(self, *reports: Report) -> None:
        self.all += reports
        self.changed.set()

    async def until(self, kind: type[Report], node: str = "n0") -> Report:
        async with asyncio.timeout(30):
            while True:
                for report in self.all:
                    if isinstance(report, kind) and report.attempt.node == node:
                        return report
                self.changed.clear()
                await self.changed.wait()

    async def end(self, node: str = "n0") -> Succeeded | Failed | Cancelled:
        return await self.until(Succeeded | Failed | Cancelled, node)  # type: ignore[arg-type]

    def ends(self) -> list[Report]:
        return [report for report in self.all if not isinstance(report, Started | DeckPublished)]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(PROGRAMS)}


@asynccontextmanager
async def running_pool(
    folder: Path, *, slots: int = 1, **options: object
) -> AsyncGenerator[tuple[WorkerPool, Reports]]:
    settings = {
        "environments": Environments({"flyweight": sys.executable}),
        "folder": folder / "scratch",
        "logs": folder / "logs",
        "variables": environment(),
        "spares": 0,
        "grace": 0.5,
        "runner": "attempts_on_demand:run",
        **options,
    }
    reports = Reports()
    pool = WorkerPool(PoolOptions(**settings), Slots(slots), SystemClock())  # type: ignore[arg-type]
    await pool.open(reports)
    try:
        yield pool, reports
    finally:
        await pool.close()


async def appears(path: Path, *, filled: bool = False) -> str:
    """Wait until a worker has made that file (and written to it)."""
    async with asyncio.timeout(30):
        while not path.exists() or (filled and not path.stat().st_size):
            await asyncio.sleep(0.005)
    return path.read_text()


def alive(pid: int) -> bool:
    """Tell whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@contextmanager
def much_held() -> Generator[subprocess.Popen[str]]:
    """Run a process that holds more than 32 MiB until the end of the block, or of its input."""
    source = "import sys; held = bytearray(b'x' * 2**25); print(len(held), flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        yield child
        child.communicate("")
