"""What may be asked of each table in Flyte's filters and orders, under the names that Flyte gives the columns."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum

from flyteidl.admin import execution_pb2, launch_plan_pb2, project_pb2
from sqlalchemy import case, literal, select

from flyweight.engine.phases import AttemptPhase, ExecutionPhase, NodePhase
from flyweight.semantics.answers import waits_for
from flyweight.store import tables
from flyweight.store.listing import Column, Condition, Field, Listing


def _time(value: str) -> int:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{value!r} is not a time such as 2025-01-31T08:00:00Z") from None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1_000_000)


def _seconds(value: str) -> int:
    try:
        return int(float(value) * 1_000_000)
    except ValueError:
        raise ValueError(f"{value!r} is not a number of seconds") from None


def _whole(value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise ValueError(f"{value!r} is not a whole number") from None


def number_of(names: Mapping[str, int]) -> Callable[[str], object]:
    """Read a name or its number, as Flyte's clients send both."""

    def parse(value: str) -> int:
        number = names.get(value.upper())
        if number is None and value.isdecimal() and int(value) in names.values():
            number = int(value)
        if number is None:
            raise ValueError(f"{value!r} is none of {', '.join(names)}")
        return number

    return parse


def _phase(phases: type[Enum]) -> Callable[[str], object]:
    return number_of({phase.name: phase.value for phase in phases})


def _text(column: Column) -> Field:
    return Field(column=column, parse=str)


def _moment(column: Column) -> Field:
    return Field(column=column, parse=_time)


def _duration(started: Column, ended: Column) -> Field:
    return Field(column=case((ended > 0, ended - started), else_=0), parse=_seconds)


def _entity(table_name: str) -> dict[str, Field]:
    columns = tables.metadata.tables[table_name].c
    return {
        **{name: _text(columns[name]) for name in ("project", "domain", "name", "version")},
        **{name: _moment(columns[name]) for name in ("created_at", "updated_at")},
    }


def _prefixed(prefix: str, fields: Mapping[str, Field], within: Callable[[Condition], Condition]) -> dict[str, Field]:
    return {
        f"{prefix}.{name}": Field(column=field.column, parse=field.parse, within=within)
        for name, field in fields.items()
        if "." not in name
    }


def _within_execution(column: Column) -> Callable[[Condition], Condition]:
    def within(condition: Condition) -> Condition:
        return column.in_(select(tables.executions.c.key).where(condition))

    return within


def _within_node(condition: Condition) -> Condition:
    nodes, attempts = tables.node_executions.c, tables.attempts.c
    return (
        select(nodes.node).where(nodes.execution == attempts.execution, nodes.node == attempts.node, condition).exists()
    )


def _with_tag(condition: Condition) -> Condition:
    return tables.executions.c.key.in_(select(tables.execution_tags.c.execution).where(condition))


_executions = tables.executions.c
_EXECUTION_FIELDS: dict[str, Field] = {
    **{name: _text(_executions[name]) for name in ("project", "domain", "name")},
    **{f"execution_{name}": _text(_executions[name]) for name in ("project", "domain", "name")},
    **{name: _moment(_executions[name]) for name in ("created_at", "started_at", "updated_at", "ended_at")},
    "execution_created_at": _moment(_executions.created_at),
    "execution_updated_at": _moment(_executions.updated_at),
    "duration": _duration(_executions.started_at, _executions.ended_at),
    "phase": Field(column=_executions.phase, parse=_phase(ExecutionPhase)),
    "state": Field(column=_executions.state, parse=number_of(dict(execution_pb2.ExecutionState.items()))),
    "mode": Field(
        column=_executions.mode, parse=number_of(dict(execution_pb2.ExecutionMetadata.ExecutionMode.items()))
    ),
    "user": _text(_executions.principal),
    "principal": _text(_executions.principal),
    "admin_tag.name": Field(column=tables.execution_tags.c.tag, parse=str, within=_with_tag),
    "workflow.name": _text(_executions.workflow_name),
    "workflow.version": _text(_executions.workflow_version),
    "launch_plan.name": _text(_executions.launch_plan_name),
    "launch_plan.version": _text(_executions.launch_plan_version),
    "task.name": _text(_executions.task_name),
    "task.version": _text(_executions.task_version),
}

EXECUTIONS = Listing(
    entity="execution",
    fields=_EXECUTION_FIELDS,
    order=(_executions.created_at.desc(),),
    unique=_executions.key,
)

_nodes = tables.node_executions.c
_NODE_FIELDS: dict[str, Field] = {
    "node_id": _text(_nodes.node),
    "spec_node": _text(_nodes.spec_node),
    "kind": _text(_nodes.kind),
    **{name: _moment(_nodes[name]) for name in ("created_at", "started_at", "updated_at", "ended_at")},
    "node_execution_created_at": _moment(_nodes.created_at),
    "node_execution_updated_at": _moment(_nodes.updated_at),
    "duration": _duration(_nodes.started_at, _nodes.ended_at),
    "phase": Field(column=_nodes.phase, parse=_phase(NodePhase)),
}

NODES = Listing(
    entity="node_execution",
    fields={**_NODE_FIELDS, **_prefixed("execution", _EXECUTION_FIELDS, _within_execution(_nodes.execution))},
    order=(_nodes.created_at.asc(),),
    unique=_nodes.node,
)

_attempts = tables.attempts.c
ATTEMPTS = Listing(
    entity="task_execution",
    fields={
        "node_id": _text(_attempts.node),
        "retry_attempt": Field(column=_attempts.attempt, parse=_whole),
        "executor": _text(_attempts.executor),
        "created_at": _moment(_attempts.queued_at),
        **{name: _moment(_attempts[name]) for name in ("queued_at", "started_at", "updated_at", "ended_at")},
        "task_execution_created_at": _moment(_attempts.queued_at),
        "task_execution_updated_at": _moment(_attempts.updated_at),
        "duration": _duration(_attempts.started_at, _attempts.ended_at),
        "phase": Field(column=_attempts.phase, parse=_phase(AttemptPhase)),
        **_prefixed("execution", _EXECUTION_FIELDS, _within_execution(_attempts.execution)),
        **_prefixed("node_execution", _NODE_FIELDS, _within_node),
    },
    order=(_attempts.node.asc(),),
    unique=_attempts.attempt,
)

_signals = tables.signals.c
_waiting = (
    select(_nodes.node)
    .where(
        _nodes.execution == _signals.execution,
        _nodes.ended_at == 0,
        _nodes.reason == literal(waits_for("")) + _signals.signal,
    )
    .exists()
)
SIGNALS = Listing(
    entity="signal",
    fields={
        "signal_id": _text(_signals.signal),
        "awaited": Field(column=case((_waiting, 1), else_=0), parse=number_of({"FALSE": 0, "TRUE": 1})),
        "created_at": _moment(_signals.created_at),
        "updated_at": _moment(_signals.updated_at),
    },
    order=(_signals.created_at.asc(),),
    unique=_signals.signal,
)

TASKS = Listing(
    entity="task",
    fields=_entity("tasks"),
    order=(tables.tasks.c.created_at.desc(),),
    unique=tables.tasks.c.id,
)
WORKFLOWS = Listing(
    entity="workflow",
    fields=_entity("workflows"),
    order=(tables.workflows.c.created_at.desc(),),
    unique=tables.workflows.c.id,
)

_plans = tables.launch_plans.c
LAUNCH_PLANS = Listing(
    entity="launch_plan",
    fields={
        **_entity("launch_plans"),
        "state": Field(column=_plans.state, parse=number_of(dict(launch_plan_pb2.LaunchPlanState.items()))),
        "workflow.name": _text(_plans.workflow_name),
        "workflow.version": _text(_plans.workflow_version),
    },
    order=(_plans.created_at.desc(),),
    unique=_plans.id,
)

_projects = tables.projects.c
PROJECTS = Listing(
    entity="project",
    fields={
        "identifier": _text(_projects.identifier),
        "name": _text(_projects.name),
        "description": _text(_projects.description),
        "created_at": _moment(_projects.created_at),
        "updated_at": _moment(_projects.updated_at),
        "state": Field(column=_projects.state, parse=number_of(dict(project_pb2.Project.ProjectState.items()))),
    },
    order=(),
    unique=_projects.identifier,
)
