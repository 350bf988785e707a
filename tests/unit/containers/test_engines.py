"""Real images by a real engine, where Docker or Podman can run one here: mounts, ends, aborts, leftovers.

The image is made of this machine's own shell, so nothing is fetched.
"""

import asyncio
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flyteidl.core import tasks_pb2, types_pb2

from flyweight import ContainerTask, kwtypes, literals
from flyweight.clock import SystemClock
from flyweight.containers.engines import Engine
from flyweight.containers.environments import Environments
from flyweight.engine.jobs import Cancelled, Failed, Job, Succeeded
from flyweight.errors import RecoverableError
from flyweight.executors.command import CommandExecutor, CommandOptions
from flyweight.executors.slots import Slots
from tests.unit.executors.jobs import Reports, appears, environment, job, template

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
IMAGE = "localhost/flyweight-tests:1"
PROGRAMS = ("sh", "cat", "sleep", "ls")
SETTINGS = '[containers]\nnetns = "none"\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n[engine]\nruntime = "{}"\n'
"""For a machine that is a container itself: there some limits cannot be raised, and not every runtime works."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    found = Engine.find()
    if found is None:
        pytest.skip("neither docker nor podman answers on this machine")
    folder = tmp_path_factory.mktemp("image")
    subprocess.run([found.program, "import", str(packed(folder)), IMAGE], check=True, capture_output=True)
    with pytest.MonkeyPatch.context() as patch:
        said = [tried(found)]
        for runtime in ("runc", "crun"):
            if not said[-1]:
                break
            (folder / runtime).write_text(SETTINGS.format(runtime))
            patch.setenv("CONTAINERS_CONF", str(folder / runtime))
            said.append(tried(found))
        if said[-1]:
            pytest.skip(f"{found.name} cannot run an image on this machine: {said}")
        yield found
    subprocess.run([found.program, "rmi", "--force", IMAGE], check=False, capture_output=True)


def packed(folder: Path) -> Path:
    """Pack a few programs of this machine with what they are linked to."""
    path = folder / "image.tar"
    with tarfile.open(path, "w") as image:
        added: set[str] = set()
        for name in PROGRAMS:
            program = shutil.which(name) or ""
            image.add(os.path.realpath(program), f"bin/{name}")
            linked = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
            for library in {word for word in linked.split() if word.startswith("/")} - added:
                added.add(library)
                image.add(os.path.realpath(library), library)
    return path


def tried(engine: Engine) -> str:
    words = [engine.program, "run", "--rm", IMAGE, "/bin/sh", "-c", "exit 0"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode else ""


def containers(engine: Engine) -> str:
    listed = subprocess.run([engine.program, "ps", "--all", "--quiet"], capture_output=True, text=True, check=True)
    return listed.stdout


def in_image(folder: Path, script: str, image: str = IMAGE, node: str = "n0") -> Job:
    task = template(flavor="")
    task.container.image = image
    task.container.command[:] = ["/bin/sh", "-c"]
    task.container.args[:] = [script]
    task.container.data_config.CopyFrom(
        tasks_pb2.DataLoadingConfig(enabled=True, input_path="/var/inputs", output_path="/var/outputs")
    )
    task.interface.outputs.variables["y"].type.simple = types_pb2.SimpleType.INTEGER
    return job(task, node, root=f"file://{folder}/data")


def test_it_runs_here(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLYWEIGHT_DATA_DIR", str(tmp_path))
    script = (
        "cat /var/inputs/x > $OUT/y; test -e /etc/passwd && exit 5; echo ${A}{{.inputs.x}} > /var/outputs/z; exit CODE"
    )
    tasks = [
        ContainerTask(
            "engines.program",
            IMAGE,
            ["/bin/sh", "-c", script.replace("CODE", code)],
            inputs=kwtypes(x=int),
            outputs=kwtypes(y=int, z=str),
            environment={"OUT": "/var/outputs", "A": "<"},
            input_data_dir="/var/inputs",
            output_data_dir="/var/outputs",
        )
        for code in "03"
    ]
    assert tasks[0](x=7) == (7, "<7\n")
    with pytest.raises(RecoverableError, match="ended with exit code 3"):
        tasks[1](x=7)
    assert not containers(engine)


async def test_it_runs_on_a_platform_and_is_gone_however_it_ends(engine: Engine, tmp_path: Path) -> None:
    options = CommandOptions(
        environments=Environments({}),
        folder=tmp_path / "scratch",
        logs=tmp_path / "logs",
        variables=environment(),
        grace=0.5,
    )
    executor, reports = CommandExecutor(options, Slots(2), SystemClock()), Reports()
    await executor.open(reports)

    executor.start(in_image(tmp_path, "echo told; cat /var/inputs/x > /var/outputs/y"))
    end = await reports.end()
    assert isinstance(end, Succeeded), end
    assert end.outputs.literals["y"] == literals.primitive(7)
    assert Path(end.log.path).read_text() == "told\n"

    executor.start(in_image(tmp_path, "true", "NO-SUCH-IMAGE:1", "n1"))
    end = await reports.end("n1")
    assert isinstance(end, Failed), end
    assert end.error.code == "ImageNotStarted"
    assert "NO-SUCH-IMAGE" in end.error.message

    stubborn = in_image(tmp_path, "trap '' TERM; echo up; sleep 1000; sleep 1000", node="n2")
    executor.start(stubborn)
    await appears(tmp_path / "logs" / "e1-1-n2-0.log", filled=True)
    executor.cancel(stubborn.attempt, "aborted")
    assert isinstance(await reports.end("n2"), Cancelled)
    assert not containers(engine)
    await executor.close()


async def test_what_an_earlier_platform_left_running_is_ended(engine: Engine, tmp_path: Path) -> None:
    options = CommandOptions(
        environments=Environments({}), folder=tmp_path / "scratch", logs=tmp_path / "logs", variables=environment()
    )
    killed, reports = CommandExecutor(options, Slots(1), SystemClock()), Reports()
    await killed.open(reports)
    killed.start(in_image(tmp_path, "echo up; sleep 1000"))
    await appears(tmp_path / "logs" / "e1-1-n0-0.log", filled=True)
    assert containers(engine)
    after = CommandExecutor(replace(options, grace=0.1), Slots(1), SystemClock())
    await after.open(lambda _: None)
    assert not await asyncio.to_thread(containers, engine)
    await after.close()
    await killed.close()
