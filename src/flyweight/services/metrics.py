"""How long an execution, its nodes and their attempts took, as Flyte's tree of spans. Pure."""

from collections import defaultdict
from collections.abc import Iterable

from flyteidl.core import metrics_pb2

from flyweight.clock import Micros, to_timestamp
from flyweight.engine.records import AttemptRecord, NodeRecord
from flyweight.ids import NodeId
from flyweight.services import views
from flyweight.services.views import Subject
from flyweight.store.rows import StoredExecution


def execution_span(
    subject: Subject,
    stored: StoredExecution,
    nodes: Iterable[NodeRecord],
    attempts: Iterable[AttemptRecord],
    *,
    now: Micros,
) -> metrics_pb2.Span:
    """Give an execution's span with those of its nodes in it; what still runs ends now."""
    new, record = stored.new, stored.record
    children: defaultdict[NodeId, list[NodeRecord]] = defaultdict(list)
    for node in nodes:
        children[node.parent].append(node)
    tries: defaultdict[NodeId, list[AttemptRecord]] = defaultdict(list)
    for attempt in attempts:
        tries[attempt.node].append(attempt)
    span = _span(new.created_at, record.ended_at or now)
    span.workflow_id.CopyFrom(subject.execution)
    if record.started_at:
        span.spans.append(_operation("WORKFLOW_SETUP", new.created_at, record.started_at))
    top = NodeId("")
    # A stack of its own: nested workflows may be deep.
    waiting = [(span, node) for node in children[top]]
    while waiting:
        parent, node = waiting.pop(0)
        inner = parent.spans.add()
        inner.CopyFrom(_span(node.created_at, node.ended_at or now))
        inner.node_id.CopyFrom(views.node_id(subject, node.node))
        inner.spans.extend(_attempt_span(subject, attempt, now) for attempt in tries[node.node])
        waiting.extend((inner, child) for child in children[node.node])
    return span


def _attempt_span(subject: Subject, attempt: AttemptRecord, now: Micros) -> metrics_pb2.Span:
    span = _span(attempt.queued_at, attempt.ended_at or now)
    span.task_id.CopyFrom(views.task_execution_id(subject, attempt))
    started = attempt.started_at or attempt.ended_at or now
    span.spans.append(_operation("TASK_SETUP", attempt.queued_at, started))
    span.spans.append(_operation("TASK_RUNTIME", started, attempt.ended_at or now))
    return span


def _operation(name: str, start: Micros, end: Micros) -> metrics_pb2.Span:
    span = _span(start, end)
    span.operation_id = name
    return span


def _span(start: Micros, end: Micros) -> metrics_pb2.Span:
    return metrics_pb2.Span(start_time=to_timestamp(start), end_time=to_timestamp(end))
