"""The file store of local runs: shared by processes, harmless when it is broken, cleared by the command line."""

import os
import subprocess
import sys
import textwrap

import pytest
from click.testing import CliRunner

from flyweight import Cache, task
from flyweight.cli.main import flyweight

RUNS = []
PROGRAM = textwrap.dedent("""
    import os, sys
    from flyweight import Cache, task

    @task(cache=Cache(version="1", serialize=True))
    def slow(x: int) -> int:
        os.write(1, b"ran")
        open(sys.argv[1], "x").close()
        sys.stdin.read()
        return x

    slow(x=1)
""")


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.setenv("FLYTE_LOCAL_CACHE_ENABLED", "true")
    monkeypatch.setenv("FLYWEIGHT_DATA_DIR", str(tmp_path))
    RUNS.clear()


@task(cache=Cache(version="1"))
def square(x: int) -> int:
    RUNS.append(x)
    return x * x


def entries(tmp_path):
    return list((tmp_path / "local-cache").glob("*/*.entry"))


@pytest.mark.parametrize("spoilt", [b"", b"no json\n", b"{}\n", b'{"project": 1}\n\xff'])
def test_an_entry_that_is_spoilt_costs_a_run(tmp_path, spoilt):
    square(x=3)
    [entry] = entries(tmp_path)
    entry.write_bytes(spoilt)
    assert square(x=3) == 9
    assert RUNS == [3, 3]
    square(x=3)
    assert RUNS == [3, 3]


def test_a_folder_that_cannot_be_written_costs_the_cache_alone(tmp_path, caplog):
    (tmp_path / "local-cache").write_text("not a folder")
    assert square(x=3) == 9
    assert "could not be kept" in caplog.text


def test_the_command_line_clears_it(tmp_path):
    square(x=3)
    square(x=4)
    done = CliRunner().invoke(flyweight, ["local-cache", "clear"])
    assert (done.exit_code, "2 entries" in done.output) == (0, True)
    assert entries(tmp_path) == []
    square(x=3)
    assert RUNS == [3, 4, 3]


@pytest.mark.slow
def test_of_two_processes_one_computes_and_the_other_takes_over_if_it_dies(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)

    def start(mark):
        return subprocess.Popen(
            [sys.executable, str(tmp_path / "program.py"), str(tmp_path / mark)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
        )

    first = start("one")
    assert first.stdout.read(3) == b"ran"
    second = start("two")
    first.kill()
    assert second.stdout.read(3) == b"ran"
    third = start("three")
    second.communicate(b"go on")
    assert third.communicate(b"")[0] == b""  # it took what the second gave
    assert (second.returncode, third.returncode) == (0, 0)
    first.communicate()
