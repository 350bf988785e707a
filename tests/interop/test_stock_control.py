"""Stock flytekit workflows whose course is decided while they run: branches, failure handlers, gates and launch plans."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.conftest import PROGRAMS, told
from tests.live import LivePlatform

pytestmark = [pytest.mark.interop, pytest.mark.slow, pytest.mark.timeout(240)]

SUCCEEDED, FAILED, SKIPPED = 3, 5, 7
ABORTED = 7
"""An execution's; the others are nodes' phases."""


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a failure handler writes down what it is told."""
    return tmp_path_factory.mktemp("handler") / "notes"


@pytest.fixture(scope="module")
def seen(registered: LivePlatform, notes: Path) -> dict:
    return told(registered, "controlling.py", "v1", str(notes))


def test_the_cases_that_are_chosen_run_and_flyteremote_sees_them(seen: dict) -> None:
    assert seen["7"] == [56, {"n1-0-n0": SUCCEEDED, "n1-0-n1": SKIPPED, "n1-0-n2": SKIPPED}]
    assert seen["3"] == [-6, {"n1-0-n0": SKIPPED, "n1-0-n1": SUCCEEDED, "n1-0-n2": SKIPPED}]
    assert seen["1"] == [4, {"n1-0-n0": SKIPPED, "n1-0-n1": SKIPPED, "n1-0-n2": SUCCEEDED}]
    assert seen["4"][0].startswith("only 3 will do")
    assert seen["4"][1]["n1-0-n1"] == FAILED


def test_a_failure_handler_is_told_what_went_wrong_and_the_execution_fails_of_that(seen: dict, notes: Path) -> None:
    message, phases = seen["guarded"]
    assert "9 is above 3" in message
    assert (phases["n0"], phases["fn0"]) == (FAILED, SUCCEEDED)
    assert notes.read_text().startswith("9: n0: ")
    assert "9 is above 3" in notes.read_text()


@pytest.fixture
def mortal_platform(tmp_path: Path, stock_python: Path) -> Iterator[LivePlatform]:
    """A platform of the test's own, to be killed."""
    platform = LivePlatform(tmp_path / "data")
    platform.data_dir.mkdir(mode=0o700)
    (platform.data_dir / "config.yaml").write_text(f'environments:\n  "*flytekit*": {stock_python}\n')
    platform.start()
    try:
        platform.stock("pyflyte", "register", "--version", "v1", "control.py", cwd=PROGRAMS)
        yield platform
    finally:
        platform.stop()


def test_gates_and_children_outlive_a_killed_platform(mortal_platform: LivePlatform) -> None:
    before = told(mortal_platform, "outliving.py", "start")
    assert "failed to validate that signal" in before["early"]
    assert before["asked"] == ["factor"]
    mortal_platform.kill()
    mortal_platform.start()
    after = told(mortal_platform, "outliving.py", "end", before["asking"], before["launching"])
    assert after["asked"] == ["factor"]
    assert "not castable: expected integer, got string" in after["wrong"]
    assert "was answered already: true" in after["late"]
    assert after["answered"] == 20
    assert (after["launched"], after["child"]) == (2, before["child"])
    assert after["phase"] == ABORTED
    assert after["cause"].startswith(f"cascading abort as parent execution id [{after['parent']}] aborted")


def test_a_launch_plan_node_runs_an_execution_of_its_own_that_inherits(seen: dict, notes: Path) -> None:
    done, failed = seen["launching 2"], seen["launching 8"]
    assert done["end"] == 8
    assert done["child"][:3] == [4, 1, "control.inner_plan"]
    assert done["linked"]
    assert failed["linked"]
    assert done["inherited"] == {"FLYWEIGHT_TEST_NOTES": str(notes)}
    assert failed["child"][0] == 6
    assert "8 is above 3" in failed["end"]
    assert f"in execution {failed['child'][3]} of launch plan control.inner_plan" in failed["end"]
