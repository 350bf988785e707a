"""The nodes of an execution as lines, and what an execution that starts it again has from it."""

from collections.abc import Iterator

import pytest
from flyteidl.admin import execution_pb2, node_execution_pb2, workflow_pb2
from flyteidl.core import compiler_pb2, identifier_pb2
from flyteidl.core import execution_pb2 as phases_pb2

from flyweight.cli.nodes import taken_over, tree
from flyweight.client import rpcs
from flyweight.client.config import Config
from flyweight.client.executions import FlyteWorkflowExecution
from flyweight.client.remote import FlyteRemote
from flyweight.protocol import watch_pb2
from tests.unit.client.scripted import ScriptedServer
from tests.unit.console.shapes import branch, closure, identifier, sub_workflow, task, template

Node, Phase = phases_pb2.NodeExecution, phases_pb2.WorkflowExecution
BEGUN = {"a": Node.SUCCEEDED, "b": Node.RUNNING, "b-0-n0": Node.SKIPPED, "b-0-n1": Node.RUNNING}


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    main = template("main", task("a"), branch("b", sub_workflow("n0", "inner"), task("n1")), task("z", "a", "b"))
    compiled: compiler_pb2.CompiledWorkflowClosure = closure(main, template("inner", task("x")))
    found = workflow_pb2.Workflow(closure=workflow_pb2.WorkflowClosure(compiled_workflow=compiled))
    running = ScriptedServer()
    running.answer(rpcs.GET_WORKFLOW, lambda _: found)
    yield running
    running.stop()


def execution(server: ScriptedServer, phase: int, nodes: dict[str, int]) -> FlyteWorkflowExecution:
    of = identifier_pb2.WorkflowExecutionIdentifier(project="p", domain="d", name="run")
    message = execution_pb2.Execution(id=of)
    message.closure.phase = phase
    message.closure.workflow_id.CopyFrom(identifier("main", identifier_pb2.WORKFLOW))

    def push(_: object) -> Iterator[watch_pb2.WatchEvent]:
        for name, node_phase in nodes.items():
            node = node_execution_pb2.NodeExecution()
            node.id.node_id, node.closure.phase = name, node_phase
            attempt = 1 if name == "b-0-n1" else 0
            update = watch_pb2.NodeUpdate(node_execution=node.SerializeToString(), reason="", attempt=attempt)
            yield watch_pb2.WatchEvent(node=update)
        yield watch_pb2.WatchEvent()

    server.answer(rpcs.WATCH_EXECUTION, push, stream=True)
    remote = FlyteRemote(Config.for_endpoint(server.address, insecure=True), interactive_mode_enabled=False)
    return FlyteWorkflowExecution(remote, message)


def test_all_nodes_are_shown_while_it_runs_in_their_nest_with_what_they_wait_for(server: ScriptedServer) -> None:
    assert list(tree(execution(server, Phase.RUNNING, BEGUN))) == [
        "  a (do a) succeeded",
        "  b (choose b) running",
        "    b-0-n0 (inner) [if x > 3 and (n0.o0 == 'left' or y)] skipped",
        "      b-0-n0-0-x (do x) skipped",
        "    b-0-n1 (do n1) [else] running, attempt 2 (--node b-0-n1 tells why)",
        "  z (do z) waits for b (choose b)",
    ]


def test_once_it_has_ended_what_never_began_has_not_started(server: ScriptedServer) -> None:
    lines = list(tree(execution(server, Phase.FAILED, {"a": Node.FAILED})))
    assert lines[0] == "  a (do a) failed"
    assert {line.rpartition(")")[2].rpartition("]")[2] for line in lines[1:]} == {" not started"}


def test_what_is_taken_over_is_what_had_succeeded_and_does_not_follow(server: ScriptedServer) -> None:
    ended = execution(server, Phase.FAILED, {"a": Node.SUCCEEDED, "b": Node.SUCCEEDED, "z": Node.FAILED})
    assert taken_over(ended).split("\n") == [
        "  taken over from run: a (do a), b (choose b)",
        "  to run: z (do z)",
    ]
    assert "to run: b (choose b), z (do z)" in taken_over(ended, "b-0-n1")
    assert "of the map a: all items but 7 that succeeded\n" in taken_over(ended, "a[7]")
