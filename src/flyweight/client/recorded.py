"""Finds what a node or an item of an execution ran: its task, registered or drawn, and what it was given."""

from collections.abc import Iterator
from dataclasses import dataclass

from flyteidl.admin import common_pb2, node_execution_pb2, task_execution_pb2
from flyteidl.core import identifier_pb2, literals_pb2, tasks_pb2

from flyweight.client import rpcs
from flyweight.client.channel import Connection
from flyweight.errors import NotFound
from flyweight.ids import NodeId, parse_item_name, shown_item

_PAGE = 100

_Execution = identifier_pb2.WorkflowExecutionIdentifier


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCall:
    """A call of a task, as a platform recorded it."""

    template: tasks_pb2.TaskTemplate
    inputs: literals_pb2.LiteralMap
    """Of a map, and of an item of one: the lists."""
    maps: bool = False
    """Whether it is a map, or an item of one."""
    element: int | None = None
    """Of an item of a map: which one it is."""


def call(connection: Connection, of: _Execution, node: NodeId) -> RecordedCall:
    """Find a call; raises ``NotFound`` as ``Looking.recorded_call`` says."""
    item = parse_item_name(node)
    place, element = item if item is not None and _is_map(connection, of, item[0]) else (node, None)
    maps = element is not None or _is_map(connection, of, node)
    asked = identifier_pb2.NodeExecutionIdentifier(execution_id=of, node_id=place)
    data = connection.call(rpcs.GET_NODE_EXECUTION_DATA, node_execution_pb2.NodeExecutionGetDataRequest(id=asked))
    request = task_execution_pb2.TaskExecutionListRequest(node_execution_id=asked, limit=1)
    tries = connection.call(rpcs.LIST_TASK_EXECUTIONS, request).task_executions
    if not tries or not tries[0].id.task_id.name:  # a map of a launch plan has such an attempt
        raise NotFound(_ran_no_task(of, node, _found(connection, of, node)))
    template = _template(connection, of, tries[0].id.task_id)
    return RecordedCall(template=template, inputs=data.full_inputs, maps=maps, element=element)


def _ran_no_task(of: _Execution, node: NodeId, found: node_execution_pb2.NodeExecution | None) -> str:
    item = parse_item_name(node)
    shown = shown_item(*item) if item is not None else node
    child = "" if found is None else found.closure.workflow_node_metadata.executionId.name
    if child:
        return f"Node {shown} of {of.name} is execution {child}: name a node of that one."
    return (
        f"Node {shown} of {of.name} ran no task there. (One inside it, or of the execution that its outputs were taken "
        "from, can be run.)"
    )


def _is_map(connection: Connection, of: _Execution, node: NodeId) -> bool:
    found = _found(connection, of, node)
    return found is not None and found.metadata.is_array


def _found(connection: Connection, of: _Execution, node: NodeId) -> node_execution_pb2.NodeExecution | None:
    asked = identifier_pb2.NodeExecutionIdentifier(execution_id=of, node_id=node)
    try:
        return connection.call(rpcs.GET_NODE_EXECUTION, node_execution_pb2.NodeExecutionGetRequest(id=asked))
    except NotFound:
        return None


def _template(connection: Connection, of: _Execution, task: identifier_pb2.Identifier) -> tasks_pb2.TaskTemplate:
    """Give a task: what a dynamic task has drawn need not be registered, and stands in its drawing."""
    try:
        registered = connection.call(rpcs.GET_TASK, common_pb2.ObjectGetRequest(id=task))
    except NotFound:
        for drawn in _drawn(connection, of):
            if drawn.id == task:
                return drawn
        raise
    return registered.closure.compiled_task.template


def _drawn(connection: Connection, of: _Execution) -> Iterator[tasks_pb2.TaskTemplate]:
    """Give all tasks that dynamic tasks of an execution have drawn."""
    request = node_execution_pb2.NodeExecutionListRequest(workflow_execution_id=of, limit=_PAGE)
    while True:
        page = connection.call(rpcs.LIST_NODE_EXECUTIONS, request)
        for found in page.node_executions:
            if found.metadata.is_dynamic:
                asked = node_execution_pb2.NodeExecutionGetDataRequest(id=found.id)
                data = connection.call(rpcs.GET_NODE_EXECUTION_DATA, asked)
                yield from (task.template for task in data.dynamic_workflow.compiled_workflow.tasks)
        if not page.token:
            return
        request.token = page.token
