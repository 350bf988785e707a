"""An error in words: its code, where that says more than its message, and what it comes to."""

from typing import Final

from flyteidl.core import execution_pb2

ANY_EXCEPTION: Final = "USER:RuntimeError"
"""Flyte's code of whatever a task's own code raises, also of a ValueError: the error's first line names its class."""


def code_of(error: execution_pb2.ExecutionError) -> str:
    """Give an error's code; nothing, where it says less than the message."""
    return "" if error.code == ANY_EXCEPTION else error.code


def in_words(error: execution_pb2.ExecutionError) -> str:
    """Write an error with its code: ``OutOfMemory: ...``."""
    code, message = code_of(error), error.message.strip()
    return message if not code or message.startswith(f"{code}:") else f"{code}: {message}".removesuffix(": ")


def headline(error: execution_pb2.ExecutionError) -> str:
    """Say in one line what an error comes to, with its code."""
    return in_words(error).partition("\n")[0]
