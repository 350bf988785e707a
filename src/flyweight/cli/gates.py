"""Gates on the command line: what an execution waits for, in words and commands, and the answers to it."""

import shlex
from collections.abc import Sequence
from typing import Final

import click
from flyteidl.admin import signal_pb2
from flyteidl.core import types_pb2

from flyweight.cli.values import from_text
from flyweight.client.executions import FlyteWorkflowExecution
from flyweight.client.remote import FlyteRemote
from flyweight.client.watch import awaited_signals
from flyweight.errors import FlyweightError, TypeMismatch
from flyweight.semantics.answers import told
from flyweight.semantics.literal_types import describe
from flyweight.types.registry import default_registry

ANSWERS: Final = {"signals": "", "approve": "SIGNAL", "reject": "SIGNAL", "set-input": "SIGNAL VALUE"}
"""What one can do about gates, and the words that follow it."""


def answer(remote: FlyteRemote, name: str, action: str, words: Sequence[str]) -> None:
    """List an execution's signals, or answer one.

    Raises:
        click.UsageError: words are missing, or there are too many.
        NotFound: the execution does not wait for that.
        TypeMismatch: the value is of another type.
        PreconditionFailed: it was answered otherwise before, or the execution has ended.

    """
    if len(words) != len(ANSWERS[action].split()):
        raise click.UsageError(f"Say: flyweight execution {name} {action} {ANSWERS[action]}".rstrip())
    if action == "signals":
        awaited = {signal.id.signal_id for signal in awaited_signals(remote.connection, remote.execution_id(name))}
        for signal in remote.list_signals(name):
            unanswered = "waits" if signal.id.signal_id in awaited else "no gate waits for it"
            state = f"answered: {told(signal.value)}" if signal.HasField("value") else unanswered
            click.echo(f"{signal.id.signal_id}  {describe(signal.type)}  {state}")
        return
    signal_id = words[0]
    expected = remote.awaited_type(signal_id, remote.execution_id(name))
    if action == "set-input":
        python_type = default_registry().guess(expected)
        try:
            value = from_text(words[1], python_type)
        except TypeMismatch as error:
            raise TypeMismatch(f"the answer to {signal_id!r}: {error}") from error
        remote.set_input(signal_id, name, value)
    elif not _is_yes_or_no(expected):
        wanted = shlex.join(["flyweight", "execution", name, "set-input", signal_id])
        raise click.UsageError(f"{signal_id!r} waits for a value ({describe(expected)}). Say: {wanted} VALUE")
    elif action == "approve":
        remote.approve(signal_id, name)
    else:
        remote.reject(signal_id, name)
    click.echo(f"{signal_id} is answered.")


def asked(execution: FlyteWorkflowExecution) -> dict[str, str]:
    """Give the command that answers each signal an execution waits for, by the signal's name."""
    try:
        awaited = execution.awaited
    except FlyweightError:  # a server that knows no signals, or is gone: what was shown before it stands
        return {}
    return {signal.id.signal_id: _command(execution, signal) for signal in awaited}


def _command(execution: FlyteWorkflowExecution, signal: signal_pb2.Signal) -> str:
    """Write the command; where nobody can take a value for a yes, with what is to stand in its place."""
    begin = ["flyweight", "execution", execution.name]
    if _is_yes_or_no(signal.type):
        return f"{shlex.join([*begin, 'approve', signal.id.signal_id])} (or reject)"
    return f"{shlex.join([*begin, 'set-input', signal.id.signal_id])} VALUE ({describe(signal.type)})"


def _is_yes_or_no(expected: types_pb2.LiteralType) -> bool:
    return expected.simple == types_pb2.BOOLEAN
