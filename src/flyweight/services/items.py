"""Items of a map as nodes and attempts: ``n0-n7`` names the eighth of node ``n0``, and is read like any other node.

Flyte names the sub-nodes of an array node so. No row is an item's own: what is shown is taken out of its chunk.
"""

from dataclasses import dataclass
from typing import cast

from flyteidl.core import catalog_pb2, identifier_pb2, literals_pb2

from flyweight.clock import Micros
from flyweight.engine import catalog
from flyweight.engine.items import CHUNK, stored_at
from flyweight.engine.phases import AttemptPhase, NodePhase
from flyweight.engine.records import AttemptRecord, NodeRecord
from flyweight.ids import NodeId, item_name, shown_item
from flyweight.protocol.items_pb2 import ItemChunk, Log, Lookup, MapProgress
from flyweight.semantics import elements
from flyweight.semantics.layout import DECK, ExecutionLayout

_PHASES: dict[int, NodePhase] = {
    AttemptPhase.QUEUED.value: NodePhase.QUEUED,
    AttemptPhase.RETRYABLE_FAILED.value: NodePhase.QUEUED,
    AttemptPhase.RUNNING.value: NodePhase.RUNNING,
    AttemptPhase.SUCCEEDED.value: NodePhase.SUCCEEDED,
    AttemptPhase.FAILED.value: NodePhase.FAILED,
    AttemptPhase.ABORTED.value: NodePhase.ABORTED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item that has begun, with the node that it belongs to."""

    owner: NodeRecord
    index: int
    chunk: ItemChunk
    layout: ExecutionLayout

    @property
    def name(self) -> NodeId:
        """What it is called."""
        return NodeId(item_name(self.owner.node, self.index))

    @property
    def _at(self) -> int:
        return self.index % CHUNK

    @property
    def _error(self) -> bytes:
        ended_well = self.chunk.states[self._at] == AttemptPhase.SUCCEEDED.value
        return b"" if ended_well else self.chunk.errors.get(self._at, b"")

    def node(self, lists: literals_pb2.LiteralMap | None = None) -> NodeRecord:
        """Show it as a node; with inputs, if the map's own are given."""
        chunk, at, owner = self.chunk, self._at, self.owner
        detail = MapProgress.FromString(owner.detail)
        inputs = b"" if lists is None else elements.element(lists, detail.bound_inputs, self.index).SerializeToString()
        attempt, lookup = self.attempt(), self.lookup
        return NodeRecord(
            execution=owner.execution,
            node=self.name,
            spec_node=owner.spec_node,
            parent=owner.node,
            kind="task" if owner.task else "launch_plan",
            task=owner.task,
            phase=_PHASES[chunk.states[at]],
            attempt=attempt.attempt,
            inputs=inputs,
            outputs=chunk.outputs[at],
            outputs_uri=stored_at(self.layout, owner.node, self.index, chunk) if chunk.stored[at] else "",
            error=self._error,
            deck_uri=attempt.deck_uri,
            created_at=Micros(chunk.queued_at[at]),
            started_at=Micros(chunk.started_at[at]),
            updated_at=attempt.updated_at,
            ended_at=Micros(chunk.ended_at[at]),
            cache=b"" if lookup is None or not lookup.status else self._cache(lookup),
            reason=self.reason,
        )

    @property
    def lookup(self) -> Lookup | None:
        """What the catalog had for it; None if its task is not cached, or nobody asked."""
        return self.chunk.lookups.get(self._at)

    @property
    def cache_status(self) -> catalog_pb2.CatalogCacheStatus:
        """What the catalog had for it, in a word."""
        status = catalog_pb2.CACHE_DISABLED if self.lookup is None else self.lookup.status
        return cast("catalog_pb2.CatalogCacheStatus", status)

    @property
    def reason(self) -> str:
        """Why the catalog had nothing for it, or whose outputs it had, in words."""
        if self.lookup is None or not self.lookup.source:
            return "" if self.lookup is None else self.lookup.reason
        return catalog.taken_from(identifier_pb2.TaskExecutionIdentifier.FromString(self.lookup.source))

    def _cache(self, lookup: Lookup) -> bytes:
        dataset = identifier_pb2.Identifier.FromString(MapProgress.FromString(self.owner.detail).dataset)
        found = catalog.metadata(self.cache_status, dataset, lookup.inputs)
        if lookup.source:
            found.catalog_key.source_task_execution.ParseFromString(lookup.source)
        return found.SerializeToString()

    def attempt(self) -> AttemptRecord:
        """Show its latest attempt; of earlier ones only their number is kept."""
        chunk, at, owner = self.chunk, self._at, self.owner
        number = chunk.attempts[at] - 1
        prefix = self.layout.item(owner.node, self.index, number)
        log = chunk.logs[chunk.log[at] - 1] if chunk.log[at] else Log()
        deck = MapProgress.FromString(owner.detail).deck and self.cache_status != catalog_pb2.CACHE_HIT
        times = chunk.queued_at[at], chunk.started_at[at], chunk.ended_at[at]
        return AttemptRecord(
            execution=owner.execution,
            node=self.name,
            attempt=number,
            task=owner.task,
            phase=AttemptPhase(chunk.states[at]),
            worker=log.worker,
            output_prefix=prefix,
            deck_uri=f"{prefix}/{DECK}" if deck else "",
            deck_revision=chunk.deck_revisions[at],
            log_path=log.path,
            log_start=chunk.log_start[at],
            log_end=chunk.log_end[at],
            error=self._error,
            cpu_seconds=chunk.cpu_seconds[at],
            peak_memory_bytes=chunk.peak_memory_bytes[at],
            usage_series=chunk.usage.get(at, b""),
            queued_at=Micros(chunk.queued_at[at]),
            started_at=Micros(chunk.started_at[at]),
            updated_at=Micros(max(times)),
            ended_at=Micros(chunk.ended_at[at]),
        )


def items_of_map(owner: NodeRecord, size: int) -> str:
    """Say which items a map has, as somebody may name them."""
    if not size:
        return f"the map {owner.node} has no items"
    return f"the map {owner.node} has {size:,} item{'s' * (size > 1)}, {shown_item(owner.node, 0)} to [{size - 1}]"


def task_execution(owner: NodeRecord) -> AttemptRecord:
    """Show a map as the one attempt that Flyte's clients take it for."""
    return AttemptRecord(
        execution=owner.execution,
        node=owner.node,
        attempt=0,
        task=owner.task,
        phase=_attempt_phase(owner.phase),
        error=owner.error,
        queued_at=owner.created_at,
        started_at=owner.started_at,
        updated_at=owner.updated_at,
        ended_at=owner.ended_at,
    )


def _attempt_phase(phase: NodePhase) -> AttemptPhase:
    match phase:
        case NodePhase.SUCCEEDED | NodePhase.RECOVERED:
            return AttemptPhase.SUCCEEDED
        case NodePhase.FAILED | NodePhase.TIMED_OUT:
            return AttemptPhase.FAILED
        case NodePhase.ABORTED | NodePhase.SKIPPED:
            return AttemptPhase.ABORTED
        case NodePhase.QUEUED | NodePhase.WAITING:
            return AttemptPhase.QUEUED
        case NodePhase.RUNNING | NodePhase.FAILING | NodePhase.DYNAMIC_RUNNING:
            return AttemptPhase.RUNNING


_ORDER: dict[int, int] = {
    state: place
    for place, state in enumerate(
        [
            AttemptPhase.FAILED.value,
            AttemptPhase.RETRYABLE_FAILED.value,
            AttemptPhase.RUNNING.value,
            AttemptPhase.QUEUED.value,
            AttemptPhase.ABORTED.value,
            AttemptPhase.SUCCEEDED.value,
        ]
    )
}


def foremost(chunks: dict[int, ItemChunk], limit: int, first: int = 0) -> list[tuple[int, ItemChunk]]:
    """Choose items to be listed where not all can be: those that failed first, then what runs, then the others."""
    found = [
        (_ORDER[state], number * CHUNK + at)
        for number, chunk in chunks.items()
        for at, state in enumerate(chunk.states)
        if state
    ]
    found.sort()
    return [(item, chunks[item // CHUNK]) for _, item in found[first : first + limit]]
