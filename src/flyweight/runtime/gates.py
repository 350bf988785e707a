"""Answers gates of workflows that run here: from the answers the caller gave, else from the terminal."""

import json
import logging
import sys

from flyteidl.core import literals_pb2

from flyweight.errors import InvalidInput, TaskFailed, TypeMismatch
from flyweight.literals import literal_map
from flyweight.sdk.gate import OUTPUT, Approval, Gate, Signal, Sleep, current_signals
from flyweight.sdk.interface import describe_type
from flyweight.types.interface import to_python_values
from flyweight.types.registry import default_registry

LOGGER = logging.getLogger("flyweight.local")
_YES = ("", "y", "yes", "true")


def pass_gate(gate: Gate, inputs: literals_pb2.LiteralMap) -> literals_pb2.LiteralMap:
    """Give what comes out of a gate.

    Raises:
        TaskFailed: it was not approved.
        InvalidInput: nobody can be asked.
        TypeMismatch: the answer is of another type.

    """
    match gate.awaited:
        case Sleep(duration):
            LOGGER.info("A run here does not sleep the %s that a platform would.", duration)
            return literal_map({})
        case Approval():
            if not _approved(gate, inputs):
                raise TaskFailed(f"`{gate.name}` was not approved.")
            return inputs
        case Signal(python_type):
            answer = _answer(gate, f"a value of type {describe_type(python_type)}")
            try:
                return literal_map({OUTPUT: default_registry().to_literal(answer, python_type)})
            except TypeMismatch as error:
                raise TypeMismatch(f"the answer to `{gate.name}`: {error}") from error


def _approved(gate: Gate, inputs: literals_pb2.LiteralMap) -> bool:
    [value] = to_python_values(inputs, gate.interface.inputs).values()
    answer = _answer(gate, f"approval of {value!r}: [Y/n]")
    if isinstance(answer, str):
        return answer.strip().lower() in _YES
    if not isinstance(answer, bool):
        raise TypeMismatch(f"the answer to `{gate.name}`: an approval is True or False, not {answer!r}")
    return answer


def _answer(gate: Gate, wanted: str) -> object:
    given = current_signals()
    if gate.name in given:
        return given[gate.name]
    if not sys.stdin.isatty():
        raise InvalidInput(
            f"The gate `{gate.name}` waits for {wanted}, and there is no terminal to ask at. Answer it with "
            f"`with flyweight.signals({{{gate.name!r}: ...}}):` around the call, or with --signals of `flyweight run`."
        )
    text = input(f"The gate `{gate.name}` waits for {wanted} ")
    if isinstance(gate.awaited, Approval) or gate.awaited == Signal(str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
