"""Code as flytekit's users write it, unmodified: each file runs here and prints what it prints with flytekit."""

import json
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flyweight import compat
from flyweight.cli.main import main

CODE = Path(__file__).parent / "flytekit_code"
RUNS = json.loads((CODE / "runs.json").read_text())


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("FLYWEIGHT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SQL_PLUGIN_FOLDER", str(tmp_path))
    monkeypatch.setenv("FLYWEIGHT_ENVIRONMENTS", f"ghcr.io/flyteorg/*={sys.executable}")
    yield
    compat.uninstall()


@pytest.mark.parametrize("program", sorted(RUNS))
def test_it_runs_here(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    run, expected = RUNS[program]
    entity, _, flags = run.partition(" :: ")
    before = flags.split(" ", 1) if flags else []
    assert main(["run", *before, str(CODE / f"{program}.py"), *shlex.split(entity)]) == 0
    assert capsys.readouterr().out == f"{expected}\n"


def test_every_file_is_run() -> None:
    assert {path.stem for path in CODE.glob("*.py")} == RUNS.keys()
    assert len(RUNS) >= 30
