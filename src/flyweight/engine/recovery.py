"""Loads what had not ended when the platform died, and builds its state again from the rows."""

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from flyteidl.core import execution_pb2

from flyweight import literals
from flyweight.clock import Clock
from flyweight.engine import machine
from flyweight.engine.blobs import FewAtOnce
from flyweight.engine.closing import aborted_attempts, aborted_items, aborted_nodes, platform_reason
from flyweight.engine.drawing import load_drawn
from flyweight.engine.graph import ClosureGraph, Graphs
from flyweight.engine.machine.restore import drawn_nodes, large_values
from flyweight.engine.model import ExecutionState
from flyweight.engine.phases import ExecutionPhase
from flyweight.engine.ports import Blobs, EngineStore
from flyweight.engine.recollecting import Recollecting
from flyweight.engine.records import Batch, ExecutionRecord, LoadedExecution, NewExecution
from flyweight.ids import ExecutionKey
from flyweight.semantics.layout import ExecutionLayout

PARENT_LOST = "its parent execution could not go on after the platform was restarted"
_AT_ONCE = 64
"""So many executions are read together at most: a read has a price of its own."""
_NODES_AT_ONCE = 5_000
"""So many nodes, too, unless one execution has more: while states are made of rows, there is room for both."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """An execution that cannot go on, because something of it is gone or spoilt."""

    new: NewExecution
    error: execution_pb2.ExecutionError
    rows: Batch
    """As they should now stand: nothing of it is left open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What was found."""

    states: list[ExecutionState] = field(default_factory=list[ExecutionState])
    lost: list[Lost] = field(default_factory=list[Lost])
    orphans: list[ExecutionKey] = field(default_factory=list[ExecutionKey])
    """Of the states: those whose parent is lost, so that nobody waits for them."""


async def load_closure(digest: str, graphs: Graphs, store: EngineStore) -> ClosureGraph:
    """Give the graph of a closure, from memory or from the store; raises ``NotFound``."""
    return graphs.get(digest) or graphs.build(digest, await store.closure(digest))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """Reads executions back."""

    store: EngineStore
    blobs: Blobs
    graphs: Graphs
    recollecting: Recollecting
    layout: Callable[[NewExecution], ExecutionLayout]
    clock: Clock

    async def recover(self) -> AsyncIterator[Recovered]:
        """Load every unfinished execution, some at a time: the first go on while the last are read.

        One that cannot be loaded is given up, and does not hold up the others.
        """
        together: list[ExecutionKey] = []
        gone = set[ExecutionKey]()
        nodes = 0
        for key, count in (await self.store.unfinished()).items():
            if together and (len(together) == _AT_ONCE or nodes + count > _NODES_AT_ONCE):
                yield await self._recover(together, gone)
                together, nodes = [], 0
            together.append(key)
            nodes += count
        if together:
            yield await self._recover(together, gone)

    async def _recover(self, keys: Sequence[ExecutionKey], gone: set[ExecutionKey]) -> Recovered:
        """Load these; who is lost is added to ``gone``, which has those before: parents are older than children."""
        found = Recovered()
        for loaded in await self.store.load(keys):
            try:
                found.states.append(await self._load(loaded))
            except Exception as error:  # whatever is wrong with one, the others go on
                _log.exception("execution %s cannot go on after the restart", loaded.new.name)
                found.lost.append(self._given_up(loaded, error))
        gone.update(lost.new.key for lost in found.lost)
        found.orphans.extend(state.new.key for state in found.states if state.new.parent_execution in gone)
        return found

    async def _load(self, loaded: LoadedExecution) -> ExecutionState:
        graph = await load_closure(loaded.new.closure_digest, self.graphs, self.store)
        layout = self.layout(loaded.new)
        blobs = await FewAtOnce(self.blobs).read_all(large_values(loaded, layout))
        drawn = {node: await load_drawn(uri, self.graphs, self.blobs) for node, uri in drawn_nodes(loaded).items()}
        return machine.restore(loaded, graph, layout, blobs, drawn, await self.recollecting.of(loaded.new))

    def _given_up(self, loaded: LoadedExecution, error: Exception) -> Lost:
        now = self.clock.now()
        reason = platform_reason("RecoveryFailed", "it could not go on after the platform was restarted", error)
        execution = ExecutionRecord(
            key=loaded.new.key,
            phase=ExecutionPhase.FAILED,
            started_at=loaded.execution.started_at,
            updated_at=now,
            ended_at=now,
            error=literals.to_bytes(reason),
        )
        nodes = [row for row in loaded.nodes if not row.phase.terminal]
        attempts = [row for row in loaded.attempts if not row.phase.terminal]
        rows = Batch(
            executions=(execution,),
            nodes=tuple(aborted_nodes(nodes, reason, now)),
            attempts=tuple(aborted_attempts(attempts, reason, now)),
            items=tuple(aborted_items(loaded.items, now)),
        )
        return Lost(new=loaded.new, error=reason, rows=rows)
