"""Commands with real processes: Flyte's template and files around whatever the container's command is."""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flyteidl.core import errors_pb2, execution_pb2, interface_pb2, literals_pb2

from flyweight import literals
from flyweight.clock import SystemClock
from flyweight.containers.environments import Environments
from flyweight.engine.jobs import Cancelled, Failed, Job, Lists, Succeeded
from flyweight.executors.command import CommandExecutor, CommandOptions
from flyweight.executors.slots import Slots
from flyweight.ids import AttemptId, ExecutionKey, NodeId

from .jobs import Reports, alive, appears, environment, integer, job, template

pytestmark = pytest.mark.slow


@asynccontextmanager
async def running_commands(
    folder: Path, environments: Environments | None = None
) -> AsyncGenerator[tuple[CommandExecutor, Reports]]:
    options = CommandOptions(
        environments=environments or Environments({"image:*": sys.executable}),
        folder=folder / "scratch",
        logs=folder / "logs",
        variables=environment(),
        grace=0.5,
        max_output_bytes=1000,
    )
    executor, reports = CommandExecutor(options, Slots(2), SystemClock()), Reports()
    await executor.open(reports)
    try:
        yield executor, reports
    finally:
        await executor.close()


def script(folder: Path, source: str, *arguments: str, outputs: bool = False, limit: str = "") -> Job:
    task = template(flavor="", limit=limit)
    task.container.args[:] = ["python", "-c", source, *arguments]
    if outputs:
        task.interface.outputs.variables["y"].CopyFrom(interface_pb2.Variable())
    return job(task, root=f"file://{folder}/data")


WRITE = (
    "import sys, pathlib\n"
    "source, prefix = (pathlib.Path(word.removeprefix('file://')) for word in sys.argv[1:3])\n"
    "prefix.mkdir(parents=True)\n"
)


async def test_a_command_reads_its_inputs_and_its_outputs_are_read(tmp_path: Path) -> None:
    source = WRITE + "(prefix / 'outputs.pb').write_bytes(source.read_bytes())\nprint('done', sys.argv[3])"
    async with running_commands(tmp_path) as (executor, reports):
        executor.start(script(tmp_path, source, "{{.input}}", "{{ $OutputPrefix }}", "{{.inputs.x}}", outputs=True))
        end = await reports.end()
        assert isinstance(end, Succeeded)
        assert end.outputs == literals_pb2.LiteralMap(literals={"x": integer(7)})
        assert Path(end.log.path).read_text() == "done 7\n"
    assert not any((tmp_path / "scratch").iterdir())


async def test_the_items_of_a_map_read_the_whole_map_which_is_written_once(tmp_path: Path) -> None:
    source = WRITE + "(prefix / 'outputs.pb').write_bytes(source.read_bytes())\nsource.write_bytes(b'')"
    whole = Lists(
        inputs=literals_pb2.LiteralMap(literals={"x": literals.collection([integer(7), integer(8)])}),
        uri=f"file://{tmp_path}/data/n0/lists.pb",
    )
    plain = script(tmp_path, source, "{{.input}}", "{{.outputPrefix}}", outputs=True)
    async with running_commands(tmp_path) as (executor, reports):
        for index in range(2):
            attempt = AttemptId(ExecutionKey(1), NodeId("n0"), 0, index)
            executor.start(plain._replace(attempt=attempt, template=replace(plain.template, lists=whole)))
            end = await reports.until(Succeeded | Failed)  # type: ignore[arg-type]
            assert isinstance(end, Succeeded), end
            # The first one empties the file when it has read it: the second finds it so.
            assert end.outputs == (literals_pb2.LiteralMap() if index else whole.inputs)
            reports.all.clear()


async def test_flytes_environment_is_there_and_the_folder_is_its_own(tmp_path: Path) -> None:
    source = (
        "import os; print(os.environ['FLYTE_INTERNAL_EXECUTION_ID'], os.environ['FLYTE_ATTEMPT_NUMBER'], os.listdir())"
    )
    async with running_commands(tmp_path) as (executor, reports):
        executor.start(script(tmp_path, source))
        assert Path((await reports.end()).log.path).read_text() == "e1 0 []\n"


async def test_error_pb_wins_over_outputs_and_exit_code(tmp_path: Path) -> None:
    document = errors_pb2.ErrorDocument(error=errors_pb2.ContainerError(code="USER:Oops", message="oops"))
    source = WRITE + (
        f"(prefix / 'error.pb').write_bytes({document.SerializeToString()!r})\n"
        "(prefix / 'outputs.pb').write_bytes(b'')\nsys.exit(3)"
    )
    async with running_commands(tmp_path) as (executor, reports):
        executor.start(script(tmp_path, source, "{{.input}}", "{{.outputPrefix}}", outputs=True))
        end = await reports.end()
        assert isinstance(end, Failed)
        assert (end.error.code, end.error.kind) == ("USER:Oops", errors_pb2.ContainerError.NON_RECOVERABLE)


async def test_a_dynamic_command_leaves_nodes_in_place_of_outputs(tmp_path: Path) -> None:
    source = WRITE + "(prefix / 'futures.pb').write_bytes(b'')"
    async with running_commands(tmp_path) as (executor, reports):
        executor.start(script(tmp_path, source, "{{.input}}", "{{.outputPrefix}}", outputs=True))
        end = await reports.end()
        assert isinstance(end, Succeeded)
        assert end.drew


@pytest.mark.parametrize(
    ("source", "code", "recoverable", "message"),
    [
        ("raise SystemExit(4)", "CommandFailed", True, "ended with exit code 4"),
        ("1 / 0", "CommandFailed", True, "ZeroDivisionError"),
        ("import os; os.kill(os.getpid(), 9)", "Interrupted", True, "SIGKILL"),
        ("pass", "OutputsNotFound", True, "Outputs not generated by task execution"),
        (
            WRITE + "(prefix / 'outputs.pb').write_bytes(bytes(1001))",
            "OutputSizeExceeded",
            False,
            "limit is 1000 bytes",
        ),
    ],
)
async def test_what_a_command_leaves_undone_is_told(
    tmp_path: Path, source: str, code: str, recoverable: bool, message: str
) -> None:
    async with running_commands(tmp_path) as (executor, reports):
        executor.start(script(tmp_path, source, "{{.input}}", "{{.outputPrefix}}", outputs=True))
        end = await reports.end()
        assert (end.error.code, bool(end.error.kind)) == (code, recoverable)
        assert (end.error.origin == execution_pb2.ExecutionError.SYSTEM) is (code == "Interrupted")
        assert message in end.error.message
        assert executor.capacity().busy == 0


async def test_an_image_without_an_environment_says_what_to_configure(tmp_path: Path) -> None:
    async with running_commands(tmp_path, Environments({"other": sys.executable})) as (executor, reports):
        executor.start(script(tmp_path, "pass"))
        end = await reports.end()
        assert end.error.code == "BadContainer"
        assert "environments:\n  'image:1': /path/to/environment/bin/python" in end.error.message


async def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    async with running_commands(tmp_path) as (executor, reports):
        running = script(tmp_path, "")
        running.task.container.args[:] = ["no-such-program"]
        executor.start(running)
        assert "'no-such-program'" in (await reports.end()).error.message


async def test_a_command_that_cannot_be_started_is_reported_all_the_same(tmp_path: Path) -> None:
    async with running_commands(tmp_path) as (executor, reports):
        executor.start(script(tmp_path, "pass", "no\0 word of a command"))
        end = await reports.end()
        assert (end.error.code, "null byte" in end.error.message) == ("CommandNotStarted", True)
        assert executor.capacity().busy == 0


async def test_cancelling_ends_a_command_and_all_it_started(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    source = (
        "import signal, subprocess, sys, pathlib\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen(['sleep', '1000'], start_new_session=True)\n"
        "pathlib.Path(sys.argv[1]).write_text(str(child.pid))\n"
        "signal.pause()\n"
    )
    async with running_commands(tmp_path) as (executor, reports):
        running = script(tmp_path, source, str(mark))
        executor.start(running)
        child = int(await appears(mark, filled=True))
        executor.cancel(running.attempt, "not wanted")
        end = await reports.end()
        assert isinstance(end, Cancelled)
        assert end.killed_after == 0.5
        assert not alive(child)
        assert len(reports.ends()) == 1


async def test_a_broken_memory_limit_is_told(tmp_path: Path) -> None:
    async with running_commands(tmp_path) as (executor, reports):
        source = "import os, signal\nheld = bytearray(os.urandom(2**20) * 200)\nsignal.pause()"
        executor.start(script(tmp_path, source, limit="100Mi"))
        assert (await reports.end()).error.code == "OutOfMemory"


@pytest.mark.parametrize("last", ["pass", "sys.exit(3)"])
async def test_what_a_command_used_is_told_with_what_it_started(tmp_path: Path, last: str) -> None:
    burn = "import sys, time\nwhile time.process_time() < 0.2: pass\n"
    source = f"import subprocess\n{burn}subprocess.run([sys.executable, '-c', {burn!r}], check=True)\n{last}"
    async with running_commands(tmp_path) as (executor, reports):
        executor.start(script(tmp_path, source))
        end = await reports.end()
        assert isinstance(end, Succeeded if last == "pass" else Failed)
        assert end.usage.cpu_seconds >= 0.4


async def test_two_run_at_once_and_close_leaves_nothing(tmp_path: Path) -> None:
    source = "import os, sys, pathlib, signal\npathlib.Path(sys.argv[1]).write_text(str(os.getpid()))\nsignal.pause()"
    async with running_commands(tmp_path) as (executor, reports):
        for node in ("n0", "n1"):
            running = script(tmp_path, source, str(tmp_path / node))
            executor.start(job(running.task, node, root=f"file://{tmp_path}/data"))
        pids = [int(await appears(tmp_path / node, filled=True)) for node in ("n0", "n1")]
    assert not any(alive(pid) for pid in pids)
    assert reports.ends() == []
