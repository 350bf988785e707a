"""Maps of the stock flytekit: run by ``pyflyte``, and seen by its FlyteRemote as one task execution with items."""

import pytest

from tests.interop.conftest import PROGRAMS, told
from tests.live import LivePlatform

pytestmark = [pytest.mark.interop, pytest.mark.slow, pytest.mark.timeout(240)]

SUCCEEDED = 3


def test_pyflyte_runs_a_map_and_shows_its_result(stock_platform: LivePlatform) -> None:
    asked = [
        "run",
        "--remote",
        "--wait",
        "--poll-interval",
        "1",
        "mapping.py",
        "strict",
        "--xs",
        "[4,5,6]",
        "--factor",
        "2",
    ]
    stock_platform.stock("pyflyte", *asked, cwd=PROGRAMS)


def test_flyteremote_sees_a_map_as_one_task_execution_with_an_entry_for_each_item(registered: LivePlatform) -> None:
    seen = told(registered, "mapping_seen.py", "v1")
    assert seen["strict"] == [7, 14, 21, 28, 35]
    assert seen["node"] == [SUCCEEDED, seen["strict"], [1, 2, 3, 4, 5]]
    assert seen["tasks"] == 1
    assert seen["resources"] == [[item, SUCCEEDED, 0] for item in range(5)]
    assert "1 of 3 items failed: n0[1]: " in seen["error"]
    assert "-2 is below 0" in seen["error"]
    assert seen["lenient"] == 40
    assert seen["executions"] == [3, 6]
