"""Gates of executions are answered: listed page by page, with values of the type that they expect."""

import grpc
import pytest
from flyteidl.admin import signal_pb2
from flyteidl.core import literals_pb2, types_pb2

from flyweight import literals
from flyweight.client import rpcs
from flyweight.client.remote import FlyteRemote
from flyweight.client.watch import awaited_signals
from flyweight.compat.filters import Equal
from flyweight.compat.models import face
from flyweight.errors import NotFound, TypeMismatch
from tests.unit.client.scripted import Refusal, ScriptedServer

FLOATS = types_pb2.LiteralType(collection_type=types_pb2.LiteralType(simple=types_pb2.FLOAT))
TYPES = {"good?": types_pb2.LiteralType(simple=types_pb2.BOOLEAN), "rates": FLOATS}


@pytest.fixture
def given(server: ScriptedServer) -> list[signal_pb2.SignalSetRequest]:
    """What was answered; the server lists one signal a page."""
    answers: list[signal_pb2.SignalSetRequest] = []

    def page(request: signal_pb2.SignalListRequest) -> signal_pb2.SignalList:
        at = int(request.token or 0)
        name, kind = list(TYPES.items())[at]
        signal = signal_pb2.Signal(type=kind)
        signal.id.signal_id = name
        return signal_pb2.SignalList(signals=[signal], token="" if at else "1")

    server.answer(rpcs.LIST_SIGNALS, page)
    server.answer(rpcs.SET_SIGNAL, lambda one: answers.append(one) or signal_pb2.SignalSetResponse())
    return answers


def test_approve_and_reject_say_yes_and_no(remote: FlyteRemote, given: list[signal_pb2.SignalSetRequest]) -> None:
    remote.approve("good?", "e1", "p", "d")
    remote.reject("good?", "e1")
    assert [literals.primitive_value(each.value) for each in given] == [True, False]
    assert given[0].id.execution_id.name == "e1"
    assert given[0].id.execution_id.project == "p"
    assert given[1].id.execution_id.project == remote.default_project


def test_a_value_is_made_of_the_type_that_the_gate_expects(
    remote: FlyteRemote, given: list[signal_pb2.SignalSetRequest]
) -> None:
    remote.set_input("rates", "e1", [1.0, 2.5])
    remote.set_signal("rates", "e1", literals.collection([]))
    assert given[0].value == literals.collection([literals.primitive(1.0), literals.primitive(2.5)])
    assert given[1].value == literals.collection([])
    with pytest.raises(TypeMismatch, match="rates"):
        remote.set_input("rates", "e1", "many")
    with pytest.raises(NotFound, match=r"'rate', or not yet. It waits for: good\?, rates"):
        remote.set_input("rate", "e1", 1.0)


def test_the_callers_own_type_is_taken_where_it_is_given(
    remote: FlyteRemote, given: list[signal_pb2.SignalSetRequest]
) -> None:
    remote.set_input("given", "e1", face(literals_pb2.Literal).from_flyte_idl(literals.primitive(7)))
    assert given.pop().value == literals.primitive(7)
    remote.set_input("later", "e1", 3.0, python_type=float, literal_type=types_pb2.LiteralType(simple=types_pb2.FLOAT))
    assert given[0].value == literals.primitive(3.0)


def test_a_server_that_does_not_tell_who_waits_is_asked_for_what_is_not_answered(
    remote: FlyteRemote, server: ScriptedServer
) -> None:
    def page(request: signal_pb2.SignalListRequest) -> signal_pb2.SignalList:
        if request.filters:
            raise Refusal(grpc.StatusCode.INVALID_ARGUMENT, "no such field")
        found = signal_pb2.SignalList(signals=[signal_pb2.Signal(), signal_pb2.Signal(value=literals.primitive(True))])
        found.signals[0].id.signal_id = "good?"
        return found

    server.answer(rpcs.LIST_SIGNALS, page)
    found = awaited_signals(remote.connection, remote.execution_id("e1"))
    assert [each.id.signal_id for each in found] == ["good?"]


def test_signals_are_listed_as_far_as_wanted_and_by_filters(
    remote: FlyteRemote, given: list[signal_pb2.SignalSetRequest], server: ScriptedServer
) -> None:
    found = remote.list_signals("e1", limit=1, filters=[Equal("signal_id", "good?"), "ne(signal_id,x)"])
    assert [each.id.signal_id for each in found] == ["good?"]
    assert server.calls[-1][1].filters == "eq(signal_id,good?)+ne(signal_id,x)"
