import os
import time

import pytest

from flyweight.executors.usage import TreeUsage, readable, tree_usage

from .jobs import much_held


def test_descendants_count_and_the_dead_do_not() -> None:
    with much_held() as child:
        own = tree_usage(child.pid).memory
        assert own > tree_usage(child.pid).anonymous > 2**25
        assert tree_usage(os.getpid()).memory >= own
        assert tree_usage(os.getpid()).cpu >= time.process_time() - 0.1  # whole ticks
    assert tree_usage(child.pid) == TreeUsage()


@pytest.mark.parametrize(("amount", "text"), [(7, "7 bytes"), (2**20, "1.0 MiB"), (3 * 2**39, "1.5 TiB")])
def test_amounts_are_written_for_people(amount: int, text: str) -> None:
    assert readable(amount) == text
