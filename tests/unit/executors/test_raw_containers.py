"""Attempts of raw containers with real processes: files in, files out, and every way to end."""

import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from flyteidl.core import errors_pb2, tasks_pb2, types_pb2

from flyweight import literals
from flyweight.clock import SystemClock
from flyweight.containers.environments import Environments
from flyweight.engine.jobs import Cancelled, Failed, Job, Started, Succeeded
from flyweight.executors.command import CommandExecutor, CommandOptions
from flyweight.executors.slots import Slots

from .jobs import Reports, appears, environment, job, template

pytestmark = pytest.mark.slow
Simple = types_pb2.SimpleType


def options(folder: Path) -> CommandOptions:
    return CommandOptions(
        environments=Environments({"image:*": sys.executable}),
        folder=folder / "scratch",
        logs=folder / "logs",
        variables=environment(),
        grace=0.5,
        inline_limit=100,
        max_output_bytes=1000,
    )


@pytest.fixture
async def started(tmp_path: Path) -> AsyncGenerator[tuple[CommandExecutor, Reports]]:
    executor, reports = CommandExecutor(options(tmp_path), Slots(2), SystemClock()), Reports()
    await executor.open(reports)
    yield executor, reports
    await executor.close()


def shell(
    folder: Path,
    script: str,
    simple: int = Simple.INTEGER,
    *,
    limit: str = "",
    image: str = "image:1",
    node: str = "n0",
) -> Job:
    task = template(flavor="", limit=limit)
    task.container.image = image
    task.container.command[:] = ["sh", "-c", script]
    del task.container.args[:]
    task.container.data_config.CopyFrom(
        tasks_pb2.DataLoadingConfig(enabled=True, input_path="/var/inputs", output_path="/var/outputs")
    )
    task.interface.outputs.variables["y"].type.simple = simple
    return job(task, node, root=f"file://{folder}/data")


async def test_a_program_gets_files_and_leaves_files(started: tuple[CommandExecutor, Reports], tmp_path: Path) -> None:
    executor, reports = started
    script = "echo told; cat /var/inputs/x > /var/outputs/y; echo $FLYTE_ATTEMPT_NUMBER {{.outputPrefix}}"
    running = shell(tmp_path, script)
    executor.start(running)
    end = await reports.end()
    assert isinstance(end, Succeeded), end
    assert end.outputs == literals.literal_map({"y": literals.primitive(7)})
    assert Path(end.log.path).read_text() == f"told\n0 {running.output_prefix}\n"
    assert (tmp_path / "data/p-d-e1/n0/data/0/outputs.pb").read_bytes() == literals.to_bytes(end.outputs)
    begun = await reports.until(Started)
    assert begun.worker == sys.executable
    await executor.close()
    assert not any((tmp_path / "scratch").iterdir())


@pytest.mark.parametrize(
    ("script", "code", "recoverable", "message"),
    [
        ("echo oh; exit 4", "CommandFailed", True, "ended with exit code 4. The last lines of its log:\noh"),
        ("echo no data > /var/outputs/_ERROR; exit 1", "UserError", True, "no data"),
        ("true", "OutputsNotFound", True, "left no file /var/outputs/y"),
        ("echo many > /var/outputs/y", "USER:BadOutput", False, "'many\\n' is not integer"),
        ("kill -9 $$", "Interrupted", True, "SIGKILL"),
        ("no-such-program-at-all", "CommandFailed", True, "exit code 127"),
        ("echo {{.inputs.z}}", "BadContainer", False, "the input 'z'; the task has x"),
    ],
)
async def test_what_goes_wrong_is_told(
    started: tuple[CommandExecutor, Reports], tmp_path: Path, script: str, code: str, recoverable: bool, message: str
) -> None:
    executor, reports = started
    executor.start(shell(tmp_path, script))
    end = await reports.end()
    assert isinstance(end, Failed), end
    assert (end.error.code, end.error.kind == errors_pb2.ContainerError.RECOVERABLE) == (code, recoverable)
    assert message in end.error.message


async def test_large_outputs_stand_in_the_store_and_too_large_ones_are_refused(
    started: tuple[CommandExecutor, Reports], tmp_path: Path
) -> None:
    executor, reports = started
    write = "head -c {} /dev/zero | tr '\\0' a > /var/outputs/y"
    executor.start(shell(tmp_path, write.format(500), Simple.STRING))
    end = await reports.end()
    assert isinstance(end, Succeeded), end
    assert end.outputs_uri.endswith("/outputs.pb")
    executor.start(shell(tmp_path, write.format(2000), Simple.STRING, node="n1"))
    end = await reports.end("n1")
    assert isinstance(end, Failed)
    assert end.error.code == "OutputSizeExceeded"


async def test_a_program_that_does_not_heed_sigterm_is_killed_with_all_that_it_has_started(
    started: tuple[CommandExecutor, Reports], tmp_path: Path
) -> None:
    executor, reports = started
    running = shell(tmp_path, f"trap '' TERM; sleep 1000 & echo $! > {tmp_path}/pid; wait; sleep 1000")
    executor.start(running)
    child = int(await appears(tmp_path / "pid", filled=True))
    executor.cancel(running.attempt, "aborted")
    assert isinstance(await reports.end(), Cancelled)
    assert not Path(f"/proc/{child}").exists() or "Z" in Path(f"/proc/{child}/stat").read_text()
    assert executor.capacity().busy == 0


async def test_memory_past_the_limit_ends_it(started: tuple[CommandExecutor, Reports], tmp_path: Path) -> None:
    executor, reports = started
    executor.start(shell(tmp_path, "python -c 'x = bytearray(300 << 20); input()' < /dev/zero", limit="100Mi"))
    end = await reports.end()
    assert isinstance(end, Failed)
    assert end.error.code == "OutOfMemory"


async def test_an_image_that_nothing_can_run_is_refused(
    started: tuple[CommandExecutor, Reports], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    executor, reports = started
    executor.start(shell(tmp_path, "true", image="other:1"))
    end = await reports.end()
    assert isinstance(end, Failed)
    assert end.error.code == "BadContainer"
    assert "Nothing on this machine can run the container image 'other:1'" in end.error.message


async def test_the_items_of_a_map_have_their_own_inputs(
    started: tuple[CommandExecutor, Reports], tmp_path: Path
) -> None:
    executor, reports = started
    running = shell(tmp_path, "cat /var/inputs/x > /var/outputs/y")
    own = literals.to_bytes(literals.literal_map({"x": literals.primitive(8)}))
    executor.start(running._replace(inputs_data=own))
    end = await reports.end()
    assert isinstance(end, Succeeded), end
    assert end.outputs.literals["y"] == literals.primitive(8)
