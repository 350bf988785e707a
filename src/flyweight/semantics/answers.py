"""The words in which a gate says whose answer it waits for, the signal's name read back from them, and the answer."""

from typing import Final

from flyteidl.core import literals_pb2

from flyweight import literals

_WAITS: Final = "waits for an answer: "


def waits_for(signal: str) -> str:
    """Say that a gate waits for somebody to answer a signal."""
    return f"{_WAITS}{signal}"


def awaited(reason: str) -> str:
    """Give the signal that a node's reason says it waits for; empty if it says something else."""
    return reason.removeprefix(_WAITS) if reason.startswith(_WAITS) else ""


def told(answer: literals_pb2.Literal) -> str:
    """Tell an answer in words: a plain value as it is written on the command line, of others what kind it is."""
    value = literals.primitive_value(answer)
    if value is None:
        return f"a {literals.kind(answer)}"
    return str(value).lower() if isinstance(value, bool) else str(value)
