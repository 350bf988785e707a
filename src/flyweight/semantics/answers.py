"""The words in which a gate says whose answer it waits for, and the signal's name read back from them."""

from typing import Final

_WAITS: Final = "waits for an answer: "


def waits_for(signal: str) -> str:
    """Say that a gate waits for somebody to answer a signal."""
    return f"{_WAITS}{signal}"


def awaited(reason: str) -> str:
    """Give the signal that a node's reason says it waits for; empty if it says something else."""
    return reason.removeprefix(_WAITS) if reason.startswith(_WAITS) else ""
