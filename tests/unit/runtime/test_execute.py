"""The container entry point as a cluster runs it: arguments and environment in, outputs.pb or error.pb out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flyteidl.core import errors_pb2, execution_pb2, literals_pb2

PROGRAM = """
from flyweight import current_context, task

@task
def double(x: int) -> int:
    print(current_context().execution_id.name)
    return 2 * x

@task
def boom(x: int) -> int:
    raise ValueError("no such column")

@task
def leave(x: int) -> int:
    raise SystemExit(3)
"""


def execute(folder: Path, name: str, *extra: str) -> subprocess.CompletedProcess[str]:
    (folder / "program.py").write_text(PROGRAM)
    value = literals_pb2.Literal(scalar=literals_pb2.Scalar(primitive=literals_pb2.Primitive(integer=7)))
    (folder / "inputs.pb").write_bytes(literals_pb2.LiteralMap(literals={"x": value}).SerializeToString())
    command = [
        *(sys.executable, "-m", "flyweight.runtime.execute", "--inputs", f"file://{folder}/inputs.pb"),
        *("--output-prefix", f"file://{folder}/out", "--raw-output-data-prefix", f"file://{folder}/raw"),
        *("--prev-checkpoint", '""', *extra, "--resolver", "flyweight.runtime.resolver.default"),
        *("--", "task-module", "program", "task-name", name),
    ]
    variables = {**os.environ, "FLYTE_INTERNAL_EXECUTION_ID": "e1", "PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=50, check=False)


@pytest.mark.slow
def test_outputs_stand_where_flyte_looks_for_them(tmp_path: Path) -> None:
    done = execute(tmp_path, "double")
    assert (done.returncode, done.stdout) == (0, "e1\n"), done.stderr
    outputs = literals_pb2.LiteralMap.FromString((tmp_path / "out" / "outputs.pb").read_bytes())
    assert outputs.literals["o0"].scalar.primitive.integer == 14


@pytest.mark.slow
@pytest.mark.parametrize(("name", "message"), [("boom", "no such column"), ("leave", "sys.exit(3)")])
def test_an_error_is_written_and_the_exit_code_is_none(tmp_path: Path, name: str, message: str) -> None:
    done = execute(tmp_path, name)
    assert done.returncode == 0, done.stderr
    error = errors_pb2.ErrorDocument.FromString((tmp_path / "out" / "error.pb").read_bytes()).error
    assert message in error.message
    assert error.kind == errors_pb2.ContainerError.NON_RECOVERABLE
    assert error.origin == execution_pb2.ExecutionError.USER
    assert error.timestamp.seconds > 0
    assert not (tmp_path / "out" / "outputs.pb").exists()


@pytest.mark.slow
def test_a_wrong_option_is_named(tmp_path: Path) -> None:
    done = execute(tmp_path, "double", "--colour", "red")
    assert done.returncode == 2
    assert "unknown option '--colour'" in done.stderr
