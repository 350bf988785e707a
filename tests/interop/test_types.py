"""Types and values are the same on the wire as flytekit's, word for word."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent / "programs" / "type_cases.py"


def results(python: Path | str, side: str) -> dict[str, dict]:
    """What one side makes of every case."""
    done = subprocess.run([python, PROGRAM, side], capture_output=True, text=True, check=False, timeout=120)
    assert "RESULTS" in done.stdout, done.stdout + done.stderr
    return {one["case"]: one["result"] for one in json.loads(done.stdout[done.stdout.index("RESULTS") + 7 :])}


@pytest.mark.interop
@pytest.mark.slow
@pytest.mark.timeout(240)
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
