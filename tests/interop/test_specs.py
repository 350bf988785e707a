"""One corpus of programs, compiled and run by us and by the stock flytekit: the specs agree in every field that has a
meaning, and local runs give the same results, or the same kind of error.
"""

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin import launch_plan_pb2, task_pb2, workflow_pb2
from flyteidl.core import dynamic_job_pb2

from tests.interop import spec_rows
from tests.interop.spec_differences import differences

HERE = Path(__file__).parent
PROGRAMS = sorted(path.stem for path in (HERE / "spec_programs").glob("*.py"))
KINDS = {
    kind.__name__: kind
    for kind in (
        task_pb2.TaskSpec,
        workflow_pb2.WorkflowSpec,
        launch_plan_pb2.LaunchPlan,
        dynamic_job_pb2.DynamicJobSpec,
    )
}
STOCK_IS_WRONG = {
    r"LaunchPlan beyond.wf: spec.max_parallelism": "it takes labels and annotations of default_options alone",
    r"WorkflowSpec beyond.wf: .*array_node.min_success": "the ratio's default wins over min_successes",
    r"WorkflowSpec beyond.wf: .*n1.o0.count": "two parts of one value go by one name, so that one part is lost",
}
"""Places where the stock does what it says otherwise, and why."""
OURS_IS_ANOTHER_WAY = {
    r"TaskSpec shims.(rows|customized): template.container.args": "found by its variable, in a warm worker",
}
"""Places where we differ on purpose, and why."""

pytestmark = [pytest.mark.slow, pytest.mark.interop, pytest.mark.timeout(240)]

Results = dict[str, dict[str, Any]]


def results(python: Path | str, side: str, folder: Path, *more: Path) -> Results:
    """Compile and run every program on one side, in one process."""
    target = folder / f"{side}.json"
    command = [str(python), "-W", "ignore", str(HERE / "compiling.py"), side, str(target), *map(str, more)]
    shared = {**os.environ, "TMPDIR": str(folder.parent)}  # paths stand in specs: the same on both sides
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=shared)
    assert done.returncode == 0, done.stderr
    return json.loads(target.read_text())


@pytest.fixture(scope="module")
def stock(stock_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Results:
    return results(stock_python, "stock", tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def ours(stock_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Results:
    (packages,) = stock_python.parents[1].glob("lib/python*/site-packages")
    return results(sys.executable, "ours", tmp_path_factory.mktemp("corpus"), packages)  # kubernetes is there alone


def found_differences(ours: dict[str, str], stock: dict[str, str]) -> list[str]:
    """Tell each place where the specs of a program differ."""
    found = [f"{name}: compiled by one side alone" for name in ours.keys() ^ stock.keys()]
    for name in ours.keys() & stock.keys():
        kind = KINDS[name.split()[0]]
        left, right = (kind.FromString(base64.b64decode(side[name])) for side in (ours, stock))
        found += [f"{name}: {difference}" for difference in differences(left, right)]
    return found


@pytest.mark.parametrize("program", PROGRAMS)
def test_specs_agree(program: str, ours: Results, stock: Results) -> None:
    left, right = ours[program]["specs"], stock[program]["specs"]
    assert isinstance(left, dict), f"we refuse it: {left}"
    assert isinstance(right, dict), f"the stock refuses it: {right}"
    found = found_differences(left, right)
    unknown = [
        one for one in found if not any(re.match(place, one) for place in {**STOCK_IS_WRONG, **OURS_IS_ANOTHER_WAY})
    ]
    assert not unknown, "\n".join(unknown)


def test_the_stock_is_still_wrong_where_we_say_so(ours: Results, stock: Results) -> None:
    found = found_differences(ours["beyond"]["specs"], stock["beyond"]["specs"])
    assert [place for place in STOCK_IS_WRONG if not any(re.match(place, one) for one in found)] == []


@pytest.mark.parametrize("program", PROGRAMS)
def test_runs_agree(program: str, ours: Results, stock: Results) -> None:
    for (run, left), (_, right) in zip(ours[program]["runs"], stock[program]["runs"], strict=True):
        both_raise = isinstance(left, dict) and isinstance(right, dict) and "raised" in left and "raised" in right
        assert (left["raised"] if both_raise else left) == (right["raised"] if both_raise else right), (
            run,
            left,
            right,
        )


def test_most_of_the_corpus_runs(ours: Results) -> None:
    assert sum(len(one["runs"]) for one in ours.values()) >= 60


def test_the_corpus_covers_every_part_of_flytekit() -> None:
    parts = {**spec_rows.API, **spec_rows.TYPES}
    assert [part for part, programs in parts.items() if not programs] == []
    assert {program for programs in parts.values() for program in programs} == set(PROGRAMS)
    assert len(PROGRAMS) >= 60
    lacking = {name for part in spec_rows.LACKING for name in part.split(", ")}
    covered = {name for part in parts for name in re.findall(r"\w+", part)}
    assert not lacking & covered, "what is covered lacks no program"
