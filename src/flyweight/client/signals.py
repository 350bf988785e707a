"""Answers gates of executions: what they wait for, and the value or the yes that lets them go on."""

from collections.abc import Iterable
from typing import Any

from flyteidl.admin import signal_pb2
from flyteidl.core import identifier_pb2, interface_pb2, literals_pb2, types_pb2

from flyweight import literals
from flyweight.client import rpcs
from flyweight.client.data import ClientData
from flyweight.client.fetch import filters_text
from flyweight.client.inputs import input_literals
from flyweight.client.requests import message
from flyweight.client.upload import Uploading
from flyweight.client.watch import awaited_signals, list_signals
from flyweight.errors import NotFound


class Signalling(Uploading):
    """Answers gates."""

    def list_signals(
        self,
        execution_name: str,
        project: str | None = None,
        domain: str | None = None,
        limit: int = 100,
        filters: Iterable[Any] | None = None,
    ) -> list[signal_pb2.Signal]:
        """List what the gates of an execution wait for: each with its ``id.signal_id``, ``type`` and ``value``.

        Args:
            execution_name: the execution.
            project: its project; the default one when left out.
            domain: likewise.
            limit: how many at most.
            filters: Flyte's filters, ``"eq(signal_id,release)"`` and the like; all must hold.

        Raises:
            NotFound: there is no such execution.

        """
        of = self.execution_id(execution_name, project, domain)
        return list_signals(self.connection, of, limit, filters_text(filters))

    def approve(
        self, signal_id: str, execution_name: str, project: str | None = None, domain: str | None = None
    ) -> None:
        """Say yes to a gate of ``approve``: the value that waits there goes on.

        Args:
            signal_id: the name that the gate asks under.
            execution_name: the execution.
            project: its project; the default one when left out.
            domain: likewise.

        Raises:
            NotFound: there is no such execution.
            InvalidInput: none of its gates has asked for that, or not for a yes or no.
            PreconditionFailed: it was rejected already, or the execution has ended.

        """
        self._set(signal_id, self.execution_id(execution_name, project, domain), literals.primitive(value=True))

    def reject(
        self, signal_id: str, execution_name: str, project: str | None = None, domain: str | None = None
    ) -> None:
        """Say no to a gate of ``approve``: its node fails. Takes and raises what ``approve`` does."""
        self._set(signal_id, self.execution_id(execution_name, project, domain), literals.primitive(value=False))

    def set_signal(  # noqa: PLR0913, PLR0917  flytekit's signature
        self,
        signal_id: str,
        execution_name: str,
        value: Any,
        project: str | None = None,
        domain: str | None = None,
        python_type: Any = None,
        literal_type: types_pb2.LiteralType | None = None,
    ) -> None:
        """Give a gate of ``wait_for_input`` its value.

        Args:
            signal_id: the name that the gate asks under.
            execution_name: the execution.
            value: a value of the type that the gate expects, whose files are uploaded; or a literal.
            project: the execution's project; the default one when left out.
            domain: likewise.
            python_type: the value's type, if the expected one is not precise enough.
            literal_type: the type to make of it, in place of the expected one.

        Raises:
            NotFound: there is no such execution, or it does not wait for that.
            TypeMismatch: the value is of another type.
            PreconditionFailed: it was given another value already, or the execution has ended.

        """
        of = self.execution_id(execution_name, project, domain)
        value = message(value)
        if not isinstance(value, literals_pb2.Literal):
            wanted = interface_pb2.Variable(type=message(literal_type) or self.awaited_type(signal_id, of))
            types = {} if python_type is None else {signal_id: python_type}
            data = ClientData(self, of.project, of.domain)
            value = input_literals({signal_id: value}, {signal_id: wanted}, types, data)[signal_id]
        self._set(signal_id, of, value)

    set_input = set_signal
    """The same: flytekit has two names for it."""

    def awaited_type(self, signal_id: str, of: identifier_pb2.WorkflowExecutionIdentifier) -> types_pb2.LiteralType:
        """Give the type of what a gate waits for.

        Raises:
            NotFound: the execution is not there, or has no gate that has asked for that; the message names the others.

        """
        found = {each.id.signal_id: each for each in list_signals(self.connection, of)}
        if signal_id not in found:
            awaited = ", ".join(each.id.signal_id for each in awaited_signals(self.connection, of))
            others = f" It waits for: {awaited}." if awaited else ""
            raise NotFound(f"{of.name} does not wait for an answer to {signal_id!r}, or not yet.{others}")
        return found[signal_id].type

    def _set(self, signal_id: str, of: identifier_pb2.WorkflowExecutionIdentifier, value: literals_pb2.Literal) -> None:
        signal = identifier_pb2.SignalIdentifier(signal_id=signal_id, execution_id=of)
        self.connection.call(rpcs.SET_SIGNAL, signal_pb2.SignalSetRequest(id=signal, value=value))
