"""Our specs equal the stock flytekit's, program by program, in every field that has a meaning."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent / "spec_programs"
PROGRAMS = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "dumped")

pytestmark = [pytest.mark.slow, pytest.mark.interop]

Specs = dict[str, dict[str, Any]]


def dumped(python: Path | str, side: str) -> Specs:
    """Compile every program on one side, in one process."""
    done = subprocess.run(
        [str(python), "-W", "ignore", str(FOLDER / "dumped.py"), side], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def stock(stock_python: Path) -> Specs:
    return dumped(stock_python, "stock")


@pytest.fixture(scope="module")
def ours() -> Specs:
    return dumped(sys.executable, "ours")


def meaning(value: Any) -> Any:
    """Drop what means nothing: the order of sets, empty messages, what must name the SDK."""
    if isinstance(value, list):
        return [meaning(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: meaning(item) for key, item in value.items() if key not in ("runtime", "args", "closure")}
    for key in ("upstreamNodeIds", "requests", "limits"):
        if key in kept:
            kept[key] = sorted(kept[key], key=str)
    if "env" in kept:  # how each SDK tells a dynamic task with which settings it was compiled
        kept["env"] = [one for one in kept["env"] if one["key"] not in ("_F_SS_C", "FLYWEIGHT_COMPILED_WITH")]
    return {key: item for key, item in kept.items() if item not in ({}, [])}


@pytest.mark.parametrize("program", PROGRAMS)
def test_specs_are_equal(program: str, stock: Specs, ours: Specs) -> None:
    theirs = stock[program]
    # The default launch plan comes with a workflow on our side; the stock client makes it when it registers.
    shared = {name: spec for name, spec in ours[program].items() if name in theirs}
    extra = [name for name in ours[program] if name not in theirs]
    assert meaning(shared) == meaning(theirs)
    assert all(name.startswith("LaunchPlan ") for name in extra), extra


def test_there_are_enough_programs() -> None:
    assert len(PROGRAMS) >= 15
