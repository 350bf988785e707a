"""The command line as a user types it, without a platform."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from flyweight import compat
from flyweight.cli.failures import explain
from flyweight.cli.main import COMMANDS, is_verbose, main
from flyweight.errors import Unsupported

PROGRAM = '''
import dataclasses
from typing import Literal
import pandas
from flytekit import LaunchPlan, reference_task, task, workflow

@dataclasses.dataclass
class Point:
    x: float
    y: float = 1.0

@task
def area(point: Point, scale: int = 2, loud: bool = False) -> float:
    """Give an area.

    Args:
        point: which corner
        scale: how much
    """
    if loud:
        print("computing")
    return point.x * point.y * scale

@task
def fails(number: int) -> float:
    return 1 / number

@task
def nothing(number: int) -> int | None:
    return None

@workflow
def wf(point: Point, ratio: float = 0.5) -> float:
    return area(point=point)

lp = LaunchPlan.get_or_create(wf, name=f"{__name__}.lp", fixed_inputs={"ratio": 1.0})

@task
def choose(kind: Literal["a", "b"], ok: bool = False) -> str:
    return f"{kind} {ok}"

@task
def rows(frame: pandas.DataFrame) -> int:
    return len(frame)

@reference_task(project="p", domain="d", name="there", version="v1")
def ref(xs: list[int], k: int = 3) -> int:
    """Add up, over there."""
    ...
'''


@pytest.fixture
def program(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    place = tmp_path / f"program_{abs(hash(request.node.nodeid))}.py"
    place.write_text(PROGRAM)
    yield str(place)
    compat.uninstall()


def test_a_task_runs_here(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", program, "area", "--point", '{"x": 3}', "--scale", "4", "--loud"]) == 0
    assert capsys.readouterr().out == "computing\n12.0\n"


@pytest.mark.parametrize(
    ("flag", "is_set"),
    [
        (["--ok"], True),
        (["--no-ok"], False),
        (["--ok", "true"], True),
        (["--ok=no"], False),
        (["--ok", "False"], False),
    ],
)
def test_a_flag_may_be_given_a_value(
    program: str, capsys: pytest.CaptureFixture[str], flag: list[str], is_set: bool
) -> None:
    assert main(["run", program, "choose", *flag, "--kind", "b"]) == 0
    assert capsys.readouterr().out == f"b {is_set}\n"


def test_an_output_that_is_none_is_shown(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", program, "nothing", "--number", "1"]) == 0
    assert capsys.readouterr().out == "None\n"


def test_inputs_may_stand_in_a_file_and_options_win(
    program: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "inputs.yaml").write_text("point: {x: 3, y: 2}\nscale: 10\n")
    assert main(["run", program, "area", "--inputs-file", str(tmp_path / "inputs.yaml"), "--scale", "1"]) == 0
    assert capsys.readouterr().out == "6.0\n"


@contextlib.contextmanager
def piped(text: str) -> Iterator[None]:
    """Give this process an input, as ``echo ... |`` does."""
    own = os.dup(0)
    reader, writer = os.pipe()
    try:
        os.write(writer, text.encode())
        os.close(writer)
        os.dup2(reader, 0)
        yield
    finally:
        os.dup2(own, 0)
        os.close(own)
        os.close(reader)


@pytest.mark.parametrize("asked", [["-"], ["--inputs-file", "-"]])
def test_inputs_may_be_piped(program: str, asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with piped('{"point": {"x": 3, "y": 2}}'):
        assert main(["run", program, "area", *asked, "--scale", "1"]) == 0
    assert capsys.readouterr().out == "6.0\n"


def test_examples_in_the_help_keep_their_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--help"]) == 0
    assert "    flyweight run hello.py greet_all --first Alan\n" in capsys.readouterr().out


def test_the_help_comes_from_the_signature(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", program, "area", "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for part in (
        "Give an area.",
        "--point POINT which corner [required]",
        "--scale INTEGER how much [default: 2]",
        "--loud / --no-loud [default: False]",
    ):
        assert part in shown


def test_choices_are_listed_as_they_are_typed(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", program, "choose", "--help"]) == 0
    assert "--kind a|b" in capsys.readouterr().out


def test_a_file_lists_its_entities(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", program, "--help"]) == 0
    shown = capsys.readouterr().out
    for name in ("area", "fails", "wf", "ref"):
        assert name in shown


def test_references_have_help_without_a_platform(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", program, "ref", "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "Add up, over there." in shown
    assert "[default: 3]" in shown


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["aera", "--point", "{}"], "Did you mean 'area'?"),
        (["area"], "`point` (Point): --point"),
        (["area", "--point", '{"x": "far"}'], ".x: expected float, got 'far'"),
        (["area", "--point", "{}", "--scael", "2"], "--scale"),
        (["fails", "--number", "seven"], "expected int, got 'seven'"),
        (["ref", "--xs", "[1]"], "flyweight run --remote"),
        (["choose", "--kind", "c"], "'--kind': expected Literal['a', 'b'], got 'c' (str); one of a, b"),
        (["choose", "--kind", "a", "--ok", "maybe"], "'--ok': expected true or false, got 'maybe'"),
        (["rows", "--frame", __file__], f"'--frame': {__file__} cannot be read as a DataFrame: the format 'py'"),
        (["lp", "--ratio", "2"], "`ratio` is fixed by the launch plan lp and cannot be given. Leave it out."),
        (["fails", "--number", "1", "--remote"], "--remote is an option of `run`, and stands before the file: flywei"),
        (["--wait", "fails", "--number", "1"], "flyweight run --wait ... "),
    ],
)
def test_mistakes_say_what_to_do(
    program: str, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert main(["run", program, *arguments]) != 0
    shown = capsys.readouterr().err
    assert says in shown
    assert "Traceback" not in shown


def test_a_users_exception_shows_the_users_frames_alone(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", program, "fails", "--number", "0"]) == 1
    shown = capsys.readouterr().err
    assert "return 1 / number" in shown
    assert "ZeroDivisionError: division by zero" in shown
    assert "src/flyweight" not in shown


def test_a_module_that_does_not_import_says_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "lacking.py"
    place.write_text("import nonexistent_library\n")
    assert main(["run", str(place), "wf"]) == 1
    shown = capsys.readouterr().err
    assert "nonexistent_library" in shown
    assert "lacking.py" in shown
    assert "src/flyweight" not in shown
    compat.uninstall()


def test_a_file_that_hides_a_module_is_told_to_be_renamed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "json.py"
    place.write_text("")
    assert main(["run", str(place), "wf"]) == 1
    assert "Rename the file" in capsys.readouterr().err
    compat.uninstall()


def test_a_registered_name_in_a_files_place_is_told_how_it_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lone_module.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("nowhere.slow", "lone_module.slow"):
        assert main(["run", "--remote", name]) == 1
        assert f"remote-task {name}, remote-workflow {name}" in capsys.readouterr().err


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "nowhere.py", "wf"]) == 1
    assert "There is no file nowhere.py" in capsys.readouterr().err
    compat.uninstall()


@pytest.mark.parametrize(
    ("arguments", "verbose"),
    [(["-v", "register", "x.py"], True), (["-vv", "run"], True), (["register", "x.py", "-v", "one"], False)],
)
def test_verbosity_is_asked_for_before_the_command(arguments: list[str], verbose: bool) -> None:
    assert is_verbose(arguments) == verbose


def test_what_this_version_lacks_is_no_fault_of_the_platform(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(Unsupported("w has an on_failure handler."), verbose=False) == 1
    assert capsys.readouterr().err == "Error: w has an on_failure handler.\n"


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - {"demo"}))
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert "Usage: flyweight" in capsys.readouterr().out


GATED = """
from datetime import timedelta
from flytekit import wait_for_input, workflow

@workflow
def wf() -> float:
    return wait_for_input("share", timeout=timedelta(hours=1), expected_type=float)
"""


def test_gates_of_a_run_here_are_answered_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "gated_program.py"
    place.write_text(GATED)
    try:
        assert main(["run", "--signals", '{"share": 0.5}', str(place), "wf"]) == 0
        assert capsys.readouterr().out == "0.5\n"
        assert main(["run", str(place), "wf"]) != 0
        assert "with --signals of `flyweight run`" in capsys.readouterr().err
        assert main(["run", "--remote", "--signals", "{}", str(place), "wf"]) != 0
        assert "the platform asks for them" in capsys.readouterr().err
    finally:
        compat.uninstall()


def test_an_error_in_a_generated_constructor_names_the_users_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "nightly.py"
    place.write_text("from flyweight import CronSchedule\nCronSchedule(schedule='often')\n")
    assert main(["run", str(place), "wf"]) == 1
    assert f"  at {place}:2 in <module>: CronSchedule(schedule='often')\n" in capsys.readouterr().err


def test_an_error_in_a_workflows_body_names_the_users_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "looping.py").write_text(
        "from flyweight import task, workflow\n@task\ndef names() -> list[str]:\n    return []\n"
        "@workflow\ndef wf():\n    for name in names():\n        print(name)\n"
    )
    assert main(["run", str(tmp_path / "looping.py"), "wf"]) == 1
    shown = capsys.readouterr().err
    assert "a value cannot be looped over or unpacked inside a workflow" in shown
    assert f"  at {tmp_path}/looping.py:7 in wf: for name in names():\n" in shown
    assert "Traceback" not in shown
