"""Cached tasks of the stock flytekit are taken from earlier runs, and its client recovers what failed."""

import pytest

from tests.interop.conftest import PROGRAMS, told
from tests.live import LivePlatform

pytestmark = [pytest.mark.interop, pytest.mark.slow, pytest.mark.timeout(240)]

HIT, POPULATED = 2, 3
SUCCEEDED, RECOVERED, EXECUTION_SUCCEEDED, EXECUTION_FAILED = 3, 10, 4, 6


@pytest.fixture(scope="module")
def seen(stock_platform: LivePlatform, tmp_path_factory: pytest.TempPathFactory) -> dict:
    stock_platform.stock("pyflyte", "register", "--version", "c1", "cached.py", cwd=PROGRAMS)
    return told(stock_platform, "caching_seen.py", str(tmp_path_factory.mktemp("notes")))


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
