"""The kernel holds tasks to their limits, in groups that come and go with the platform: real groups, where they can be."""

import asyncio
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flyteidl.core import tasks_pb2

from flyweight.engine.jobs import Failed, Succeeded
from flyweight.executors.cgroups import Found, Place, Version
from flyweight.executors.groups import _DIALECTS, ControlGroups, Group, group_name
from flyweight.executors.limits import NO_LIMITS, TaskLimits
from tests.own_groups import own_groups

from .jobs import alive, appears, job, running_pool, template


@pytest.fixture(params=Version, ids=lambda version: version.name.lower())
def found(request: pytest.FixtureRequest) -> Iterator[Found]:
    """Places in groups that this test has made."""
    with own_groups(request.param) as folders:
        yield Found(
            places={name: Place(path=folder, version=request.param) for name, folder in folders.items()}, missing={}
        )


@pytest.fixture
def groups(found: Found) -> Iterator[ControlGroups]:
    groups = ControlGroups(found, "ours")
    groups.open()
    yield groups
    groups.close()


def below(found: Found, controller: str = "memory") -> list[str]:
    ours = found.places[controller].path / "ours"
    return [each.name for each in ours.iterdir() if each.is_dir() and each.name != "self"] if ours.exists() else []


def value(found: Found, controller: str, file: str) -> str:
    place = found.places[controller]
    [folder] = below(found, controller)
    return (place.path / "ours" / folder / file).read_text().strip()


def limit(found: Found) -> int:
    """Read the memory limit that is set now; 0: none."""
    text = value(found, "memory", _DIALECTS[found.places["memory"].version].memory)
    return 0 if text == "max" or int(text) > 1 << 60 else int(text)


def share(found: Found) -> int:
    """Read the microseconds of 100,000 that are allowed now; 0: all."""
    text = value(found, "cpu", _DIALECTS[found.places["cpu"].version].cpu).split()[0]
    return 0 if text in {"max", "-1"} else int(text)


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen]:
    """A process that holds 40 MiB."""
    source = "held = b'x' * (40 << 20); print(len(held), flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield process
        process.kill()


async def test_the_kernel_ends_what_asks_for_more_memory_than_its_limit(
    groups: ControlGroups, found: Found, tmp_path: Path
) -> None:
    async with running_pool(tmp_path, groups=groups) as (pool, reports):
        pool.start(job(template("echo"), "free"))
        assert isinstance(await reports.end("free"), Succeeded)
        assert below(found) == [], "an attempt without limits costs nothing"
        pool.start(job(template("allocate", "200", str(tmp_path / "mark"), limit="120Mi"), "greedy"))
        end = await reports.end("greedy")
        assert isinstance(end, Failed)
        assert end.error.code == "OutOfMemory"
        assert "used all of its 120.0 MiB of memory" in end.error.message
        assert "the kernel ended it" in end.error.message
        assert end.usage.peak_memory_bytes >= 120 << 20
        assert not (tmp_path / "mark").exists()
        pool.start(job(template("echo"), "next"))
        assert isinstance(await reports.end("next"), Succeeded)
        assert below(found) == [], "its group goes with its worker"


async def test_a_warm_worker_is_handed_from_one_limit_to_the_next(
    groups: ControlGroups, found: Found, tmp_path: Path
) -> None:
    async with running_pool(tmp_path, groups=groups) as (pool, reports):
        limited = template("burn", "0.05", limit="200Mi")
        limited.container.resources.limits.add(name=tasks_pb2.Resources.CPU, value="100m")
        pool.start(job(limited, "limited"))
        assert isinstance(await reports.end("limited"), Succeeded)
        assert 64 << 20 < limit(found) <= 200 << 20
        assert share(found) == 10000
        throttled = dict(line.split() for line in value(found, "cpu", "cpu.stat").splitlines())
        assert int(throttled["nr_throttled"]) > 0
        pool.start(job(template("allocate", "1", str(tmp_path / "mark")), "free"))
        await appears(tmp_path / "mark")
        assert (limit(found), share(found)) == (0, 0)


async def test_of_what_a_worker_held_before_pages_of_files_are_not_taken_off_its_limit(
    groups: ControlGroups, found: Found, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(bytes(64 << 20))
    async with running_pool(tmp_path, groups=groups) as (pool, reports):
        pool.start(job(template("map_file", str(tmp_path / "file")), "before"))
        await reports.end("before")
        pool.start(job(template("echo", limit="180Mi"), "after"))
        assert isinstance(await reports.end("after"), Succeeded)
        assert 130 << 20 < limit(found) < 180 << 20


async def test_a_worker_that_holds_more_than_the_next_limit_already_is_not_given_it(
    groups: ControlGroups, tmp_path: Path
) -> None:
    async with running_pool(tmp_path, groups=groups) as (pool, reports):
        pool.start(job(template("keep", "40"), "before"))
        before = await reports.end("before")
        pool.start(job(template("echo", limit="45Mi"), "after"))
        after = await reports.end("after")
        assert isinstance(after, Succeeded)
        assert after.worker != before.worker


async def test_a_new_worker_begins_nothing_before_it_is_held(groups: ControlGroups, tmp_path: Path) -> None:
    async with running_pool(tmp_path, groups=groups) as (pool, reports):
        pool.start(job(template("echo", limit="120Mi")))
        worker = next(iter(pool._windows._of))
        while worker._transport is None:
            await asyncio.sleep(0)
        assert worker.ready or worker._numbers == [1], "the permit was sent already"
        assert isinstance(await reports.end(), Succeeded)


async def test_a_task_whose_child_was_ended_for_want_of_memory_is_told_why(
    groups: ControlGroups, tmp_path: Path
) -> None:
    async with running_pool(tmp_path, groups=groups) as (pool, reports):
        pool.start(job(template("child_allocates", "200", limit="120Mi")))
        end = await reports.end()
        assert isinstance(end, Failed)
        assert (end.error.code, "120.0 MiB" in end.error.message) == ("OutOfMemory", True)


def test_what_a_killed_platform_left_is_removed_at_the_next_start_and_nothing_else(
    found: Found, sleeper: subprocess.Popen
) -> None:
    killed = ControlGroups(found, "ours")
    killed.open()
    left = killed.group("worker-1")
    assert left is not None
    left.enter(sleeper.pid)
    others = {place.path / "somebody's" for place in found.places.values()}
    for folder in others:
        folder.mkdir()
    try:
        again = ControlGroups(found, "ours")
        again.open()
        assert below(found) == []
        assert not alive(sleeper.pid)
    finally:
        for folder in others:
            folder.rmdir()
    again.close()
    assert all(not (place.path / "ours").exists() for place in found.places.values())


def test_a_limit_below_what_is_used_is_refused_and_told_once(
    groups: ControlGroups, sleeper: subprocess.Popen, caplog: pytest.LogCaptureFixture
) -> None:
    group = groups.group("worker-1")
    assert group is not None
    group.enter(sleeper.pid)
    assert sleeper.stdout is not None
    sleeper.stdout.readline()
    with caplog.at_level(logging.WARNING):
        group.hold(TaskLimits(memory=1 << 20), 0)
        group.hold(TaskLimits(memory=1 << 20), 0)
    if not group.lost:  # it held everything before it came here, so that nothing stands in the way
        assert caplog.text == ""
    else:
        assert caplog.text.count("is not enforced by the kernel") == 1


def test_a_group_that_vanishes_costs_a_line_in_the_log_and_no_task(
    groups: ControlGroups, found: Found, caplog: pytest.LogCaptureFixture
) -> None:
    group = groups.group("worker-1")
    assert group is not None
    folders = {place.path / "ours" for place in found.places.values()}
    for ours in folders:
        (ours / "1-worker-1").rmdir()
    with caplog.at_level(logging.WARNING):
        group.hold(TaskLimits(memory=1 << 30, cpu=0.5), 0)
        group.enter(os.getpid())
    assert group.lost
    assert group.kills() == 0
    assert len(caplog.records) == 1
    group.remove()
    for ours in folders:
        if not (ours / "self").exists():  # else this process is in it
            ours.rmdir()
    assert groups.group("worker-2") is not None
    assert below(found) == ["2-worker-2"], "the next one is there again"


def test_a_platform_that_can_make_no_group_says_so_and_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "full").touch()
    groups = ControlGroups(
        Found(places={"memory": Place(path=tmp_path / "full", version=Version.V1)}, missing={"cpu": "none"}), "ours"
    )
    groups.open()
    assert groups.group("worker-1") is None
    assert "no control group could be made for worker-1" in caplog.text
    place = Place(path=tmp_path / "gone", version=Version.V2)
    groups = ControlGroups(Found(places={"memory": place}, missing={"cpu": "none"}), "ours")
    groups.open()
    assert groups.group("worker-1") is None
    assert "memory by looking several times a second" in groups.told
    assert "could not be made" in groups.told
    assert "cpu not limited (none)" in groups.told
    groups.close()


def test_version_2_says_the_same_in_its_own_words(tmp_path: Path) -> None:
    for file in ("cgroup.procs", "memory.max", "memory.swap.max", "memory.oom.group", "cpu.max"):
        (tmp_path / file).touch()
    (tmp_path / "memory.stat").write_text("anon 1000\nfile 7\n")
    (tmp_path / "memory.events").write_text("oom 5\noom_kill 3\n")
    group = Group(dict.fromkeys(("memory", "cpu"), (tmp_path, _DIALECTS[Version.V2])))
    group.enter(4711)
    group.hold(TaskLimits(memory=1 << 20, cpu=0.5), 5000)
    assert (tmp_path / "cgroup.procs").read_text() == "4711"
    assert (tmp_path / "memory.max").read_text() == str((1 << 20) - 4000)
    assert (tmp_path / "cpu.max").read_text() == "50000 100000"
    assert (tmp_path / "memory.oom.group").read_text() == "1"
    assert group.kills() == 3
    assert not group.lost
    (tmp_path / "memory.max").write_text("")
    group.hold(NO_LIMITS, 0)
    assert (tmp_path / "memory.max").read_text() == "max"
    assert (tmp_path / "cpu.max").read_text().startswith("max 100000")


def test_platforms_are_told_apart_by_where_their_data_is(tmp_path: Path) -> None:
    assert group_name(tmp_path / "a") == group_name(tmp_path / "b" / ".." / "a") != group_name(tmp_path / "b")
