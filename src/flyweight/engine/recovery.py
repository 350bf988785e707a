"""Loads what had not ended when the platform died, and builds its state again from the rows."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from flyteidl.core import execution_pb2

from flyweight import literals
from flyweight.clock import Clock
from flyweight.engine import machine
from flyweight.engine.graph import ClosureGraph, Graphs
from flyweight.engine.machine.restore import large_values
from flyweight.engine.model import ExecutionState
from flyweight.engine.phases import ExecutionPhase
from flyweight.engine.ports import Blobs, EngineStore
from flyweight.engine.records import ExecutionRecord, LoadedExecution, NewExecution
from flyweight.errors import FlyweightError
from flyweight.semantics.layout import ExecutionLayout

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What was found."""

    states: list[ExecutionState] = field(default_factory=list[ExecutionState])
    lost: list[ExecutionRecord] = field(default_factory=list[ExecutionRecord])
    """Executions that cannot go on, because something of them is gone; their rows as they should now stand."""


async def load_closure(digest: str, graphs: Graphs, store: EngineStore) -> ClosureGraph:
    """Give the graph of a closure, from memory or from the store; raises ``NotFound``."""
    return graphs.get(digest) or graphs.build(digest, await store.closure(digest))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """Reads executions back."""

    store: EngineStore
    blobs: Blobs
    graphs: Graphs
    layout: Callable[[NewExecution], ExecutionLayout]
    clock: Clock

    async def recover(self) -> Recovered:
        """Load every unfinished execution. One that cannot be loaded is given up, and does not hold up the others."""
        found = Recovered()
        for loaded in await self.store.unfinished():
            try:
                found.states.append(await self._load(loaded))
            except FlyweightError as error:
                _log.exception("execution %s cannot go on after the restart", loaded.new.name)
                found.lost.append(self._given_up(loaded, error))
        return found

    async def _load(self, loaded: LoadedExecution) -> ExecutionState:
        graph = await load_closure(loaded.new.closure_digest, self.graphs, self.store)
        blobs = {uri: await self.blobs.read(uri) for uri in large_values(loaded)}
        return machine.restore(loaded, graph, self.layout(loaded.new), blobs)

    def _given_up(self, loaded: LoadedExecution, error: FlyweightError) -> ExecutionRecord:
        now = self.clock.now()
        reason = execution_pb2.ExecutionError(
            code="RecoveryFailed",
            message=f"it could not go on after the platform was restarted: {error.message}",
            kind=execution_pb2.ExecutionError.SYSTEM,
        )
        return ExecutionRecord(
            key=loaded.new.key,
            phase=ExecutionPhase.FAILED,
            started_at=loaded.execution.started_at,
            updated_at=now,
            ended_at=now,
            error=literals.to_bytes(reason),
        )
