"""Fingers need not learn: every command and flag of pyflyte is here, or stands in the list of those that are not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.interop]
PROGRAM = Path(__file__).parent / "programs/command_line.py"
NOT_HERE = {
    "execution recover": "an argument of `execution`",
    "execution relaunch": "an argument of `execution`",
    "get launchplan": "an argument of `get`",
    "serve": "connectors are not here",
    "serve agent": "connectors are not here",
    "serve connector": "connectors are not here",
}
FLAGS_NOT_HERE: dict[str, set[str]] = {}
TAKEN_UNSEEN = {"build"}
"""Commands that take any flag."""


def flags(python: Path | str, command_line: str) -> dict[str, list[str]]:
    done = subprocess.run([str(python), str(PROGRAM), command_line], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def test_every_flag_of_pyflyte_is_taken(stock_python: Path) -> None:
    theirs = flags(stock_python, "flytekit.clis.sdk_in_container.pyflyte:main")
    ours = flags(sys.executable, "flyweight.cli.main:flyweight")
    assert {command for command in theirs if command not in ours} == set(NOT_HERE), "the list tells what is not here"
    for command in (theirs.keys() & ours.keys()) - TAKEN_UNSEEN:
        missing = set(theirs[command]) - set(ours[command]) - FLAGS_NOT_HERE.get(command, set())
        assert not missing, f"{command}: {missing}"
