"""Turns what changed in an execution's state into records, and says which large values must be put away first."""

from dataclasses import dataclass, field

from flyteidl.core import catalog_pb2, execution_pb2

from flyweight import literals
from flyweight.engine import catalog
from flyweight.engine.graph import NodeKind
from flyweight.engine.items import INLINE
from flyweight.engine.jobs import LogSpan
from flyweight.engine.model import AttemptState, Changed, ExecutionState, NodeState, SignalState
from flyweight.engine.phases import AttemptPhase, NodePhase
from flyweight.engine.records import (
    DYNAMIC,
    AttemptRecord,
    CacheRecord,
    ExecutionRecord,
    ItemsRecord,
    NodeRecord,
    SignalRecord,
)
from flyweight.errors import PlatformError
from flyweight.ids import END_NODE
from flyweight.semantics import budgets
from flyweight.semantics.layout import OUTPUTS

_NO_LOG = LogSpan(path="")


@dataclass(slots=True, kw_only=True)
class Changes:
    """The parts of a batch, gathered over the executions of one turn."""

    limit: int
    """Literal maps of more bytes stand as blobs."""
    executions: list[ExecutionRecord] = field(default_factory=list[ExecutionRecord])
    nodes: list[NodeRecord] = field(default_factory=list[NodeRecord])
    attempts: list[AttemptRecord] = field(default_factory=list[AttemptRecord])
    items: list[ItemsRecord] = field(default_factory=list[ItemsRecord])
    signals: list[SignalRecord] = field(default_factory=list[SignalRecord])
    entries: list[CacheRecord] = field(default_factory=list[CacheRecord])
    uploads: list[tuple[str, bytes]] = field(default_factory=list[tuple[str, bytes]])
    """Blobs to be written before the batch is committed, by URI."""


def changes(state: ExecutionState, into: Changes) -> None:
    """Add the records of what changed since the last call."""
    changed, state.changed = state.changed, Changed()
    if changed.execution:
        into.executions.append(_execution(state, into))
    into.uploads += changed.uploads
    into.entries += changed.item_entries
    into.items += [_items(state, node, number) for (_, number), node in changed.chunks.items()]
    nodes = [_node(state, node, into) for node in changed.nodes.values()]
    into.nodes += nodes
    if changed.entries:
        kept = changed.entries
        into.entries += [_entry(state, kept[record.node], record) for record in nodes if record.node in kept]
    into.attempts += [_attempt(attempt) for attempt in changed.attempts.values()]
    into.signals += [_signal(state, signal) for signal in changed.signals.values()]


def _execution(state: ExecutionState, into: Changes) -> ExecutionRecord:
    outputs, uri = b"" if state.outputs is None else literals.to_bytes(state.outputs), ""
    if len(outputs) > into.limit:
        uri = _put_away(outputs, f"{state.layout.attempt(END_NODE, 0)}/{OUTPUTS}", into)
        outputs = b""
    return ExecutionRecord(
        key=state.new.key,
        phase=state.phase,
        started_at=state.started_at,
        updated_at=state.updated_at,
        ended_at=state.ended_at,
        outputs=outputs,
        outputs_uri=uri,
        error=_error(state.error),
        abort_cause=state.abort_cause,
        abort_principal=state.abort_principal,
    )


def _node(state: ExecutionState, node: NodeState, into: Changes) -> NodeRecord:
    number = max(len(node.attempts) - 1, 0)
    inputs = b"" if node.inputs_uri else _inputs(state, node, into)
    outputs = b"" if node.outputs_uri else node.outputs_data or b""
    if len(outputs) > into.limit:
        node.outputs_uri = _put_away(outputs, f"{state.layout.attempt(node.id, number)}/{OUTPUTS}", into)
        outputs = b""
    detail, reason = _map_detail(node)
    if node.phase.terminal:
        node.items = None
    return NodeRecord(
        execution=state.new.key,
        node=node.id,
        spec_node=node.graph.id,
        parent=node.frame.parent,
        parent_attempt=node.frame.attempt,
        kind=node.graph.kind.value if node.drawn is None else DYNAMIC,
        task="" if node.graph.kind is NodeKind.WORKFLOW else node.graph.target,
        phase=node.phase,
        attempt=number,
        inputs=inputs,
        inputs_uri=node.inputs_uri,
        outputs=outputs,
        outputs_uri=node.outputs_uri,
        error=_error(node.error),
        deck_uri=_deck(state, node, number),
        cache=b"" if node.cache is None else literals.to_bytes(node.cache),
        reason=reason,
        created_at=node.created_at,
        started_at=node.started_at,
        updated_at=node.updated_at,
        ended_at=node.ended_at,
        detail=detail,
    )


def _map_detail(node: NodeState) -> tuple[bytes, str]:
    """Count the items of a node that maps over lists, as a message and in words; of any other, give what it says."""
    if node.items is None or node.graph.array is None:
        return b"", node.reason
    counts = node.items.progress()
    counts.bound_inputs.extend(sorted(node.graph.array.bound))
    counts.deck = node.graph.array.item.deck
    if node.graph.array.item.cache is not None:
        counts.dataset = literals.to_bytes(node.graph.array.item.cache.dataset)
    cached = f" ({counts.cached:,} from the cache)" if counts.cached else ""
    failed = f", {counts.failed:,} failed" if counts.failed else ""
    return counts.SerializeToString(), f"{counts.succeeded:,} of {counts.size:,} items succeeded{cached}{failed}"


def _items(state: ExecutionState, node: NodeState, number: int) -> ItemsRecord:
    if node.items is None:
        raise PlatformError(f"the items of node {node.id} are gone")
    body = node.items.chunks[number].message.SerializeToString()
    return ItemsRecord(execution=state.new.key, node=node.id, chunk=number, body=body)


def _attempt(attempt: AttemptState) -> AttemptRecord:
    log = attempt.log or _NO_LOG
    return AttemptRecord(
        execution=attempt.id.execution,
        node=attempt.id.node,
        attempt=attempt.id.attempt,
        task=attempt.task,
        phase=attempt.phase,
        worker=attempt.worker,
        output_prefix=attempt.output_prefix,
        deck_uri=attempt.deck_uri,
        deck_revision=attempt.deck_revision,
        log_path=log.path,
        log_start=log.start,
        log_end=log.end,
        error=_error(attempt.error),
        cause=_cause(attempt),
        cpu_seconds=attempt.usage.cpu_seconds,
        peak_memory_bytes=attempt.usage.peak_memory_bytes,
        usage_series=attempt.usage.series,
        queued_at=attempt.queued_at,
        started_at=attempt.started_at,
        updated_at=attempt.updated_at,
        ended_at=attempt.ended_at,
    )


def _entry(state: ExecutionState, node: NodeState, record: NodeRecord) -> CacheRecord:
    """Keep a node's outputs for others, where its own row has them."""
    if node.graph.cache is None or node.graph.task is None:
        raise PlatformError(f"node {node.id} is not cached")
    return CacheRecord(
        key=node.graph.cache.key(node.inputs),
        outputs=record.outputs,
        outputs_uri=record.outputs_uri,
        source=catalog.source(node.graph.task, state.identifier, node.id, record.attempt),
        created_at=record.ended_at,
    )


def _signal(state: ExecutionState, signal: SignalState) -> SignalRecord:
    return SignalRecord(
        execution=state.new.key,
        signal=signal.id,
        type=literals.to_bytes(signal.type),
        value=b"" if signal.value is None else literals.to_bytes(signal.value),
        created_at=signal.created_at,
        updated_at=signal.updated_at,
    )


def _deck(state: ExecutionState, node: NodeState, number: int) -> str:
    """The deck of the attempt that is on, or will be: known before it starts."""
    if node.deck_uri:
        return node.deck_uri
    hit = node.cache is not None and node.cache.cache_status == catalog_pb2.CACHE_HIT
    none = hit or not node.graph.deck or node.phase is NodePhase.RECOVERED
    return "" if none else state.layout.deck(node.id, number)


def _cause(attempt: AttemptState) -> str:
    if attempt.error is None:
        return ""
    payer = budgets.payer(attempt.error)
    failed = attempt.phase in {AttemptPhase.FAILED, AttemptPhase.RETRYABLE_FAILED}
    return payer.value if failed or payer is budgets.Payer.NOBODY else ""


def _error(error: execution_pb2.ExecutionError | None) -> bytes:
    return b"" if error is None else literals.to_bytes(error)


def _inputs(state: ExecutionState, node: NodeState, into: Changes) -> bytes:
    """Give the bytes for the row; what is too large is put away, and there are none."""
    limit = into.limit if node.graph.array is None else min(into.limit, INLINE)
    if len(node.inputs_data) <= limit:
        return node.inputs_data
    node.inputs_uri = _put_away(node.inputs_data, state.layout.inputs(node.id), into)
    return b""


def _put_away(values: bytes, place: str, into: Changes) -> str:
    into.uploads.append((place, values))
    return place
