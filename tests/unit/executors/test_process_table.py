"""What ps tells of processes is what /proc tells."""

import os

import pytest

from flyweight.executors.process_table import ProcessTable, _seconds
from flyweight.executors.usage import TreeUsage

from .jobs import much_held


def test_descendants_count_and_what_is_not_there_does_not() -> None:
    with much_held() as child:
        table = ProcessTable.now()
    assert table.tree_usage(child.pid).memory > 2**25
    assert table.tree_usage(os.getpid()).memory > table.tree_usage(child.pid).memory
    assert ProcessTable.now().tree_usage(child.pid) == TreeUsage()


def test_without_ps_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert ProcessTable.now().tree_usage(os.getpid()) == TreeUsage()


@pytest.mark.parametrize(
    ("told", "seconds"), [("00:00:07", 7), ("1:02.50", 62.5), ("123:00.25", 7380.25), ("2-03:04:05", 183845)]
)
def test_times_of_linux_and_macos_are_read(told: str, seconds: float) -> None:
    assert _seconds(told) == seconds
