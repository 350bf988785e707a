"""A raw container's program where an environment stands for its image: words, folders, ends; real processes."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flyteidl.core import interface_pb2, literals_pb2, tasks_pb2, types_pb2

from flyweight import literals
from flyweight.containers.engines import Engine, ImageRun
from flyweight.containers.environments import Environments
from flyweight.containers.here import run_here
from flyweight.containers.programs import Place, Program, RawContainer
from flyweight.errors import InvalidInput, NotFound, PreconditionFailed, RecoverableError
from flyweight.settings import child_environment

INTEGER = interface_pb2.Variable(type=types_pb2.LiteralType(simple=types_pb2.SimpleType.INTEGER))
TEXT = interface_pb2.Variable(type=types_pb2.LiteralType(simple=types_pb2.SimpleType.STRING))

TEXT_OF_A_PATH = literals.primitive("/var/inputs/y")


def place(folder: Path, **environments: str) -> Place:
    return Place(
        environments=Environments(environments or {"image:*": sys.executable}),
        folder=folder,
        variables=child_environment({"KEPT": "yes"}),
        raw_prefix=f"{folder}/raw",
    )


def raw(*words: str, inputs: str = "/var/inputs", outputs: str = "/var/outputs", **own: str) -> RawContainer:
    loading = tasks_pb2.DataLoadingConfig(enabled=True, input_path=inputs, output_path=outputs)
    return RawContainer(
        template=tasks_pb2.Container(image="image:1", command=words, data_config=loading),
        inputs=literals.literal_map({"x": literals.primitive(7)}),
        own=own,
    )


def run(program: Program, **declared: interface_pb2.Variable) -> literals_pb2.LiteralMap:
    return run_here("a.task", program, declared, tasks_pb2.DataLoadingConfig(), show=False)


def test_absolute_folders_are_the_programs_own(tmp_path: Path) -> None:
    script = 'cat /var/inputs/x > "$TO/y"; echo "{{.inputs.x}} $KEPT $(pwd)" > $FLYTE_OUTPUT_DATA_DIR/z'
    program = raw("sh", "-c", script, TO="/var/outputs").prepare(place(tmp_path))
    found = run(program, y=INTEGER, z=TEXT)
    assert found.literals["y"] == literals.primitive(7)
    assert found.literals["z"] == literals.primitive(f"7 yes {tmp_path}/work\n")


@pytest.mark.parametrize(
    ("word", "becomes"),
    [
        ("/var/inputs", "{0}/inputs"),
        ("--in=/var/inputs/x,/var/outputs/y", "--in={0}/inputs/x,{0}/outputs/y"),
        ("cat '/var/inputs/x'>/var/outputs", "cat '{0}/inputs/x'>{0}/outputs"),
        ("/var/inputs2 /var/inputs.old my/var/inputs /mnt/var/inputs", "/var/inputs2 /var/inputs.old my/var/inputs "),
    ],
)
def test_a_folder_is_replaced_where_it_is_a_path(tmp_path: Path, word: str, becomes: str) -> None:
    argv = raw("echo", word, inputs="/var/inputs/").prepare(place(tmp_path)).argv
    assert argv[1].startswith(becomes.format(tmp_path))
    assert becomes.count("{0}") == argv[1].count(str(tmp_path))


def test_an_inputs_value_stays_as_it_is(tmp_path: Path) -> None:
    told = replace(raw("echo", "{{.inputs.x}} /var/inputs"), inputs=literals.literal_map({"x": TEXT_OF_A_PATH}))
    assert told.prepare(place(tmp_path)).argv[1] == f"/var/inputs/y {tmp_path}/inputs"


def test_one_folder_inside_of_the_other_is_found_first(tmp_path: Path) -> None:
    argv = raw("echo", "/data/out/y", "/data/x", inputs="/data", outputs="/data/out").prepare(place(tmp_path)).argv
    assert argv[1:] == (f"{tmp_path}/outputs/y", f"{tmp_path}/inputs/x")


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("echo told; exit 3", "(?s)ended with exit code 3.*told"),
        ("kill -9 $$", "SIGKILL"),
        ("echo 'no data' > /var/outputs/_ERROR; echo 7 > /var/outputs/y", "no data"),
        ("exit 0", "left no file /var/outputs/y"),
    ],
)
def test_a_program_that_fails_says_how(tmp_path: Path, script: str, says: str) -> None:
    with pytest.raises(RecoverableError, match=says):
        run(raw("sh", "-c", script).prepare(place(tmp_path)), y=INTEGER)


def test_a_program_that_cannot_be_started_says_why(tmp_path: Path) -> None:
    with pytest.raises(PreconditionFailed, match="true cannot be started: Argument list too long"):
        run(raw("true", "x" * 200_000).prepare(place(tmp_path)))


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no-such-program"):
        raw("no-such-program").prepare(place(tmp_path / "a"))
    with pytest.raises(InvalidInput, match="the input 'y'; the task has x"):
        raw("echo", "{{.inputs.y}}").prepare(place(tmp_path / "b"))
    with pytest.raises(InvalidInput, match="names no command"):
        raw().prepare(place(tmp_path / "c"))


def test_an_image_that_nothing_stands_for_is_refused_with_both_ways(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotFound, match=r"(?s)docker or podman.*'image:1': /path/to/environment/bin/python"):
        raw("true").prepare(place(tmp_path / "a", other=sys.executable))
    silent = tmp_path / "docker"
    silent.write_text("#!/bin/sh\nexit 1\n")
    silent.chmod(0o700)
    with pytest.raises(NotFound, match="docker is installed and does not answer"):
        raw("true").prepare(place(tmp_path / "b", other=sys.executable))


def test_an_engine_comes_before_the_default_environment_and_after_a_named_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = tmp_path / "podman"
    engine.write_text("#!/bin/sh\n")
    engine.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("HOME", "/here")
    true = raw("true", KEPT="yes", HOME="/opt")
    program = true.prepare(place(tmp_path / "a", default=sys.executable))
    assert program.runs_in == str(engine)
    assert {"KEPT", "HOME=/opt"} < {*program.argv}  # a secret that this process has is no word either
    assert true.prepare(place(tmp_path / "b", **{"image:1": sys.executable})).runs_in == sys.executable
    engine.unlink()
    if Engine.find() is None:
        assert true.prepare(place(tmp_path / "c", default=sys.executable)).runs_in == sys.executable


def test_the_words_for_an_engine_hold_no_value_that_is_nobodys_business() -> None:
    job = ImageRun(
        name="flyweight-1",
        image="alpine:3",
        command=("sh", "-c"),
        arguments=("true",),
        variables={"SECRET": "hidden", "PATH": "/opt/bin"},
        taken={"PATH"},
        mounts=((Path("/here/inputs"), "/var/inputs"),),
        memory=1024,
        cpu=0.5,
    )
    words = " ".join(Engine(program="/usr/bin/docker").words(job))
    assert words == (
        "/usr/bin/docker run --rm --name flyweight-1 --pull missing --env SECRET --env PATH=/opt/bin"
        " --volume /here/inputs:/var/inputs --memory 1024 --cpus 0.5 --entrypoint sh -- alpine:3 -c true"
    )
    bare = replace(job, command=(), variables={}, mounts=(), memory=0, cpu=0.0)
    assert " ".join(Engine(program="docker").words(bare)).endswith("--pull missing -- alpine:3 true")
