"""Runs the type checker over signatures.py: exactly the lines marked ``wrong`` are wrong."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SUBJECT = Path(__file__).parent / "signatures.py"


@pytest.mark.slow
def test_a_type_checker_sees_what_users_wrote() -> None:
    checker = Path(sys.executable).parent / "basedpyright"
    done = subprocess.run(
        [str(checker), "--outputjson", "--level", "error", "--pythonpath", sys.executable, str(SUBJECT)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    found = {
        entry["range"]["start"]["line"] + 1: entry["message"] for entry in json.loads(done.stdout)["generalDiagnostics"]
    }
    lines = SUBJECT.read_text().splitlines()
    marked = [number for number, line in enumerate(lines, start=1) if "# wrong:" in line]
    assert sorted(found) == marked, found
