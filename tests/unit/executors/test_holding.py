"""Workers are held to limits without holding up the loop: what the kernel takes long for is done beside it."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flyweight.engine.jobs import Cancelled, Succeeded
from flyweight.executors.cgroups import Found, Place, Version
from flyweight.executors.groups import ControlGroups

from .jobs import job, running_pool, template


def slow_kernel(folder: Path) -> tuple[ControlGroups, Path]:
    """Give groups in plain files, of which the first takes no process before somebody reads what moves it there."""
    group = folder / "groups/ours/1-worker-1"
    group.mkdir(parents=True)
    os.mkfifo(group / "cgroup.procs")
    (group / "memory.limit_in_bytes").touch()
    place = Place(path=folder / "groups", version=Version.V1)
    return ControlGroups(Found(places={"memory": place}, missing={"cpu": "none"}), "ours"), group


@contextmanager
def moving(group: Path) -> Iterator[None]:
    """Let the kernel take the process, and whatever comes later at once."""
    procs = group / "cgroup.procs"
    reader = os.open(procs, os.O_RDONLY | os.O_NONBLOCK)
    yield
    procs.unlink()
    procs.touch()
    os.close(reader)


async def test_others_go_on_while_a_worker_is_moved_and_it_begins_nothing_before(tmp_path: Path) -> None:
    groups, group = slow_kernel(tmp_path)
    async with running_pool(tmp_path, slots=2, groups=groups) as (pool, reports):
        pool.start(job(template("echo", limit="1Gi"), "held"))
        pool.start(job(template("echo"), "free"))
        assert isinstance(await reports.end("free"), Succeeded)
        assert [end.attempt.node for end in reports.ends()] == ["free"]
        with moving(group):
            held = await reports.end("held")
        assert isinstance(held, Succeeded)
        assert held.worker == "worker-1"
        assert 0 < int((group / "memory.limit_in_bytes").read_text()) <= 1 << 30


async def test_an_attempt_after_one_that_was_cancelled_meanwhile_is_not_held_to_its_limits(tmp_path: Path) -> None:
    groups, group = slow_kernel(tmp_path)
    async with running_pool(tmp_path, groups=groups) as (pool, reports):
        pool.start(job(template("echo"), "before"))
        await reports.end("before")
        cancelled = job(template("echo", limit="1Gi"), "cancelled")
        pool.start(cancelled)
        await asyncio.sleep(0)  # the move begins
        pool.cancel(cancelled.attempt, "for the test")
        assert isinstance(await reports.end("cancelled"), Cancelled)
        pool.start(job(template("echo"), "after"))
        with moving(group):
            after = await reports.end("after")
        assert isinstance(after, Succeeded)
        assert after.worker == "worker-1"
        assert (group / "memory.limit_in_bytes").read_text().startswith("-1")
