"""Tasks of the stock flytekit are cached, tried again and timed out here, and its client recovers what failed."""

import re

import pytest

from tests.interop.conftest import told
from tests.live import LivePlatform

pytestmark = [pytest.mark.interop, pytest.mark.slow, pytest.mark.timeout(240)]

HIT, POPULATED = 2, 3
TRY_SUCCEEDED, TRY_FAILED, TRY_RETRIED = 3, 5, 8
SUCCEEDED, RECOVERED, EXECUTION_SUCCEEDED, EXECUTION_FAILED = 3, 10, 4, 6


@pytest.fixture(scope="module")
def seen(registered: LivePlatform, tmp_path_factory: pytest.TempPathFactory) -> dict:
    return told(registered, "caching_seen.py", str(tmp_path_factory.mktemp("notes")))


def test_outputs_are_taken_from_who_made_them_unless_the_cache_is_overwritten(seen: dict) -> None:
    assert seen["statuses"] == [[POPULATED, ""], [HIT, seen["first"]], [POPULATED, ""]]
    assert seen["outputs"] == [49, 49, 49]
    assert seen["runs"] == [["7", "7"], []]


def test_of_two_at_once_one_computes(seen: dict) -> None:
    assert seen["serial"] == [HIT, POPULATED]
    assert seen["serial_runs"] == ["7"]


def test_a_map_takes_what_it_can_from_the_cache_item_by_item(seen: dict) -> None:
    assert seen["mapped"] == [[[1, 4, 9], [POPULATED] * 3], [[9, 4, 16], [HIT, HIT, POPULATED]]]
    assert seen["mapped_runs"] == ["1", "2", "3", "4"]
    first, *made = seen["made"]
    assert made == [first, "n0-n2"]


def test_the_stock_client_recovers(seen: dict) -> None:
    assert seen["broken"] == EXECUTION_FAILED
    assert seen["recovered"] == [EXECUTION_SUCCEEDED, 82]
    assert seen["phases"] == {"n0": RECOVERED, "n1": SUCCEEDED}
    assert seen["mode"] == 5


def test_what_its_dynamic_task_drew_is_taken_over(seen: dict) -> None:
    outputs, tries, runs = seen["redrawn"]
    assert (outputs, runs) == (122, ["-11", "11"])
    assert tries == [TRY_SUCCEEDED]


def test_its_tasks_and_items_are_tried_again_and_stopped_in_time(seen: dict) -> None:
    assert seen["tried"] == [7, [1, 2], [TRY_RETRIED, TRY_SUCCEEDED]]
    assert seen["tried_runs"] == [2, 2, 2]
    phase, message, tries = seen["slow"]
    assert (phase, tries) == (EXECUTION_FAILED, [TRY_FAILED])
    assert re.match(r"task (execution timeout \[1s\]|active timeout \[2s\]) expired", message), (
        "by how quickly it stops"
    )
