import os
import subprocess
import sys

import pytest

from flyweight.errors import InvalidInput
from flyweight.executors.memory import memory_limit, parse_quantity, readable, tree_memory

from .jobs import template


@pytest.mark.parametrize(
    ("text", "amount"),
    [("500Mi", 500 * 2**20), ("2G", 2 * 10**9), ("1e9", 10**9), ("1.5Gi", 3 * 2**29), ("128k", 128000), ("7", 7)],
)
def test_quantities_are_read_as_kubernetes_writes_them(text: str, amount: int) -> None:
    assert parse_quantity(text) == amount


@pytest.mark.parametrize("text", ["", "lots", "5 apples", "1Xi", "inf", "nan", "1e999"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="500Mi"):
        parse_quantity(text)


def test_a_tasks_limit_stands_in_its_resources() -> None:
    assert memory_limit(template("echo", limit="1Ki")) == 1024
    assert memory_limit(template("echo")) == 0


def test_descendants_count_and_the_dead_do_not() -> None:
    source = "import sys; held = bytearray(b'x' * 2**25); print(len(held), flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        own = tree_memory(child.pid)
        assert own > 2**25
        assert tree_memory(os.getpid()) >= own
        child.communicate("")
    assert tree_memory(child.pid) == 0


@pytest.mark.parametrize(("amount", "text"), [(7, "7 bytes"), (2**20, "1.0 MiB"), (3 * 2**39, "1.5 TiB")])
def test_amounts_are_written_for_people(amount: int, text: str) -> None:
    assert readable(amount) == text
