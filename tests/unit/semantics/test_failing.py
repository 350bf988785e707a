"""Errors in words: the code stands before the message where it says more."""

import pytest
from flyteidl.core import execution_pb2

from flyweight.semantics.failing import ANY_EXCEPTION, headline, in_words


@pytest.mark.parametrize(
    ("code", "message", "told"),
    [
        ("OutOfMemory", "past its limit\nof 300 MiB", "OutOfMemory: past its limit\nof 300 MiB"),
        (ANY_EXCEPTION, "ValueError: bad row 7\n\nTraceback", "ValueError: bad row 7\n\nTraceback"),
        ("TimeoutExpired", "TimeoutExpired: after 1 s", "TimeoutExpired: after 1 s"),
        ("", "it failed", "it failed"),
        ("NodeAborted", "", "NodeAborted"),
    ],
)
def test_an_error_in_words(code: str, message: str, told: str) -> None:
    error = execution_pb2.ExecutionError(code=code, message=message)
    assert in_words(error) == told
    assert headline(error) == told.splitlines()[0]
