"""Runs type checkers over signatures.py: exactly the lines marked ``wrong`` are wrong, for each of them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SUBJECT = Path(__file__).parent / "signatures.py"
BIN = Path(sys.executable).parent


def basedpyright() -> dict[int, str]:
    """What basedpyright has against the file, by line."""
    done = subprocess.run(
        [BIN / "basedpyright", "--outputjson", "--level", "error", "--pythonpath", sys.executable, SUBJECT],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    entries = json.loads(done.stdout)["generalDiagnostics"]
    return {entry["range"]["start"]["line"] + 1: entry["message"] for entry in entries}


def mypy() -> dict[int, str]:
    """What mypy has against the file, by line; a reference's body is `...`, which is what `empty-body` is against."""
    flags = ["--follow-imports", "silent", "--disable-error-code", "empty-body", "--no-incremental"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *flags, SUBJECT], cwd=ROOT, capture_output=True, text=True, check=False
    )
    found = re.findall(rf"{SUBJECT.name}:(\d+): error: (.*)", done.stdout)
    assert found, done.stdout + done.stderr
    return {int(line): message for line, message in found}


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("checker", [basedpyright, mypy])
def test_a_type_checker_sees_what_users_wrote(checker) -> None:
    found = checker()
    lines = SUBJECT.read_text().splitlines()
    marked = [number for number, line in enumerate(lines, start=1) if "# wrong:" in line]
    assert sorted(found) == marked, found
