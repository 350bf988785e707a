"""Words and commands about gates: what is asked for, and the answers that do not fit."""

import click
import pytest
from flyteidl.admin import signal_pb2
from flyteidl.core import types_pb2

from flyweight import literals
from flyweight.cli.gates import answer
from flyweight.client import rpcs
from flyweight.client.config import Config
from flyweight.client.remote import FlyteRemote
from flyweight.errors import TypeMismatch
from tests.unit.client.scripted import ScriptedServer


def signal(name: str, simple: types_pb2.SimpleType) -> signal_pb2.Signal:
    made = signal_pb2.Signal(type=types_pb2.LiteralType(simple=simple))
    made.id.signal_id = name
    return made


def test_an_answer_is_read_by_the_type_that_is_expected(capsys: pytest.CaptureFixture[str]) -> None:
    server = ScriptedServer()
    known = [signal("good enough?", types_pb2.BOOLEAN), signal("rate", types_pb2.FLOAT)]
    given: list[signal_pb2.SignalSetRequest] = []
    server.answer(rpcs.LIST_SIGNALS, lambda _: signal_pb2.SignalList(signals=known))
    server.answer(rpcs.SET_SIGNAL, lambda one: given.append(one) or signal_pb2.SignalSetResponse())
    remote = FlyteRemote(Config.for_endpoint(server.address, insecure=True), interactive_mode_enabled=False)
    try:
        answer(remote, "e1", "approve", ["good enough?"])
        answer(remote, "e1", "reject", ["good enough?"])
        answer(remote, "e1", "set-input", ["rate", "0.5"])
        assert [literals.primitive_value(each.value) for each in given] == [True, False, 0.5]
        with pytest.raises(TypeMismatch, match="the answer to 'rate': expected float"):
            answer(remote, "e1", "set-input", ["rate", "much"])
        with pytest.raises(click.UsageError, match="flyweight execution e1 set-input rate VALUE"):
            answer(remote, "e1", "approve", ["rate"])
        with pytest.raises(click.UsageError, match="Say: flyweight execution e1 set-input SIGNAL VALUE"):
            answer(remote, "e1", "set-input", ["rate"])
        capsys.readouterr()
        answer(remote, "e1", "signals", [])
        assert capsys.readouterr().out == "good enough?  boolean  waits\nrate  float  waits\n"
        known[0].value.CopyFrom(literals.primitive(value=True))
        answer(remote, "e1", "signals", [])
        assert capsys.readouterr().out.startswith("good enough?  boolean  answered: true\n")
    finally:
        remote.close()
        server.stop()
