"""Calls: the server's words come back as our errors, and only what may be sent twice is."""

import socket

import grpc
import pytest
from flyteidl.admin import common_pb2, execution_pb2, task_pb2

from flyweight import errors
from flyweight.client import rpcs
from flyweight.client.channel import Connection, Endpoint, NoPlatform
from tests.unit.client.scripted import Refusal, ScriptedServer


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (grpc.StatusCode.NOT_FOUND, errors.NotFound),
        (grpc.StatusCode.INVALID_ARGUMENT, errors.InvalidInput),
        (grpc.StatusCode.ALREADY_EXISTS, errors.AlreadyExists),
        (grpc.StatusCode.FAILED_PRECONDITION, errors.PreconditionFailed),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, errors.TooLarge),
        (grpc.StatusCode.UNAUTHENTICATED, errors.Unauthenticated),
        (grpc.StatusCode.PERMISSION_DENIED, errors.PermissionDenied),
        (grpc.StatusCode.INTERNAL, errors.PlatformError),
    ],
)
def test_a_refusal_becomes_our_error_with_the_servers_words(
    server: ScriptedServer, connection: Connection, status: grpc.StatusCode, error: type[Exception]
) -> None:
    def refuse(_: object) -> task_pb2.Task:
        raise Refusal(status, "there is no task `a`; did you mean `b`?")

    server.answer(rpcs.GET_TASK, refuse)
    with pytest.raises(error, match="did you mean `b`"):
        connection.call(rpcs.GET_TASK, common_pb2.ObjectGetRequest())
    assert server.names() == ["GetTask"], "a refusal is not asked for again"


def test_a_method_the_server_lacks_is_unsupported(connection: Connection) -> None:
    with pytest.raises(errors.Unsupported):
        connection.call(rpcs.GET_TASK, common_pb2.ObjectGetRequest())


def test_a_busy_server_is_asked_again(server: ScriptedServer, connection: Connection) -> None:
    def busy_once(_: object) -> task_pb2.Task:
        if len(server.calls) == 1:
            raise Refusal(grpc.StatusCode.UNAVAILABLE, "starting")
        return task_pb2.Task(short_description="found")

    server.answer(rpcs.GET_TASK, busy_once)
    assert connection.call(rpcs.GET_TASK, common_pb2.ObjectGetRequest()).short_description == "found"
    assert len(server.calls) == 2


def test_what_may_not_be_sent_twice_is_not(server: ScriptedServer, connection: Connection) -> None:
    def busy(_: object) -> execution_pb2.ExecutionCreateResponse:
        raise Refusal(grpc.StatusCode.UNAVAILABLE, "starting")

    server.answer(rpcs.RELAUNCH_EXECUTION, busy)
    with pytest.raises(errors.TryAgain, match="starting"):
        connection.call(rpcs.RELAUNCH_EXECUTION, execution_pb2.ExecutionRelaunchRequest())
    assert len(server.calls) == 1


def test_nobody_there_says_how_to_start_a_platform() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    connection = Connection(Endpoint(address=address))
    with pytest.raises(NoPlatform, match=f"{address}.*flyweight up"):
        connection.call(rpcs.GET_TASK, common_pb2.ObjectGetRequest())
    connection.close()
