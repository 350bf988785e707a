"""Dynamic tasks of the stock flytekit: what they draw runs here, and FlyteRemote walks through it."""

import pytest

from tests.acceptance.killing import rows
from tests.interop.conftest import told
from tests.live import LivePlatform

pytestmark = [pytest.mark.interop, pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def seen(registered: LivePlatform) -> dict:
    return told(registered, "drawing.py", "v1")


def test_what_dynamic_tasks_draw_runs_and_flyteremote_walks_through_it(seen: dict) -> None:
    drawn = seen["drawn"]
    assert drawn["end"] == (1 + 3 + 6) + (1 + 2) + (3 + 2)
    assert drawn["dynamic"]
    assert {"n0-0-dn0", "n0-0-dn1", "n0-0-dn2"} <= set(drawn["below"])
    assert drawn["nested"]["n0-0-dn1"] == ["n0-0-dn1-0-dn0", "n0-0-dn1-0-dn1", "n0-0-dn1-0-dn2"]
    assert drawn["deck"].endswith("/n0/data/0/deck.html")


def test_tasks_that_only_sleep_are_slept_by_the_engine(seen: dict, registered: LivePlatform) -> None:
    assert seen["slept"]["end"] == 3
    assert seen["slept"]["below"] == ["n0-0-dn0", "n0-0-dn1", "n0-0-dn2"]
    workers = rows(registered, "select distinct worker from attempts where task like '%dynamics.nap:%'")
    assert workers == [("the engine",)]


def test_a_dynamic_task_that_draws_nothing_is_a_task(seen: dict) -> None:
    assert seen["undrawn"] == {"end": 3, "dynamic": False, "below": [], "nested": {}, "deck": ""}
