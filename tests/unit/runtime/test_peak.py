"""An attempt's highest memory is its own, whatever the process held before."""

import sys
from pathlib import Path

import pytest

from flyweight.runtime import peak
from flyweight.runtime.peak import MemoryPeak

LARGE = 64 << 20


def hold() -> None:
    assert len(bytearray(LARGE)) == LARGE


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process set its mark back")
def test_each_attempt_has_its_own_but_for_those_that_end_together() -> None:
    mark = MemoryPeak(0)
    small = mark.of_attempt(20_000)
    hold()
    assert mark.of_attempt(25_000) <= small, "too soon for another look"
    assert mark.of_attempt(40_000) >= small + LARGE * 3 // 4
    assert mark.of_attempt(60_000) < small + LARGE // 4
    hold()
    assert mark.of_attempt(0) >= small + LARGE * 3 // 4, "the clock was set back"


def test_without_such_a_mark_it_is_that_of_the_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(peak, "_STATUS", tmp_path / "gone")
    mark = MemoryPeak(0)
    hold()
    assert mark.of_attempt(1) >= LARGE
