"""Stock flytekit workflows whose course is decided while they run: branches, failure handlers and gates."""

from pathlib import Path

import pytest

from tests.interop.conftest import PROGRAMS, told
from tests.live import LivePlatform

pytestmark = [pytest.mark.interop, pytest.mark.slow, pytest.mark.timeout(240)]

SUCCEEDED, FAILED, SKIPPED = 3, 5, 7


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


def test_gates_wait_through_a_killed_platform_for_flyteremotes_answers(tmp_path: Path, stock_python: Path) -> None:
    platform = LivePlatform(tmp_path / "data")
    platform.data_dir.mkdir(mode=0o700)
    (platform.data_dir / "config.yaml").write_text(f'environments:\n  "*flytekit*": {stock_python}\n')
    platform.start()
    try:
        platform.stock("pyflyte", "register", "--version", "c1", "control.py", cwd=PROGRAMS)
        started = told(platform, "answering.py", "start", "c1")
        assert "failed to validate that signal" in started["early"]
        assert started["asked"] == ["factor"]
        platform.kill()
        platform.start()
        answered = told(platform, "answering.py", "answer", started["name"])
    finally:
        platform.stop()
    assert answered["asked"] == ["factor"]
    assert "not castable: expected integer, got string" in answered["wrong"]
    assert "has ended already" in answered["late"]
    assert answered["outputs"] == 20
