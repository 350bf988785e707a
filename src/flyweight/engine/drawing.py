"""Compiles what dynamic tasks drew, in the background: futures.pb in, a checked graph out, its closure kept there."""

import asyncio
import hashlib
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from flyteidl.core import compiler_pb2, dynamic_job_pb2, execution_pb2, identifier_pb2, tasks_pb2, workflow_pb2
from google.protobuf.message import DecodeError

from flyweight import literals
from flyweight.engine import linker
from flyweight.engine.graph import ClosureGraph, Graphs, index_closure, unsupported
from flyweight.engine.machine import Compiled, CompileDrawn, CompileFailed
from flyweight.engine.ports import Blobs, Registered
from flyweight.errors import (
    CompileError,
    FlyweightError,
    InvalidInput,
    NotFound,
    PlatformError,
    TryAgain,
    Unsupported,
    UserError,
)
from flyweight.ids import AttemptId, entity_key, identifier
from flyweight.semantics.layout import DECK, DRAWN, FUTURES

BUILD_FAILED = "DynamicWorkflowBuildFailed"
"""propeller's code for it."""

_PAUSE = 0.5
"""Seconds until what could not be read or written at the moment is tried again."""
_LARGE = 256 * 1024
"""Bytes of a DynamicJobSpec past which it is compiled off the event loop's thread."""
_KEPT = 8
"""So many compiled drawings are remembered: often many executions draw the same."""
_log = logging.getLogger(__name__)

Told = Compiled | CompileFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    data: bytes
    """The ``CompiledWorkflowClosure``."""
    graph: ClosureGraph


class Drawing:
    """Compiles drawings; what becomes of each is told."""

    def __init__(self, *, blobs: Blobs, registered: Registered, graphs: Graphs, tell: Callable[[Told], None]) -> None:
        self._blobs = blobs
        self._registered = registered
        self._graphs = graphs
        self._tell = tell
        self._kept: dict[str, _Compiled] = {}
        self._tasks: dict[AttemptId, asyncio.Task[None]] = {}

    def compile(self, command: CompileDrawn) -> None:
        """Begin to compile what an attempt drew."""
        task = self._tasks[command.attempt] = asyncio.get_running_loop().create_task(self._compile(command))
        task.add_done_callback(lambda _: self._tasks.pop(command.attempt, None))

    def close(self) -> None:
        """Leave everything as it is; the next platform compiles it."""
        for task in self._tasks.values():
            task.cancel()

    async def _compile(self, command: CompileDrawn) -> None:
        while True:
            try:
                told: Told = Compiled(attempt=command.attempt, graph=await self._graph(command))
            except TryAgain:
                await asyncio.sleep(_PAUSE)
                continue
            except Exception as error:  # a background task; the node must hear of whatever it is
                told = CompileFailed(attempt=command.attempt, error=_failure(command.task, error))
            self._tell(told)
            return

    async def _graph(self, command: CompileDrawn) -> ClosureGraph:
        """Compile, unless the same was compiled lately, and keep the closure where views and recovery look for it."""
        if command.source:
            await self._take_over(command.source, command.output_prefix)
        drawn = await self._drawn(f"{command.output_prefix}/{FUTURES}")
        key = hashlib.sha256(command.task.id.SerializeToString(deterministic=True) + drawn).hexdigest()
        made = self._kept.get(key)
        if made is None:
            made = self._kept[key] = await self._made(command.task, drawn)
            if len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]
        await self._blobs.write(f"{command.output_prefix}/{DRAWN}", made.data)
        return made.graph

    async def _drawn(self, uri: str) -> bytes:
        try:
            return await self._blobs.read(uri)
        except NotFound as error:
            raise PlatformError(f"{uri} is gone") from error

    async def _take_over(self, source: str, prefix: str) -> None:
        """Copy what stands below another execution's prefix: what it drew, and its deck, if there is one."""
        for name in (DECK, FUTURES):
            with suppress(NotFound):
                await self._blobs.write(f"{prefix}/{name}", await self._blobs.read(f"{source}/{name}"))

    async def _made(self, task: tasks_pb2.TaskTemplate, drawn: bytes) -> _Compiled:
        try:
            spec = dynamic_job_pb2.DynamicJobSpec.FromString(drawn)
        except DecodeError as error:
            raise InvalidInput(f"its {FUTURES} is no DynamicJobSpec: {error}") from error
        template = drawn_workflow(task, spec)
        named = linker.references([template, *spec.subworkflows])
        own = {entity_key(each.id) for each in spec.tasks}
        tasks = [*spec.tasks, *await self._registered.tasks(named.tasks - own)]
        plans = await self._registered.launch_plans(named.launch_plans)

        def work() -> _Compiled:
            closure = linker.link(template, sub_workflows=spec.subworkflows, tasks=tasks, launch_plans=plans)
            data = literals.to_bytes(closure)
            return _Compiled(data=data, graph=index_closure(hashlib.sha256(data).hexdigest(), closure))

        made = await asyncio.to_thread(work) if len(drawn) > _LARGE else work()
        problems = unsupported(made.graph)
        if problems:
            raise Unsupported("this version cannot run " + "; ".join(problems))
        return _Compiled(data=made.data, graph=self._graphs.keep(made.graph))


def drawn_workflow(task: tasks_pb2.TaskTemplate, spec: dynamic_job_pb2.DynamicJobSpec) -> workflow_pb2.WorkflowTemplate:
    """Make a workflow of what a task drew: it bears the task's name and has its interface."""
    return workflow_pb2.WorkflowTemplate(
        id=identifier(identifier_pb2.WORKFLOW, entity_key(task.id)),
        interface=task.interface,
        nodes=spec.nodes,
        outputs=spec.outputs,
    )


async def load_drawn(prefix: str, graphs: Graphs, blobs: Blobs) -> ClosureGraph:
    """Give the graph of what was drawn and compiled; raises ``NotFound``."""
    data = await blobs.read(f"{prefix}/{DRAWN}")
    digest = hashlib.sha256(data).hexdigest()
    return graphs.get(digest) or graphs.build(digest, compiler_pb2.CompiledWorkflowClosure.FromString(data))


def _failure(task: tasks_pb2.TaskTemplate, error: Exception) -> execution_pb2.ExecutionError:
    users = isinstance(error, UserError)
    if not users:
        _log.error("what %s drew could not be compiled", task.id.name, exc_info=error)
    said = error.message if isinstance(error, FlyweightError) else f"{type(error).__name__}: {error}"
    if isinstance(error, CompileError):
        said = "".join(f"\n  - {problem}" for problem in error.problems)
    kind = execution_pb2.ExecutionError.USER if users else execution_pb2.ExecutionError.SYSTEM
    message = f"what the dynamic task {task.id.name} drew cannot be run: {said}"
    return execution_pb2.ExecutionError(code=BUILD_FAILED, message=message, kind=kind)
