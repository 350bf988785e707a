"""Turns what changed in an execution's state into records, and says which large values must be put away first."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from flyteidl.core import execution_pb2, literals_pb2

from flyweight import literals
from flyweight.engine.jobs import LogSpan
from flyweight.engine.model import AttemptState, Changed, ExecutionState, NodeState
from flyweight.engine.phases import AttemptPhase
from flyweight.engine.records import AttemptRecord, ExecutionRecord, NodeRecord
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
    uploads: list[tuple[str, bytes]] = field(default_factory=list[tuple[str, bytes]])
    """Blobs to be written before the batch is committed, by URI."""


def changes(state: ExecutionState, into: Changes) -> None:
    """Add the records of what changed since the last call."""
    changed, state.changed = state.changed, Changed()
    if changed.execution:
        into.executions.append(_execution(state, into))
    into.nodes += [_node(state, node, into) for node in changed.nodes.values()]
    into.attempts += [_attempt(state, attempt) for attempt in changed.attempts.values()]


def everything(state: ExecutionState, into: Changes) -> None:
    """Add every record of the execution, changed or not."""
    into.executions.append(_execution(state, into))
    into.nodes += [_node(state, node, into) for node in state.nodes.values()]
    every: Iterable[AttemptState] = (attempt for node in state.nodes.values() for attempt in node.attempts)
    into.attempts += [_attempt(state, attempt) for attempt in every]


def _execution(state: ExecutionState, into: Changes) -> ExecutionRecord:
    outputs, uri = _stored(state.outputs, "", f"{state.layout.attempt(END_NODE, 0)}/{OUTPUTS}", into)
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
    layout, number = state.layout, max(len(node.attempts) - 1, 0)
    inputs, inputs_uri = _stored(node.inputs, "", layout.inputs(node.id), into, upload=not node.recorded)
    outputs, outputs_uri = _stored(node.outputs, node.outputs_uri, f"{layout.attempt(node.id, number)}/{OUTPUTS}", into)
    node.recorded = True
    node.outputs_uri = outputs_uri
    return NodeRecord(
        execution=state.new.key,
        node=node.id,
        spec_node=node.graph.id,
        parent=node.frame.parent,
        kind=node.graph.kind.value,
        task=node.graph.target if node.graph.task is not None else "",
        phase=node.phase,
        attempt=number,
        inputs=inputs,
        inputs_uri=inputs_uri,
        outputs=outputs,
        outputs_uri=outputs_uri,
        error=_error(node.error),
        deck_uri=layout.deck(node.id, number) if node.graph.deck else "",
        created_at=node.created_at,
        started_at=node.started_at,
        updated_at=node.updated_at,
        ended_at=node.ended_at,
    )


def _attempt(state: ExecutionState, attempt: AttemptState) -> AttemptRecord:
    node = state.nodes[attempt.id.node]
    number, layout, log = attempt.id.attempt, state.layout, attempt.log or _NO_LOG
    return AttemptRecord(
        execution=state.new.key,
        node=node.id,
        attempt=number,
        task=node.graph.target,
        phase=attempt.phase,
        worker=attempt.worker,
        output_prefix=layout.attempt(node.id, number),
        deck_uri=layout.deck(node.id, number) if node.graph.deck else "",
        deck_revision=attempt.deck_revision,
        log_path=log.path,
        log_start=log.start,
        log_end=log.end,
        error=_error(attempt.error),
        cause=_cause(attempt),
        cpu_seconds=attempt.usage.cpu_seconds,
        peak_memory_bytes=attempt.usage.peak_memory_bytes,
        queued_at=attempt.queued_at,
        started_at=attempt.started_at,
        updated_at=attempt.updated_at,
        ended_at=attempt.ended_at,
    )


def _cause(attempt: AttemptState) -> str:
    if attempt.error is None:
        return ""
    payer = budgets.payer(attempt.error)
    failed = attempt.phase in {AttemptPhase.FAILED, AttemptPhase.RETRYABLE_FAILED}
    return payer.value if failed or payer is budgets.Payer.NOBODY else ""


def _error(error: execution_pb2.ExecutionError | None) -> bytes:
    return b"" if error is None else literals.to_bytes(error)


def _stored(
    values: literals_pb2.LiteralMap | None, there: str, place: str, into: Changes, *, upload: bool = True
) -> tuple[bytes, str]:
    """Give the bytes for the row, or the URI where they stand because they are too many."""
    if there or values is None:
        return b"", there
    data = literals.to_bytes(values)
    if len(data) <= into.limit:
        return data, ""
    if upload:
        into.uploads.append((place, data))
    return b"", place
