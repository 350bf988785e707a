"""The whole executor as a platform has it: our own entry point, the real runner, a task that a user would write."""

import os
import resource
import sys
from pathlib import Path

import pytest

from flyweight.clock import SystemClock
from flyweight.engine.jobs import Failed, Succeeded
from flyweight.executors.leftovers import MARK, kill_marked, mark
from flyweight.executors.local import local_executor
from flyweight.settings import PlatformSettings, child_environment

from .jobs import Reports, alive, job, template

PROGRAM = """
from flyweight import task

@task
def double(x: int) -> int:
    print("doubling", x)
    return 2 * x

@task
def boom(x: int) -> int:
    raise ValueError("no such column")
"""


@pytest.mark.slow
async def test_a_users_task_runs_in_a_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    settings = PlatformSettings(data_dir=tmp_path / "data", environments={"flyweight": sys.executable}, workers=2)
    executor, reports = local_executor(settings, SystemClock()), Reports()
    await executor.open(reports)
    try:
        for name in ("double", "boom"):
            task = template("task-module", "program", "task-name", name)
            words = [
                "flyweight.runtime.resolver.default" if word == "some.resolver" else word
                for word in task.container.args
            ]
            task.container.args[:] = words
            executor.start(job(task, name, root=f"file://{tmp_path}/objects"))
        doubled, failed = await reports.end("double"), await reports.end("boom")
    finally:
        await executor.close()
    assert isinstance(doubled, Succeeded), doubled
    assert doubled.outputs.literals["o0"].scalar.primitive.integer == 14
    assert Path(doubled.log.path).read_bytes()[doubled.log.start : doubled.log.end] == b"doubling 7\n"
    assert isinstance(failed, Failed)
    assert failed.error.code.startswith("USER:")
    assert "no such column" in failed.error.message


@pytest.mark.slow
def test_what_an_earlier_platform_left_is_found_by_its_mark(tmp_path: Path) -> None:
    import subprocess

    # `cat` gives back what it is sent: only then is it sure to run. Popen returns once the files are passed on, which in
    # the kernel comes before the new environment can be read.
    strays = [
        subprocess.Popen(
            ["cat"],
            env=child_environment({MARK: mark(folder)}),
            start_new_session=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        for folder in (tmp_path / "workers" / "worker-1", tmp_path / "workers2")
    ]
    try:
        for stray in strays:
            assert stray.stdin is not None
            assert stray.stdout is not None
            stray.stdin.write(b"here\n")
            assert stray.stdout.readline() == b"here\n"
        assert kill_marked(tmp_path / "workers") == 1
        strays[0].wait(10)
        assert not alive(strays[0].pid)
        assert alive(strays[1].pid)
    finally:
        for stray in strays:
            stray.kill()
            stray.communicate()


def test_a_process_without_a_file_to_spare_goes_on_without_clearing_up(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    next_one = os.dup(0)
    os.close(next_one)
    resource.setrlimit(resource.RLIMIT_NOFILE, (next_one, hard))
    try:
        assert kill_marked(tmp_path) == 0
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
