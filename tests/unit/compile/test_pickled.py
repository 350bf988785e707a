"""Code of a kernel: its digest agrees between processes, follows every edit, and the pickle runs elsewhere."""

import json
import linecache
import os
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest

from flyweight import LaunchPlan, Options, dynamic, map_task, task, workflow
from flyweight.compile.pickle_format import read_pickled
from flyweight.compile.pickled import entity_digest, pickle_entity
from flyweight.errors import InvalidInput
from flyweight.sdk.launch_plan import LaunchPlanOptions

CELL = """
import enum
from dataclasses import dataclass
import flyweight as fl
import local_helpers

SCALE = 2
NAMES = {"a", "b", "c", "d", "e"}

class Color(enum.Enum):
    RED = "red"

@dataclass
class Row:
    x: int

def helper(x):
    return local_helpers.shift(x) * SCALE

@fl.task
def work(x: int) -> int:
    table = {name: Row(x) for name in NAMES}
    return helper(x) + len(table) + (Color.RED.value == "red")

@fl.workflow
def wf(x: int) -> int:
    return work(x=x)
"""
EDITS = [
    ("SCALE = 2", "SCALE = 3"),
    ("* SCALE", "* SCALE + 1"),
    ('RED = "red"', 'RED = "blue"'),
    ("x: int\n\ndef", "x: int\n    y: int = 0\n\ndef"),
    ("return work(x=x)", "return work(x=work(x=x))"),
    ("@fl.task\n", "@fl.task(retries=1)\n"),
]
HELPERS = "def shift(x):\n    return x + 1\n"
KERNELS = """
import json, os, sys
from pathlib import Path
import flyweight
from flyweight.compile.pickled import entity_digest, pickle_entity

def kernel(cell, helpers):
    Path("local_helpers.py").write_text(helpers)
    reader, writer = os.pipe()
    if not os.fork():
        exec(compile(cell, "cell", "exec"), globals())
        Path("pkl.gz").write_bytes(pickle_entity(wf, Path.cwd()))
        os.write(writer, entity_digest(wf, Path.cwd()).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as told:
        return told.read()

print(json.dumps([kernel(*cell) for cell in json.loads(sys.argv[1])]))
"""


def kernels(root: Path, hash_seed: int, cells: list[tuple[str, str]]) -> list[str]:
    """Run each cell, and the helpers beside it, in a kernel of its own; their digests. The last leaves root/pkl.gz."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", KERNELS, json.dumps(cells)],
        cwd=root,
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    digests = json.loads(done.stdout)
    assert all(digests), done.stderr
    return digests


@pytest.mark.slow
def test_two_kernels_agree_and_every_edit_counts_and_the_pickle_runs_elsewhere(tmp_path: Path) -> None:
    others = [(CELL.replace(*edit), HELPERS) for edit in EDITS]
    moved = "\n\n# a comment\n" + CELL
    first, *edited = kernels(tmp_path, 1, [(CELL, HELPERS), *others, (CELL, HELPERS.replace("1", "2"))])
    assert len({first, *edited}) == len(EDITS) + 2
    assert kernels(tmp_path, 2, [(moved, HELPERS), (CELL, HELPERS)]) == [first, first]

    (tmp_path / "local_helpers.py").unlink()
    tasks = read_pickled((tmp_path / "pkl.gz").read_bytes())
    assert list(tasks) == ["work"]
    assert "local_helpers" not in sys.modules
    assert tasks["work"].execute(x=1) == 2 * 2 + 5 + 1


@pytest.mark.slow
def test_tracebacks_of_sent_code_show_the_lines_of_the_cell() -> None:
    name = "/tmp/ipykernel_1/2.py"  # no file: a kernel keeps its cells in memory
    cell = "def divide(x: int) -> int:\n    return 1 // x  # of the helper\n\ndef work(x: int) -> int:\n    return divide(x)\n"
    linecache.cache[name] = (len(cell), None, cell.splitlines(keepends=True), name)
    scope: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(cell, name, "exec"), scope)
    sent = pickle_entity(task(scope["work"]))
    del linecache.cache[name]

    (received,) = read_pickled(sent).values()
    with pytest.raises(ZeroDivisionError) as caught:
        received.execute(x=0)
    shown = "".join(traceback.format_exception(caught.value))
    assert "return divide(x)" in shown
    assert "# of the helper" in shown
    del linecache.cache[name]


def test_the_settings_of_a_launch_plan_count() -> None:
    @task
    def one(x: int) -> int:
        return x

    @workflow
    def wf(x: int) -> int:
        return one(x=x)

    plans = [LaunchPlan("same", wf, LaunchPlanOptions(run=Options(max_parallelism=most))) for most in (1, 2, 2)]
    digests = [entity_digest(plan) for plan in plans]
    assert digests[0] != digests[1] == digests[2]


def test_the_same_entity_has_the_same_digest_twice() -> None:
    @task
    def one(x: int) -> int:
        return x

    @workflow
    def wf(x: int) -> int:
        return one(x=x)

    assert entity_digest(wf) == entity_digest(wf)
    assert entity_digest(wf) != entity_digest(one)


def test_a_circle_of_values_has_a_digest() -> None:
    ring: list[object] = [1]
    ring.append(ring)

    @task
    def one(x: int) -> int:
        return len(ring) + x

    assert entity_digest(one) == entity_digest(one)


def test_what_cannot_travel_is_named() -> None:
    stream = sys.stdout

    @task
    def one(x: int) -> int:
        stream.write("x")
        return x

    with pytest.raises(InvalidInput, match=r"The code of .*one cannot be sent"):
        pickle_entity(one, Path("/nonexistent"))


def test_garbage_is_no_pickle() -> None:
    with pytest.raises(InvalidInput, match="damaged"):
        read_pickled(b"garbage")


@task
def called(x: int) -> int:
    return x


@task
def mapped(x: int) -> int:
    return x


@workflow
def mapping(xs: list[int]) -> list[int]:
    return map_task(mapped)(x=xs)


def helper(n: int) -> int:
    return called(x=n)


@dynamic
def drawing(n: int) -> int:
    mapping(xs=[helper(index) for index in range(n)])
    return drawing(n=n - 1) if n else helper(n)


@pytest.mark.slow
def test_tasks_that_only_a_dynamic_body_or_a_mapping_names_come_along() -> None:
    packed = read_pickled(pickle_entity(drawing))
    assert set(packed) == {drawing.name, called.name, mapped.name}
