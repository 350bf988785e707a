import os
import subprocess
import sys
import time

import pytest

from flyweight.executors.usage import TreeUsage, readable, tree_usage


def test_descendants_count_and_the_dead_do_not() -> None:
    source = "import sys; held = bytearray(b'x' * 2**25); print(len(held), flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        own = tree_usage(child.pid).memory
        assert own > tree_usage(child.pid).anonymous > 2**25
        assert tree_usage(os.getpid()).memory >= own
        assert tree_usage(os.getpid()).cpu >= time.process_time() - 0.1  # whole ticks
        child.communicate("")
    assert tree_usage(child.pid) == TreeUsage()


@pytest.mark.parametrize(("amount", "text"), [(7, "7 bytes"), (2**20, "1.0 MiB"), (3 * 2**39, "1.5 TiB")])
def test_amounts_are_written_for_people(amount: int, text: str) -> None:
    assert readable(amount) == text
