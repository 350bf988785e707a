"""Reads from the services what one page shows."""

import asyncio
from dataclasses import dataclass

from flyteidl.admin import common_pb2, execution_pb2, node_execution_pb2, project_pb2, task_execution_pb2
from flyteidl.core import compiler_pb2, identifier_pb2, literals_pb2

from flyweight.clock import from_timestamp, to_datetime
from flyweight.console import phases, views
from flyweight.console.asking import PAGE_SIZE, Asked
from flyweight.console.sources import ConsoleServices
from flyweight.console.views import AttemptView, ExecutionView, NodeView
from flyweight.errors import NotFound
from flyweight.ids import NodeId, parse_item_name, shown_item
from flyweight.semantics import steps as plan
from flyweight.semantics.steps import Step

MOST_ROWS = 2_000
"""Nodes in one table; a page of more helps nobody."""

_MOST_NAMES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionsPage:
    """Some executions, newest first; ``older`` is the moment at which the next page begins, empty at the end."""

    rows: list[ExecutionView]
    older: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LiteralMaps:
    """What went in, what came out; ``outputs`` is None until there are any."""

    inputs: literals_pb2.LiteralMap
    outputs: literals_pb2.LiteralMap | None


async def executions(services: ConsoleServices, project: str, domain: str, asked: Asked) -> ExecutionsPage:
    """Read one page of executions."""
    requests = asked.requests(project, domain, services.clock.now())
    answers = await asyncio.gather(*(services.executions.list_executions(request) for request in requests))
    found = {each.id.name: each for answer in answers for each in answer.executions}
    newest = sorted(found.values(), key=lambda each: from_timestamp(each.closure.created_at), reverse=True)
    shown = newest[:PAGE_SIZE]
    older = to_datetime(from_timestamp(shown[-1].closure.created_at)).isoformat() if len(newest) > PAGE_SIZE else ""
    return ExecutionsPage(rows=[views.execution(each) for each in shown], older=older)


async def execution(
    services: ConsoleServices, of: identifier_pb2.WorkflowExecutionIdentifier
) -> execution_pb2.Execution:
    """Read an execution; raises ``NotFound``."""
    return await services.executions.get_execution(execution_pb2.WorkflowExecutionGetRequest(id=of))


async def closure(
    services: ConsoleServices, message: execution_pb2.Execution
) -> compiler_pb2.CompiledWorkflowClosure | None:
    """Read the compiled workflow of an execution; None when there is none by that name (a task run by itself)."""
    try:
        request = common_pb2.ObjectGetRequest(id=message.closure.workflow_id)
        workflow = await services.workflows.get_workflow(request)
    except NotFound:
        return None
    return workflow.closure.compiled_workflow


async def nodes(
    services: ConsoleServices,
    of: identifier_pb2.WorkflowExecutionIdentifier,
    planned: list[Step],
    *,
    ended: bool,
) -> list[NodeView]:
    """Read all nodes of an execution: the planned ones in their order, each followed by what it made while it ran."""
    outermost = await _nodes_below(services, of, "")
    rows = {row.id.node_id: row for row in outermost}
    known = {step.node for step in planned}
    extra: dict[str, list[Step]] = {}
    todo = [row.id.node_id for row in outermost if row.metadata.is_parent_node]
    while todo and len(rows) < MOST_ROWS:
        parent = todo.pop(0)
        for row in await _nodes_below(services, of, parent):
            name = row.id.node_id
            rows[name] = row
            if name not in known:
                extra.setdefault(parent, []).append(plan.unplanned(name, 1))
            if row.metadata.is_parent_node:
                todo.append(name)
    extra[""] = [plan.unplanned(row.id.node_id, 0) for row in outermost if row.id.node_id not in known]
    ordered = [each for step in planned for each in (step, *extra.get(step.node, ()))] + extra[""]
    reasons = await services.nodes.reasons(of)
    told = {name: plan.reason_of(row.closure, reasons.get(NodeId(name), "")) for name, row in rows.items()}
    words = plan.unbegun(planned, {name: row.closure.phase for name, row in rows.items()}, ended=ended)
    return [
        views.node(rows.get(step.node), step, told.get(step.node, ""), words.get(step.node, phases.WAITING))
        for step in ordered[:MOST_ROWS]
    ]


async def node(
    services: ConsoleServices, of: identifier_pb2.NodeExecutionIdentifier, planned: list[Step], *, ended: bool
) -> NodeView:
    """Read one node; one that the workflow plans may have no row. Raises ``NotFound`` for any other."""
    step = next((step for step in planned if step.node == of.node_id), None)
    try:
        row = await services.nodes.get_node_execution(node_execution_pb2.NodeExecutionGetRequest(id=of))
    except NotFound:
        if step is None:
            raise
        unbegun = phases.NOT_STARTED if ended else phases.WAITING
        return views.node(None, step, unbegun=unbegun)
    return views.node(row, step or await _unplanned(services, of))


async def _unplanned(services: ConsoleServices, of: identifier_pb2.NodeExecutionIdentifier) -> Step:
    """Make a step of an item of a map, under its map's name, or of what was made while it ran."""
    item = parse_item_name(of.node_id)
    if item is None:
        return plan.unplanned(of.node_id, 0)
    owner = identifier_pb2.NodeExecutionIdentifier(node_id=item[0], execution_id=of.execution_id)
    try:
        found = await services.nodes.get_node_execution(node_execution_pb2.NodeExecutionGetRequest(id=owner))
    except NotFound:
        return plan.unplanned(of.node_id, 0)
    return plan.unplanned(shown_item(*item) if found.metadata.is_array else of.node_id, 0)


async def attempts(services: ConsoleServices, of: identifier_pb2.NodeExecutionIdentifier) -> list[AttemptView]:
    """Read the attempts of a node, the first one first."""
    request = task_execution_pb2.TaskExecutionListRequest(node_execution_id=of, limit=100)
    found = await services.nodes.list_task_executions(request)
    return sorted((views.attempt(each) for each in found.task_executions), key=lambda each: each.number)


async def execution_data(
    services: ConsoleServices, of: identifier_pb2.WorkflowExecutionIdentifier, *, ended: bool
) -> LiteralMaps:
    """Read an execution's inputs, and its outputs if it has ended."""
    data = await services.executions.get_execution_data(execution_pb2.WorkflowExecutionGetDataRequest(id=of))
    return LiteralMaps(inputs=data.full_inputs, outputs=data.full_outputs if ended else None)


async def node_data(
    services: ConsoleServices, of: identifier_pb2.NodeExecutionIdentifier, *, ended: bool
) -> LiteralMaps:
    """Read a node's inputs, and its outputs if it has ended."""
    data = await services.nodes.get_node_execution_data(node_execution_pb2.NodeExecutionGetDataRequest(id=of))
    return LiteralMaps(inputs=data.full_inputs, outputs=data.full_outputs if ended else None)


async def projects(services: ConsoleServices) -> list[project_pb2.Project]:
    """Read the projects to choose from."""
    return list((await services.projects.list_projects(project_pb2.ProjectListRequest(limit=_MOST_NAMES))).projects)


async def _nodes_below(
    services: ConsoleServices, of: identifier_pb2.WorkflowExecutionIdentifier, parent: str
) -> list[node_execution_pb2.NodeExecution]:
    request = node_execution_pb2.NodeExecutionListRequest(
        workflow_execution_id=of, limit=MOST_ROWS, unique_parent_id=parent
    )
    return list((await services.nodes.list_node_executions(request)).node_executions)
