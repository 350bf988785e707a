"""The folder that attempts work in: what one leaves there, no later one finds."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from flyweight.clock import SystemClock
from flyweight.runtime import workplace
from flyweight.runtime.workplace import Workplace


@pytest.fixture(autouse=True)
def _back() -> Iterator[None]:
    before = Path.cwd()
    yield
    os.chdir(before)


@pytest.fixture
def place(tmp_path: Path) -> tuple[Workplace, Path]:
    return Workplace(), tmp_path / "work"


def test_each_attempt_finds_it_empty_and_stands_in_it(place: tuple[Workplace, Path]) -> None:
    its, folder = place
    for leaves in (True, False, True):
        its.enter(str(folder))
        assert Path.cwd() == folder
        assert list(Path().iterdir()) == []
        if leaves:
            _leave_something()
        its.leave()
    assert list(folder.iterdir()) == []


def test_after_many_that_left_nothing_it_is_emptied_still(place: tuple[Workplace, Path]) -> None:
    its, folder = place
    clock = SystemClock()
    begun = clock.monotonic()
    for leave in (
        _leave_something,
        _leave_something,
        _go_away,
        folder.rmdir,
        lambda: folder.rename(folder.parent / "x"),
    ):
        while clock.monotonic() < begun + 2 * workplace.TICK:
            its.enter(str(folder))
            its.leave()
        its.enter(str(folder))
        leave()
        its.leave()
        its.enter(str(folder))
        assert Path.cwd() == folder
        assert list(folder.iterdir()) == []
        begun = clock.monotonic()


def _leave_something() -> None:
    Path("file").touch()
    Path("below").mkdir()
    Path("below/file").touch()
    os.utime(".", ns=(0, 0))


def _go_away() -> None:
    os.chdir("/")


def test_one_that_its_code_removed_is_made_anew(place: tuple[Workplace, Path]) -> None:
    its, folder = place
    for _ in range(3):
        its.enter(str(folder))
        folder.rmdir()
        its.leave()
    its.enter(str(folder))
    assert list(Path().iterdir()) == []


def test_what_lies_in_a_folder_that_is_new_to_it_goes(place: tuple[Workplace, Path]) -> None:
    its, folder = place
    for other in (folder, folder.with_name("other")):
        other.mkdir()
        (other / "old").touch()
        its.enter(str(other))
        assert list(Path().iterdir()) == []
        its.leave()
