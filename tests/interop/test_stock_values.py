"""Values of every kind between stock tasks, the stock client and our store."""

import pytest

from tests.interop.conftest import told
from tests.live import LivePlatform

pytestmark = [pytest.mark.interop, pytest.mark.slow, pytest.mark.timeout(240)]


def test_the_client_reads_outputs_of_every_kind(registered: LivePlatform) -> None:
    assert told(registered, "outputs.py", "v1") == {
        "file": "one 3",
        "folder": ["inner", "two.txt"],
        "frame": [3, 4],
        "table": 2,
        "csv": [3, 4],
        "report": ["one 3", ["inner"], [3, 4]],
        "odd": 3,
        "files": ["one 3", "two"],
        "color": "blue",
        "moment": "2026-01-02T03:04:05+00:00",
        "span": 5400.0,
        "maybe": None,
        "either": "text",
        "counts": {"a": 1},
        "streamed": "streamed",
        "seen": ["one 3", "inner", "7", "one 3", "inner", "7", "3", "one 3,two", "blue"],
        "total": 7,
    }


def test_a_task_reads_inputs_that_the_client_uploaded(registered: LivePlatform) -> None:
    seen = told(registered, "inputs.py", "v1")
    assert seen["error"] is None
    assert seen["seen"] == ["one!", "a.txt,b.txt", "30", "one!", "a.txt,b.txt", "30", "5", "one!", "red"]
