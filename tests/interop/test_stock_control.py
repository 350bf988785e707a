"""Stock flytekit workflows whose course is decided while they run: branches."""

import pytest

from tests.interop.conftest import PROGRAMS, told
from tests.live import LivePlatform

pytestmark = [pytest.mark.interop, pytest.mark.slow, pytest.mark.timeout(240)]

SUCCEEDED, FAILED, SKIPPED = 3, 5, 7


def test_the_cases_that_are_chosen_run_and_flyteremote_sees_them(stock_platform: LivePlatform) -> None:
    stock_platform.stock("pyflyte", "register", "--version", "c1", "control.py", cwd=PROGRAMS)
    seen = told(stock_platform, "controlling.py", "c1")
    assert seen["7"] == [56, {"n1-0-n0": SUCCEEDED, "n1-0-n1": SKIPPED, "n1-0-n2": SKIPPED}]
    assert seen["3"] == [-6, {"n1-0-n0": SKIPPED, "n1-0-n1": SUCCEEDED, "n1-0-n2": SKIPPED}]
    assert seen["1"] == [4, {"n1-0-n0": SKIPPED, "n1-0-n1": SKIPPED, "n1-0-n2": SUCCEEDED}]
    assert seen["4"][0].startswith("only 3 will do")
    assert seen["4"][1]["n1-0-n1"] == FAILED
