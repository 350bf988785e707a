"""Types and values are the same on the wire as flytekit's, word for word."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).parent / "programs" / "type_cases.py"


pytestmark = [pytest.mark.interop, pytest.mark.slow, pytest.mark.timeout(240)]


def run(python: Path | str, *arguments: str | Path) -> str:
    done = subprocess.run([python, PROGRAM, *arguments], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def printed(text: str) -> Any:
    return json.loads(text[text.index("RESULTS") + 7 :])


def results(python: Path | str, side: str) -> dict[str, dict]:
    """What one side makes of every case."""
    return {one["case"]: one["result"] for one in printed(run(python, side))}


def test_types_and_values_equal_flytekits(stock_python: Path):
    theirs = results(stock_python, "flytekit")
    ours = results(sys.executable, "flyweight")
    differences = {
        case: {"flytekit": theirs[case], "flyweight": ours[case]}
        for case in theirs
        # what flytekit refuses is refused here too; the words are our own
        if theirs[case] != ours[case] and not (theirs[case].get("refused") and ours[case].get("refused"))
    }
    assert not differences, json.dumps(differences, indent=1)
    assert theirs.keys() == ours.keys()
    assert sum("refused" not in result for result in theirs.values()) > 120


def test_each_side_reads_the_files_and_dataframes_that_the_other_stored(stock_python: Path, tmp_path: Path):
    for side in ("flytekit", "flyweight"):
        (tmp_path / side).mkdir()
    run(stock_python, "flytekit", "write", tmp_path / "flytekit")
    run(sys.executable, "flyweight", "write", tmp_path / "flyweight")
    theirs = printed(run(stock_python, "flytekit", "read", tmp_path / "flyweight"))
    ours = printed(run(sys.executable, "flyweight", "read", tmp_path / "flytekit"))
    assert theirs == ours
    assert theirs["file"] == "a,b\n1,2\n"
    assert theirs["folder"] == ["a.csv"]
    assert theirs["subset"] == ",a\n0,1\n1,2\n"
    assert theirs["dataclass"][-1] == ",a,b\n0,1,x\n1,2,y\n"
