"""What a node ran, and with which inputs: told of tasks and items, and of others where to look instead."""

import grpc
import pytest
from flyteidl.admin import node_execution_pb2, task_execution_pb2, task_pb2
from flyteidl.core import literals_pb2

from flyweight import literals
from flyweight.client import rpcs
from flyweight.client.remote import FlyteRemote
from flyweight.errors import NotFound
from tests.unit.client.scripted import Refusal, ScriptedServer

GIVEN = literals_pb2.LiteralMap(literals={"xs": literals.collection([])})


@pytest.fixture
def ran(server: ScriptedServer) -> ScriptedServer:
    """A server on which n0 is a map of a task, n1 a workflow, n2 an execution, and n3 maps a launch plan."""

    def node(request: node_execution_pb2.NodeExecutionGetRequest) -> node_execution_pb2.NodeExecution:
        name = request.id.node_id
        found = node_execution_pb2.NodeExecution(id=request.id)
        found.metadata.is_array = name in {"n0", "n3"}
        if name in {"n2", "n3-n1"}:
            found.closure.workflow_node_metadata.executionId.name = "f6b4"
        if name == "n9":
            raise Refusal(grpc.StatusCode.NOT_FOUND, "no such node")
        return found

    def tries(request: task_execution_pb2.TaskExecutionListRequest) -> task_execution_pb2.TaskExecutionList:
        found = task_execution_pb2.TaskExecutionList()
        if request.node_execution_id.node_id in {"n0", "n3"}:
            found.task_executions.add()
        if request.node_execution_id.node_id == "n0":
            found.task_executions[0].id.task_id.name = "mapped"
        return found

    server.answer(rpcs.GET_NODE_EXECUTION, node)
    server.answer(
        rpcs.GET_NODE_EXECUTION_DATA, lambda _: node_execution_pb2.NodeExecutionGetDataResponse(full_inputs=GIVEN)
    )
    server.answer(rpcs.LIST_TASK_EXECUTIONS, tries)
    server.answer(rpcs.GET_TASK, lambda request: task_pb2.Task(id=request.id))
    return server


def test_a_map_says_that_it_is_one_and_its_items_which_they_are(remote: FlyteRemote, ran: ScriptedServer) -> None:
    found = remote.recorded_call("e1", "n0")
    assert (found.inputs, found.maps, found.element) == (GIVEN, True, None)
    found = remote.recorded_call("e1", "n0[2]")
    assert (found.inputs, found.maps, found.element) == (GIVEN, True, 2)


@pytest.mark.parametrize(
    ("node", "said"),
    [
        ("n1", "Node n1 of e1 ran no task there"),
        ("n2", "Node n2 of e1 is execution f6b4: name a node of that one"),
        ("n3[1]", r"Node n3\[1\] of e1 is execution f6b4"),
    ],
)
def test_what_ran_no_task_says_where_one_ran(remote: FlyteRemote, ran: ScriptedServer, node: str, said: str) -> None:
    with pytest.raises(NotFound, match=said):
        remote.recorded_call("e1", node)
