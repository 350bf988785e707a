"""Following an execution: pushed where the server can, polled where it cannot, and found again after a break."""

import threading

import grpc
import pytest
from flyteidl.admin import execution_pb2, node_execution_pb2
from flyteidl.core import execution_pb2 as phases_pb2
from flyteidl.core import identifier_pb2, literals_pb2

from flyweight import literals
from flyweight.client import rpcs
from flyweight.client.executions import FlyteWorkflowExecution
from flyweight.client.remote import FlyteRemote
from flyweight.errors import DeadlineExceeded, PreconditionFailed, TaskFailed
from flyweight.protocol import watch_pb2
from tests.unit.client.scripted import Refusal, ScriptedServer

Phase = phases_pb2.WorkflowExecution
ID = identifier_pb2.WorkflowExecutionIdentifier(project="p", domain="d", name="run")
OUTPUTS = literals_pb2.LiteralMap(literals={"o0": literals.primitive(6)})


def execution(phase: int, message: str = "") -> execution_pb2.Execution:
    found = execution_pb2.Execution(id=ID, closure=execution_pb2.ExecutionClosure(phase=phase))
    if message:
        found.closure.error.message = message
    return found


def update(phase: int, message: str = "") -> watch_pb2.WatchEvent:
    outputs = OUTPUTS.SerializeToString() if phase == Phase.SUCCEEDED else b""
    state = execution(phase, message).SerializeToString()
    return watch_pb2.WatchEvent(execution=watch_pb2.ExecutionUpdate(execution=state, outputs=outputs))


def node(phase: int) -> watch_pb2.WatchEvent:
    message = node_execution_pb2.NodeExecution(
        id=identifier_pb2.NodeExecutionIdentifier(node_id="n0", execution_id=ID),
        closure=node_execution_pb2.NodeExecutionClosure(phase=phase),
    )
    outputs = OUTPUTS.SerializeToString() if phase == phases_pb2.NodeExecution.SUCCEEDED else b""
    return watch_pb2.WatchEvent(node=watch_pb2.NodeUpdate(node_execution=message.SerializeToString(), outputs=outputs))


@pytest.fixture
def handle(remote: FlyteRemote) -> FlyteWorkflowExecution:
    return FlyteWorkflowExecution(remote, execution(Phase.QUEUED))


def test_a_pushed_end_is_the_end(server: ScriptedServer, handle: FlyteWorkflowExecution) -> None:
    server.answer(rpcs.WATCH_EXECUTION, lambda _: iter([update(Phase.RUNNING), update(Phase.SUCCEEDED)]), stream=True)
    assert handle.wait(timeout=10).outputs["o0"] == 6
    assert handle.is_successful
    assert server.names() == ["Watch"]


def test_a_run_is_watched_while_it_is_being_created(server: ScriptedServer, handle: FlyteWorkflowExecution) -> None:
    created = threading.Event()

    def push(request: watch_pb2.WatchRequest):
        assert request.coming
        created.wait(10)
        yield update(Phase.SUCCEEDED)

    server.answer(rpcs.WATCH_EXECUTION, push, stream=True)
    handle.follow_from_creation(created.set)
    assert handle.wait(timeout=10).outputs["o0"] == 6


def test_a_platform_that_does_not_wait_for_what_is_coming_is_asked_again(
    server: ScriptedServer, handle: FlyteWorkflowExecution
) -> None:
    refused = threading.Event()

    def push(request: watch_pb2.WatchRequest):
        if request.coming:
            refused.set()
            raise Refusal(grpc.StatusCode.NOT_FOUND, "no such execution")
        yield update(Phase.SUCCEEDED)

    server.answer(rpcs.WATCH_EXECUTION, push, stream=True)
    handle.follow_from_creation(lambda: refused.wait(10))
    assert handle.wait(timeout=10).is_successful


def test_a_refused_creation_is_told_and_nobody_watches(server: ScriptedServer, handle: FlyteWorkflowExecution) -> None:
    cancelled = threading.Event()

    def push(_: object):
        cancelled.wait(10)
        yield update(Phase.RUNNING)

    def refuse() -> None:
        raise PreconditionFailed("no")

    server.answer(rpcs.WATCH_EXECUTION, push, stream=True)
    with pytest.raises(PreconditionFailed, match="no"):
        handle.follow_from_creation(refuse)
    cancelled.set()
    with pytest.raises(DeadlineExceeded):
        handle.wait(timeout=0.1)


def test_partial_results_come_while_it_runs(server: ScriptedServer, handle: FlyteWorkflowExecution) -> None:
    seen, release = threading.Event(), threading.Event()

    def push(_: object):
        yield node(phases_pb2.NodeExecution.SUCCEEDED)
        yield watch_pb2.WatchEvent()
        release.wait(10)
        yield update(Phase.SUCCEEDED)

    server.answer(rpcs.WATCH_EXECUTION, push, stream=True)
    handle.on_node(lambda state: seen.set() if state.outputs else None)
    assert seen.wait(10), "the node's outputs are there before the execution has ended"
    assert handle.node_executions["n0"].outputs["o0"] == 6
    assert not handle.is_done
    release.set()
    handle.wait(timeout=10)


def test_callbacks_fire_at_the_end_and_a_faulty_one_hurts_nobody(
    server: ScriptedServer, handle: FlyteWorkflowExecution
) -> None:
    server.answer(rpcs.WATCH_EXECUTION, lambda _: iter([update(Phase.SUCCEEDED)]), stream=True)
    fired = threading.Event()
    handle.add_done_callback(lambda _: 1 / 0)
    handle.add_done_callback(lambda ended: fired.set() if ended.is_done else None)
    assert fired.wait(10)
    late = threading.Event()
    handle.add_done_callback(lambda _: late.set())
    assert late.is_set(), "a callback that comes late fires at once"


def test_a_server_without_push_is_polled(server: ScriptedServer, handle: FlyteWorkflowExecution) -> None:
    phases = iter([Phase.RUNNING, Phase.RUNNING, Phase.SUCCEEDED])
    server.answer(rpcs.GET_EXECUTION, lambda _: execution(next(phases)))
    server.answer(rpcs.LIST_NODE_EXECUTIONS, lambda _: node_execution_pb2.NodeExecutionList())
    server.answer(
        rpcs.GET_EXECUTION_DATA, lambda _: execution_pb2.WorkflowExecutionGetDataResponse(full_outputs=OUTPUTS)
    )
    assert handle.wait(timeout=10).outputs["o0"] == 6


def test_a_broken_stream_is_taken_up_again(server: ScriptedServer, handle: FlyteWorkflowExecution) -> None:
    def push(_: object):
        yield update(Phase.RUNNING)
        if len(server.calls) == 1:
            raise Refusal(grpc.StatusCode.UNAVAILABLE, "restarting")
        yield update(Phase.SUCCEEDED)

    server.answer(rpcs.WATCH_EXECUTION, push, stream=True)
    assert handle.wait(timeout=10).is_successful
    assert server.names() == ["Watch", "Watch"]


def test_a_failure_raises_with_the_tasks_words(server: ScriptedServer, handle: FlyteWorkflowExecution) -> None:
    server.answer(rpcs.WATCH_EXECUTION, lambda _: iter([update(Phase.FAILED, "ValueError: bad row 7")]), stream=True)
    handle.wait(timeout=10)
    assert handle.error is not None
    assert handle.error.message == "ValueError: bad row 7"
    with pytest.raises(TaskFailed, match="bad row 7"):
        _ = handle.outputs


def test_an_execution_nobody_knows_ends_the_wait(server: ScriptedServer, handle: FlyteWorkflowExecution) -> None:
    def refuse(_: object):
        raise Refusal(grpc.StatusCode.NOT_FOUND, "no execution `run`")
        yield

    server.answer(rpcs.WATCH_EXECUTION, refuse, stream=True)
    with pytest.raises(Exception, match="no execution `run`"):
        handle.wait(timeout=10)


def test_waiting_too_briefly_says_that_it_goes_on(server: ScriptedServer, handle: FlyteWorkflowExecution) -> None:
    release = threading.Event()

    def push(_: object):
        yield update(Phase.RUNNING)
        yield watch_pb2.WatchEvent()
        release.wait(10)

    server.answer(rpcs.WATCH_EXECUTION, push, stream=True)
    with pytest.raises(DeadlineExceeded, match="goes on"):
        handle.wait(timeout=0.05)
    with pytest.raises(PreconditionFailed, match="no outputs yet"):
        _ = handle.outputs
    release.set()
