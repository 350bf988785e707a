"""Builds an execution's state: a new one, or from its rows exactly the one that they were made of."""

import heapq
from collections.abc import Mapping, Sequence

from flyteidl.admin import execution_pb2 as admin_execution_pb2
from flyteidl.admin import node_execution_pb2
from flyteidl.core import execution_pb2, identifier_pb2, literals_pb2, types_pb2

from flyweight import literals
from flyweight.engine.graph import ClosureGraph, NodeKind
from flyweight.engine.items import CHUNK, Items, restored, stored_at
from flyweight.engine.jobs import LogSpan, Usage
from flyweight.engine.machine import caching, gates, recovering
from flyweight.engine.machine.frames import stopped_from_outside
from flyweight.engine.machine.items import at_hand
from flyweight.engine.machine.outcomes import AUTO_ABORT
from flyweight.engine.model import AttemptState, ExecutionState, Frame, NodeState, SignalState, frame_below, root_frame
from flyweight.engine.phases import ExecutionPhase, NodePhase
from flyweight.engine.recollection import Recollection
from flyweight.engine.records import (
    DYNAMIC,
    AttemptRecord,
    ItemsRecord,
    LoadedExecution,
    NewExecution,
    NodeRecord,
    SignalRecord,
)
from flyweight.errors import PlatformError
from flyweight.ids import START_NODE, AttemptId, NodeId
from flyweight.protocol.items_pb2 import ItemChunk, MapProgress
from flyweight.semantics.layout import ExecutionLayout

_FAILED_NODES = frozenset({NodePhase.FAILED, NodePhase.TIMED_OUT})
_SUCCEEDED_NODES = frozenset({NodePhase.SUCCEEDED, NodePhase.RECOVERED})
_PASSED_NODES = _SUCCEEDED_NODES | {NodePhase.SKIPPED}
"""Nothing waits for these any more."""
_NOTHING_DRAWN: Mapping[NodeId, ClosureGraph] = {}


def begin(
    new: NewExecution,
    graph: ClosureGraph,
    layout: ExecutionLayout,
    inputs: literals_pb2.LiteralMap,
    past: Recollection | None = None,
) -> ExecutionState:
    """Build the state of an execution in which nothing has happened yet; ``past`` is of the one that it recovers."""
    spec = admin_execution_pb2.ExecutionSpec.FromString(new.spec)
    return ExecutionState(
        new=new,
        graph=graph,
        layout=layout,
        identifier=identifier_pb2.WorkflowExecutionIdentifier(project=new.project, domain=new.domain, name=new.name),
        inputs=inputs,
        max_parallelism=max(spec.max_parallelism, 0),
        environment={pair.key: pair.value for pair in spec.envs.values},
        interruptible=spec.interruptible.value if spec.HasField("interruptible") else graph.primary.interruptible,
        overwrite_cache=spec.overwrite_cache,
        past=past,
    )


def large_values(loaded: LoadedExecution, layout: ExecutionLayout) -> list[str]:
    """List the blobs that ``restore`` needs: literal maps that were too large for their rows."""
    found = [loaded.new.inputs_uri, loaded.execution.outputs_uri]
    for node in loaded.nodes:
        found += [node.inputs_uri, node.outputs_uri]
    for row in loaded.items:
        found += _stored(row, layout).values()
    return [uri for uri in found if uri]


def _stored(row: ItemsRecord, layout: ExecutionLayout) -> dict[int, str]:
    """Tell where outputs of items stand that were too large for their row, by item."""
    chunk, first = ItemChunk.FromString(row.body), row.chunk * CHUNK
    return {
        first + at: stored_at(layout, row.node, first + at, chunk) for at, stored in enumerate(chunk.stored) if stored
    }


def drawn_nodes(loaded: LoadedExecution) -> dict[NodeId, str]:
    """Tell below which prefixes stands what dynamic tasks have drawn, by their nodes."""
    prefixes = {(attempt.node, attempt.attempt): attempt.output_prefix for attempt in loaded.attempts}
    return {row.node: prefixes[row.node, row.attempt] for row in loaded.nodes if row.kind == DYNAMIC}


def restore(
    loaded: LoadedExecution,
    graph: ClosureGraph,
    layout: ExecutionLayout,
    blobs: Mapping[str, bytes],
    drawn: Mapping[NodeId, ClosureGraph] = _NOTHING_DRAWN,
    past: Recollection | None = None,
) -> ExecutionState:
    """Build the state that an execution's rows were made of.

    Args:
        loaded: all its rows.
        graph: of the closure that it runs.
        layout: where its data lies.
        blobs: the bytes at every URI of ``large_values``.
        drawn: the graphs of ``drawn_nodes(loaded)``.
        past: of the execution that it recovers, if it recovers one.
    """
    row = loaded.execution
    inputs = _read(loaded.new.inputs, loaded.new.inputs_uri, blobs)
    state = begin(loaded.new, graph, layout, inputs, past)
    state.phase = row.phase
    state.started_at, state.updated_at, state.ended_at = row.started_at, row.updated_at, row.ended_at
    state.abort_cause, state.abort_principal = row.abort_cause, row.abort_principal
    state.error = _error(row.error)
    if row.phase is ExecutionPhase.SUCCEEDED:
        state.outputs = _read(row.outputs, row.outputs_uri, blobs)
    state.signals = {record.signal: _signal(record) for record in loaded.signals}
    if row.phase is not ExecutionPhase.QUEUED:
        _restore_frames(state, loaded, blobs, drawn)
    return state


def _restore_frames(
    state: ExecutionState,
    loaded: LoadedExecution,
    blobs: Mapping[str, bytes],
    drawn: Mapping[NodeId, ClosureGraph],
) -> None:
    attempts: dict[NodeId, list[AttemptRecord]] = {}
    for attempt in sorted(loaded.attempts, key=lambda record: record.attempt):
        attempts.setdefault(attempt.node, []).append(attempt)
    children: dict[tuple[NodeId, int], list[NodeRecord]] = {}
    for record in sorted(loaded.nodes, key=lambda record: (record.created_at, record.node)):
        children.setdefault((record.parent, record.parent_attempt), []).append(record)
    rows: dict[NodeId, list[ItemsRecord]] = {}
    for row in loaded.items:
        rows.setdefault(row.node, []).append(row)
    root = _opened(root_frame(state))
    root.ended = state.phase.terminal
    waiting = [root]
    while waiting:
        frame = waiting.pop()
        state.frames[frame.parent] = frame
        for record in children.get((frame.parent, frame.attempt), ()):
            node = _node(frame, record, blobs)
            node.drawn = drawn[node.id] if record.kind == DYNAMIC else None
            node.attempts = [_attempt(state, attempt) for attempt in attempts.get(node.id, ())]
            if record.detail and node.graph.array is not None and not node.phase.terminal:
                node.items = _items(state, node, record, rows.get(node.id, ()), blobs)
            _place(state, frame, node)
        _recall(state, frame)
        frame.stop = _stop_of(state, frame)
        _queue(state, frame)
        for node in frame.nodes.values():
            below = frame_below(node) if node.started_at and node.phase is not NodePhase.RECOVERED else None
            if below is not None:
                below.ended = node.phase.terminal
                waiting.append(_opened(below))
    heapq.heapify(state.held)


def _opened(frame: Frame) -> Frame:
    start = frame.graph.nodes[frame.graph.index[START_NODE]]
    for follower in start.downstream:
        frame.waits[follower] -= 1
    return frame


def _place(state: ExecutionState, frame: Frame, node: NodeState) -> None:
    """Put a node into the indexes, as the machine does event by event."""
    state.nodes[node.id] = node
    frame.nodes[node.graph.index] = node
    if node.phase in _FAILED_NODES:
        frame.failed.add(node.graph.index)
    elif node.phase in _PASSED_NODES:
        for follower in node.graph.downstream:
            frame.waits[follower] -= 1
    if node.phase.terminal:
        return
    frame.active.add(node.graph.index)
    gates.wait(state, node)
    if node.items is not None:
        _place_items(state, node, node.items)
    if node.attempt is not None:
        state.open_attempts += 1
    elif node.graph.kind is NodeKind.TASK and not (node.drawn or node.compiling or node.pausing or caching.asks(node)):
        state.held.append((node.created_at, node.id))


def _items(
    state: ExecutionState,
    node: NodeState,
    record: NodeRecord,
    rows: Sequence[ItemsRecord],
    blobs: Mapping[str, bytes],
) -> Items:
    items = restored(MapProgress.FromString(record.detail), {row.chunk: row.body for row in rows}, node.inputs)
    for row in rows:
        items.large.update({item: blobs[uri] for item, uri in _stored(row, state.layout).items()})
    return items


def _recall(state: ExecutionState, frame: Frame) -> None:
    """Find again what is known of a frame's nodes from the execution that is recovered."""
    if state.past is None:
        return
    for node in frame.nodes.values():
        if node.phase is NodePhase.SUCCEEDED:
            frame.anew.update(node.graph.downstream)
    for node in frame.nodes.values():
        if not node.phase.terminal:
            node.past = recovering.past_of(state, node)


def _place_items(state: ExecutionState, node: NodeState, items: Items) -> None:
    state.open_attempts += sum(at_hand(node, item).has_place for item in items.open)
    if items.waiting and node.phase is not NodePhase.FAILING:
        state.maps[node.id] = node


def _queue(state: ExecutionState, frame: Frame) -> None:
    """Find what the last step had left to do."""
    if frame.ended:
        return
    if frame.stop or frame.failed:
        state.closing.append(frame)
    if not frame.stop:
        start = frame.graph.index[START_NODE]
        state.ready.extend(
            (frame, index)
            for index, waits in enumerate(frame.waits)
            if not waits and index != start and index not in frame.nodes
        )


def _stop_of(state: ExecutionState, frame: Frame) -> str:
    """Tell why a frame is stopping: because all is, because what it runs in is, or because a node of its own failed."""
    if frame.ended:
        return ""
    outside = stopped_from_outside(state, frame)
    if outside:
        return outside
    return AUTO_ABORT if frame.failed and frame.graph.fail_fast else ""


def _node(frame: Frame, record: NodeRecord, blobs: Mapping[str, bytes]) -> NodeState:
    succeeded, recovered = record.phase in _SUCCEEDED_NODES, record.phase is NodePhase.RECOVERED
    return NodeState(
        id=record.node,
        graph=frame.graph.nodes[frame.graph.index[record.spec_node]],
        frame=frame,
        phase=record.phase,
        inputs_data=_bytes(record.inputs, record.inputs_uri, blobs),
        outputs_data=_bytes(record.outputs, record.outputs_uri, blobs) if succeeded else None,
        outputs_uri=record.outputs_uri,
        error=_error(record.error),
        cache=node_execution_pb2.TaskNodeMetadata.FromString(record.cache) if record.cache else None,
        # Of a map that runs, its items say it.
        reason="" if record.kind == NodeKind.ARRAY.value and not recovered else record.reason,
        deck_uri=record.deck_uri if recovered else "",
        created_at=record.created_at,
        started_at=record.started_at,
        updated_at=record.updated_at,
        ended_at=record.ended_at,
        inputs_uri=record.inputs_uri,
    )


def _attempt(state: ExecutionState, record: AttemptRecord) -> AttemptState:
    log = LogSpan(path=record.log_path, start=record.log_start, end=record.log_end) if record.log_path else None
    return AttemptState(
        id=AttemptId(state.new.key, record.node, record.attempt),
        task=record.task,
        output_prefix=record.output_prefix,
        deck_uri=record.deck_uri,
        phase=record.phase,
        error=_error(record.error),
        worker=record.worker,
        log=log,
        usage=Usage(
            cpu_seconds=record.cpu_seconds, peak_memory_bytes=record.peak_memory_bytes, series=record.usage_series
        ),
        deck_revision=record.deck_revision,
        queued_at=record.queued_at,
        started_at=record.started_at,
        updated_at=record.updated_at,
        ended_at=record.ended_at,
    )


def _signal(record: SignalRecord) -> SignalState:
    return SignalState(
        id=record.signal,
        type=types_pb2.LiteralType.FromString(record.type),
        value=literals_pb2.Literal.FromString(record.value) if record.value else None,
        created_at=record.created_at,
        updated_at=record.updated_at,
    )


def _error(data: bytes) -> execution_pb2.ExecutionError | None:
    return execution_pb2.ExecutionError.FromString(data) if data else None


def _read(data: bytes, uri: str, blobs: Mapping[str, bytes]) -> literals_pb2.LiteralMap:
    return literals.map_from_bytes(_bytes(data, uri, blobs))


def _bytes(data: bytes, uri: str, blobs: Mapping[str, bytes]) -> bytes:
    if not uri:
        return data
    if uri not in blobs:
        raise PlatformError(f"the value that was put away at {uri} is gone")
    return blobs[uri]
