"""What the driver needs from the rest of the platform, as Protocols: a store, executors, and somebody to tell."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from flyteidl.admin import launch_plan_pb2
from flyteidl.core import compiler_pb2, tasks_pb2

from flyweight.clock import Clock, Micros
from flyweight.engine.catalog import Claim, Found
from flyweight.engine.children import Child, ChildEnded
from flyweight.engine.jobs import DeckPublished, Job, Reporting
from flyweight.engine.records import Batch, LoadedExecution, NewExecution
from flyweight.ids import AttemptId, EntityKey, ExecutionKey
from flyweight.semantics.caching import CacheKey
from flyweight.semantics.layout import ExecutionLayout


class EngineStore(Protocol):
    """Keeps records. ``store/executions.py`` is the real one; the simulation has one that crashes on demand."""

    async def commit(self, batch: Batch) -> None:
        """Write all of it in one durable transaction.

        Raises ``TryAgain`` (disk full, busy) or ``AlreadyExists`` (a new execution's name is taken), having written
        nothing.
        """
        ...

    async def unfinished(self) -> dict[ExecutionKey, int]:
        """Count the nodes of every execution that has not ended, oldest first."""
        ...

    async def load(self, keys: Sequence[ExecutionKey]) -> list[LoadedExecution]:
        """Load executions that have not ended, oldest first, with the items of their open nodes alone."""
        ...

    async def whole(self, key: ExecutionKey) -> LoadedExecution:
        """Load one execution with all its rows, whether it has ended or not; raises ``NotFound``."""
        ...

    async def closure(self, digest: str) -> compiler_pb2.CompiledWorkflowClosure:
        """Load a compiled workflow; raises ``NotFound``."""
        ...


class Blobs(Protocol):
    """Keeps literal maps that are too large for a row."""

    async def read(self, uri: str) -> bytes:
        """Give an object's bytes; raises ``NotFound``."""
        ...

    async def write(self, uri: str, data: bytes) -> None:
        """Write an object, whole or not at all; raises ``TryAgain`` or ``StorageFailed``."""
        ...

    async def gone(self, uris: Sequence[str]) -> set[str]:
        """Tell which objects and folders are not there; raises ``TryAgain`` or ``StorageFailed``."""
        ...


class Catalog(Protocol):
    """Keeps outputs of tasks for later runs (``store/catalog.py``); entries are written by ``EngineStore.commit``."""

    async def look_up(self, keys: Sequence[CacheKey]) -> list[Found]:
        """Find what is kept for each key, in one read."""
        ...

    async def claim(self, claims: Sequence[Claim], now: Micros, until: Micros) -> list[str]:
        """Claim what is not claimed by others, or prolong it; gives the owner of each. Raises ``TryAgain``."""
        ...

    async def release(self, claims: Sequence[Claim]) -> None:
        """Let go of claims; those that are others' by now stay. Raises ``TryAgain``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What an executor can run at once, and how much of it is taken."""

    slots: int
    busy: int
    queued: int


class Executor(Protocol):
    """Runs jobs somewhere: ``executors/pool.py``, ``executors/command.py``.

    For each job started, exactly one of Succeeded, Failed or Cancelled is reported, whatever happens to the worker.
    What ``close`` stops, or finds unreported, is never reported: those attempts are open in the store, so that the next
    start closes them as lost with the platform.
    Calls come from, and reports are made on, the driver's event loop; neither may block.
    """

    async def open(self, report: Reporting) -> None:
        """Get ready to take jobs; reports go to that function."""
        ...

    def start(self, job: Job) -> None:
        """Run the job as soon as there is a free slot; starting the same attempt twice does nothing."""
        ...

    def cancel(self, attempt: AttemptId, reason: str) -> None:
        """Stop it, queued or running (SIGTERM, a grace period, SIGKILL); unknown or ended attempts are ignored."""
        ...

    def capacity(self) -> Capacity:
        """Tell how busy it is."""
        ...

    async def close(self) -> None:
        """Stop every worker; nothing is reported from this call on."""
        ...


class Children(Protocol):
    """Starts and stops the executions that launch-plan nodes stand for (``services/children.py``)."""

    async def start(self, child: Child) -> ChildEnded | None:
        """Start it, or find it if it is there; give its end if it has ended already.

        Raises a ``UserError`` if it cannot be started as it is, ``TryAgain`` if it cannot be at the moment.
        """
        ...

    async def stop(self, child: Child, cause: str) -> ChildEnded | None:
        """Have it stopped; give its end if it has ended, or was never started. Raises ``TryAgain``."""
        ...


class Registered(Protocol):
    """Finds registered versions that a dynamic task names when it runs (``services/named.py``)."""

    async def tasks(self, keys: Collection[EntityKey]) -> list[tasks_pb2.TaskTemplate]:
        """Give them; raises ``CompileError`` that names all that are not there."""
        ...

    async def launch_plans(self, keys: Collection[EntityKey]) -> list[launch_plan_pb2.LaunchPlan]:
        """Give them; raises ``CompileError`` that names all that are not there."""
        ...


class Observer(Protocol):
    """Is told of every change after it is durable (``services/watch.py``)."""

    def committed(self, batch: Batch) -> None:
        """Pass on what was written; must not block or raise."""
        ...

    def deck_published(self, report: DeckPublished) -> None:
        """Pass on that a deck was written anew; not a row of its own, so it can be lost with the platform."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What the driver works with."""

    store: EngineStore
    executor: Executor
    observer: Observer
    blobs: Blobs
    catalog: Catalog
    registered: Registered
    clock: Clock
    layout: Callable[[NewExecution], ExecutionLayout]
    """Tells where an execution's data lies."""
