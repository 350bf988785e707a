"""The one door upward: how a call made in user code reaches whoever runs it, and what the running task is told.

``sdk`` is below ``runtime`` and ``client``. A task called like a function, or a deck that is published, goes through
the ``Caller`` that they put here. What the current task is told is kept in a ContextVar beside it; a process that runs
one task at a time says who serves it, and what it is told, for all its threads (``ProcessTask``).
"""

import contextlib
from collections.abc import Callable, Generator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol

from flyweight.errors import PlatformError

if TYPE_CHECKING:
    from flyweight.sdk.entity import AnyEntity
    from flyweight.sdk.execution import ExecutionParameters


class Caller(Protocol):
    """Runs entities that user code calls, and publishes the decks of the task that does."""

    def run(self, entity: "AnyEntity", inputs: Mapping[str, object]) -> object:
        """Run an entity with Python values by name (defaults filled in) and give what its function would return."""
        ...

    async def run_async(self, entity: "AnyEntity", inputs: Mapping[str, object]) -> object:
        """Do the same without holding up the loop."""
        ...

    def publish_decks(self, parameters: "ExecutionParameters") -> None:
        """Bring the current decks to where they can be seen; never raises for a store's sake, never waits for it."""
        ...


class TaskRun(Protocol):
    """What user code may ask about the run of a task; made when it is asked, since most tasks never ask."""

    @cached_property
    def parameters(self) -> "ExecutionParameters":
        """What ``current_context()`` gives."""
        ...

    @cached_property
    def caller(self) -> Caller:
        """Who serves the calls of the task's code."""
        ...


_parameters: ContextVar["ExecutionParameters | None"] = ContextVar("flyweight_parameters", default=None)
_default: list[Callable[[], Caller]] = []
_of_process: list[TaskRun] = []


def wire(default: Callable[[], Caller]) -> None:
    """Say who serves calls when nobody was put in place; called once by the package's face, loads nothing yet."""
    _default[:] = [default]


def current_caller() -> Caller:
    """Give whoever serves calls here: who runs this process's task, or else the default."""
    run = _of_this_moment()
    if run is not None:
        return run.caller
    if not _default:
        raise PlatformError("Nobody runs entities here: `import flyweight` puts the local runner in place.")
    return _default[0]()


def running_parameters() -> "ExecutionParameters | None":
    """Give what the running task was told, or None outside of a task."""
    told = _parameters.get()
    run = _of_this_moment() if told is None else None
    return told if run is None else run.parameters


def _of_this_moment() -> TaskRun | None:
    """Give this process's task in one look: a thread that it left behind may ask while it ends."""
    return next(reversed(_of_process), None)


@contextlib.contextmanager
def use_parameters(parameters: "ExecutionParameters") -> Generator["ExecutionParameters"]:
    """Let ``current_context()`` give these parameters inside the block."""
    token = _parameters.set(parameters)
    try:
        yield parameters
    finally:
        _parameters.reset(token)


class ProcessTask:
    """Within its block this run of a task is the process's: threads that the task starts belong to it too."""

    __slots__ = ("_run",)

    def __init__(self, run: TaskRun) -> None:
        self._run = run

    def __enter__(self) -> None:
        _of_process.append(self._run)

    def __exit__(self, *_error: object) -> None:
        _of_process.pop()


@dataclass(frozen=True, slots=True, kw_only=True)
class EagerRun:
    """What a launcher is told about the eager task that runs."""

    parameters: "ExecutionParameters"
    resolver: str
    """How its worker found it: what it calls is found likewise."""
    bundle_uri: str
    variables: Mapping[str, str]
    """What the platform told the task by its environment."""


class Launcher(Protocol):
    """Runs what an eager task calls as executions of a platform; safe to use from several threads."""

    def run(self, entity: "AnyEntity", inputs: Mapping[str, object]) -> object:
        """Start an execution, wait until it has ended, and give what the entity's function would return.

        Raises:
            TaskFailed: it failed; the message is the entity's own.

        """
        ...

    async def run_async(self, entity: "AnyEntity", inputs: Mapping[str, object]) -> object:
        """Do the same without holding up the loop."""
        ...

    def close(self, cause: str) -> None:
        """Terminate what still runs, for this reason."""
        ...


_factory: Final[list[Callable[[EagerRun], Launcher]]] = []


def wire_launcher(factory: Callable[[EagerRun], Launcher]) -> None:
    """Say who launches; called once by the package's face, loads nothing yet."""
    _factory[:] = [factory]


def launcher(run: EagerRun) -> Launcher:
    """Give a launcher for an eager task that runs on a platform."""
    if not _factory:
        raise PlatformError("Nobody launches executions here: `import flyweight` puts the client in place.")
    return _factory[0](run)
