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
def seen(stock_platform: LivePlatform, notes: Path) -> dict:
    stock_platform.stock("pyflyte", "register", "--version", "c1", "control.py", cwd=PROGRAMS)
    return told(stock_platform, "controlling.py", "c1", str(notes))


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
        platform.stock("pyflyte", "register", "--version", "c1", "control.py", cwd=PROGRAMS)
        yield platform
    finally:
        platform.stop()


def test_gates_wait_through_a_killed_platform_for_flyteremotes_answers(mortal_platform: LivePlatform) -> None:
    started = told(mortal_platform, "answering.py", "start", "c1")
    assert "failed to validate that signal" in started["early"]
    assert started["asked"] == ["factor"]
    mortal_platform.kill()
    mortal_platform.start()
    answered = told(mortal_platform, "answering.py", "answer", started["name"])
    assert answered["asked"] == ["factor"]
    assert "not castable: expected integer, got string" in answered["wrong"]
    assert "has ended already" in answered["late"]
    assert answered["outputs"] == 20


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


def test_children_outlive_a_killed_platform_and_end_with_their_parents(mortal_platform: LivePlatform) -> None:
    first = told(mortal_platform, "launching.py", "start", "c1", "2")
    mortal_platform.kill()
    mortal_platform.start()
    assert told(mortal_platform, "launching.py", "end", first["name"]) == {"outputs": 2, "child": first["child"]}
    second = told(mortal_platform, "launching.py", "start", "c1", "300")
    stopped = told(mortal_platform, "launching.py", "terminate", second["name"], second["child"])
    assert stopped["phase"] == ABORTED
    assert stopped["cause"].startswith(f"cascading abort as parent execution id [{second['name']}] aborted")
