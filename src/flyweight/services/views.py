"""Rows of an execution as Flyte's clients see them: records in, ``flyteidl.admin`` messages out. Pure.

Everything that shows executions (lists, single gets, the watch stream, the console) builds its messages here, so that
two views of one row never differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flyteidl.admin import common_pb2, execution_pb2, node_execution_pb2, task_execution_pb2
from flyteidl.core import execution_pb2 as core_execution_pb2
from flyteidl.core import identifier_pb2, literals_pb2

from flyweight.clock import Micros, set_micros, to_timestamp
from flyweight.engine.phases import ExecutionPhase
from flyweight.engine.records import DYNAMIC, AttemptRecord, NewExecution, NodeRecord
from flyweight.engine.usage import points_of
from flyweight.ids import child_execution_name, identifier
from flyweight.protocol.items_pb2 import MapProgress
from flyweight.services.identifiers import parse_key
from flyweight.services.items import Item
from flyweight.store.rows import StoredExecution

_PARENT_KINDS = frozenset({"workflow", "branch", DYNAMIC})


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The execution that nodes and attempts belong to, and where people look at it."""

    execution: identifier_pb2.WorkflowExecutionIdentifier
    console: str
    """``http://host:port/console`` without a slash at the end."""

    @property
    def page(self) -> str:
        """Where the console shows this execution (the address that Flyte's own clients print)."""
        of = self.execution
        return f"{self.console}/projects/{of.project}/domains/{of.domain}/executions/{of.name}"


def execution_id(new: NewExecution) -> identifier_pb2.WorkflowExecutionIdentifier:
    """Name an execution as the wire does."""
    return identifier_pb2.WorkflowExecutionIdentifier(project=new.project, domain=new.domain, name=new.name)


def execution(stored: StoredExecution) -> execution_pb2.Execution:
    """Show one execution; its outputs are not in it (``GetExecutionData`` gives them, whatever their size)."""
    new, record = stored.new, stored.record
    closure = execution_pb2.ExecutionClosure(
        phase=record.phase.value,
        started_at=to_timestamp(record.started_at or new.created_at),
        created_at=to_timestamp(new.created_at),
        updated_at=to_timestamp(record.updated_at or new.created_at),
        workflow_id=_identifier(identifier_pb2.WORKFLOW, new.workflow),
        state_change_details=execution_pb2.ExecutionStateChangeDetails(
            state=execution_pb2.ExecutionState.Name(stored.state),
            principal=new.principal,
            occurred_at=to_timestamp(new.created_at),
        ),
    )
    set_micros(closure.duration, _between(record.started_at, record.ended_at))
    if record.phase in {ExecutionPhase.ABORTED, ExecutionPhase.ABORTING}:
        closure.abort_metadata.CopyFrom(
            execution_pb2.AbortMetadata(cause=record.abort_cause, principal=record.abort_principal)
        )
    elif record.error:
        closure.error.CopyFrom(core_execution_pb2.ExecutionError.FromString(record.error))
    elif record.outputs_uri:
        closure.outputs.uri = record.outputs_uri
    spec = execution_pb2.ExecutionSpec.FromString(new.spec)
    spec.ClearField("inputs")
    return execution_pb2.Execution(id=execution_id(new), spec=spec, closure=closure)


def node_id(subject: Subject, node: str) -> identifier_pb2.NodeExecutionIdentifier:
    """Name a node execution as the wire does."""
    return identifier_pb2.NodeExecutionIdentifier(node_id=node, execution_id=subject.execution)


def node(subject: Subject, record: NodeRecord) -> node_execution_pb2.NodeExecution:
    """Show one node of an execution."""
    # Field by field: watchers are told of thousands, and a message that is made of others takes four times as long.
    shown = node_execution_pb2.NodeExecution()
    shown.id.node_id = record.node
    shown.id.execution_id.CopyFrom(subject.execution)
    shown.input_uri = record.inputs_uri
    closure, metadata = shown.closure, shown.metadata
    closure.phase = record.phase.value
    closure.deck_uri = record.deck_uri
    set_micros(closure.created_at, record.created_at)
    set_micros(closure.started_at, record.started_at or record.created_at)
    set_micros(closure.updated_at, record.updated_at or record.created_at)
    set_micros(closure.duration, _between(record.started_at, record.ended_at))
    metadata.retry_group = str(record.parent_attempt)
    metadata.spec_node_id = record.spec_node
    metadata.is_parent_node = record.kind in _PARENT_KINDS
    metadata.is_dynamic = record.kind == DYNAMIC
    metadata.is_array = record.kind == "array"
    if record.kind == "launch_plan" and record.started_at:
        child = child_execution_name(subject.execution, record.node)
        of = identifier_pb2.WorkflowExecutionIdentifier(
            project=subject.execution.project, domain=subject.execution.domain, name=child
        )
        closure.workflow_node_metadata.executionId.CopyFrom(of)
    if record.cache:
        closure.task_node_metadata.MergeFromString(record.cache)
    # Both stand in the same oneof: a failed node shows why it failed, even if it has an output prefix.
    if record.error:
        closure.error.CopyFrom(core_execution_pb2.ExecutionError.FromString(record.error))
    elif record.outputs_uri:
        closure.output_uri = record.outputs_uri
    return shown


def task_execution_id(subject: Subject, record: AttemptRecord) -> identifier_pb2.TaskExecutionIdentifier:
    """Name one attempt as the wire does."""
    return identifier_pb2.TaskExecutionIdentifier(
        task_id=_identifier(identifier_pb2.TASK, record.task),
        node_execution_id=node_id(subject, record.node),
        retry_attempt=record.attempt,
    )


def attempt(
    subject: Subject, record: AttemptRecord, *, task_type: str = "", why: str = ""
) -> task_execution_pb2.TaskExecution:
    """Show one attempt of a node: a task execution, in Flyte's words; ``why`` it ran, if there is more to say."""
    closure = task_execution_pb2.TaskExecutionClosure(
        phase=record.phase.value,
        created_at=to_timestamp(record.queued_at),
        updated_at=to_timestamp(record.updated_at or record.queued_at),
        task_type=task_type,
        logs=[_log_link(subject, record)],
        reason=f"on {record.worker}" if record.worker else "waits for a free worker",
    )
    if record.started_at or not record.ended_at:  # one that ended in the queue has never started
        set_micros(closure.started_at, record.started_at or record.queued_at)
    set_micros(closure.duration, _between(record.started_at, record.ended_at))
    closure.custom_info.update(
        {"worker": record.worker, "cpu_seconds": record.cpu_seconds, "peak_memory_bytes": record.peak_memory_bytes}
    )
    if record.usage_series:
        points = points_of(record.usage_series)
        course = {
            "seconds": [round(point.seconds, 3) for point in points],
            "memory_bytes": [point.memory for point in points],
            "cpus": [round(point.cpu, 3) for point in points],
        }
        closure.custom_info.update({"usage": course})
    closure.metadata.generated_name = f"{subject.execution.name}-{record.node}-{record.attempt}"
    if why:
        closure.reasons.add(message=why, occurred_at=to_timestamp(record.queued_at))
    if record.error:
        closure.error.CopyFrom(core_execution_pb2.ExecutionError.FromString(record.error))
    return task_execution_pb2.TaskExecution(id=task_execution_id(subject, record), closure=closure)


def add_items(
    shown: task_execution_pb2.TaskExecution,
    subject: Subject,
    node: NodeRecord,
    listed: Sequence[Item],
) -> None:
    """Put items of a map into its task execution, by index, and say how many there are of them all."""
    shown.closure.reason = node.reason
    shown.closure.ClearField("logs")
    progress = MapProgress.FromString(node.detail)
    shown.closure.custom_info.Clear()
    shown.closure.custom_info.update(
        {
            "items": progress.size,
            "succeeded": progress.succeeded,
            "failed": progress.failed,
            "running": progress.open,
            "from_cache": progress.cached,
            "listed": len(listed),
        }
    )
    for item in listed:
        record = item.attempt()
        resource = shown.closure.metadata.external_resources.add(
            external_id=f"{subject.execution.name}-{record.node}-{record.attempt}",
            index=item.index,
            retry_attempt=record.attempt,
            phase=record.phase.value,
            cache_status=item.cache_status,
            logs=[_log_link(subject, record)] if record.log_path else [],
        )
        if item.reason:
            resource.custom_info.update({"reason": item.reason})


def flyte_urls(subject: Subject, record: NodeRecord, *, attempt: int | None = None) -> common_pb2.FlyteURLs:
    """Give the ``flyte://`` addresses of a node's (or one attempt's) data, for ``FlyteRemote.get`` and people."""
    of = subject.execution
    base = f"flyte://v1/{of.project}/{of.domain}/{of.name}/{record.node}"
    data = base if attempt is None else f"{base}/{attempt}"
    return common_pb2.FlyteURLs(
        inputs=f"{data}/i", outputs=f"{data}/o", deck=f"{base}/d" if record.deck_uri and attempt is None else ""
    )


def literal_map(body: bytes) -> literals_pb2.LiteralMap:
    """Read the literal map of a row."""
    return literals_pb2.LiteralMap.FromString(body)


def _log_link(subject: Subject, record: AttemptRecord) -> core_execution_pb2.TaskLog:
    return core_execution_pb2.TaskLog(
        name="Log",
        uri=f"{subject.page}?node={record.node}&attempt={record.attempt}&tab=log",
        message_format=core_execution_pb2.TaskLog.UNKNOWN,
    )


def _identifier(kind: identifier_pb2.ResourceType, key: str) -> identifier_pb2.Identifier | None:
    return identifier(kind, parse_key(key)) if key else None


def _between(start: Micros, end: Micros) -> int:
    """Give the microseconds between two moments; none while it has not ended (clients count on from ``started_at``)."""
    return max(end - start, 0) if start and end else 0
