"""The kernel holds tasks to their limits, in groups that come and go with the platform: real groups, where they can be."""

import asyncio
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from flyteidl.core import tasks_pb2

from flyweight.engine.jobs import Failed, Succeeded
from flyweight.executors.cgroups import Found, Place, Version
from flyweight.executors.groups import _DIALECTS, ControlGroups, Group, group_name
from flyweight.executors.limits import NO_LIMITS, TaskLimits

from .jobs import alive, appears, job, running_pool, template

ROOT = Path("/sys/fs/cgroup")
CONTROLLERS = ("memory", "cpu")


def unified() -> Path | None:
    """Find the root of version 2, if it has our controllers: those that version 1 holds are not there."""
    for root in (ROOT, ROOT / "unified"):
        with suppress(OSError):
            if set(CONTROLLERS) <= set((root / "cgroup.controllers").read_text().split()):
                return root
    return None


def made(folder: Path) -> Path:
    try:
        folder.mkdir()
    except OSError as error:
        pytest.skip(f"no control group can be made at {folder} ({error.strerror}): be root where they may be written")
    return folder


@contextmanager
def own_groups(version: Version) -> Iterator[dict[str, Path]]:
    """Make a group for each controller; of version 2 it is the same one."""
    name = f"flyweight-test-{os.getpid()}"
    if version is Version.V2:
        root = unified()
        if root is None:
            pytest.skip("cgroup v2 has no memory and cpu controllers here: `make kernel` boots a kernel where it does")
        folders = dict.fromkeys(CONTROLLERS, made(root / name))
        (root / "cgroup.subtree_control").write_text("+memory +cpu")
    else:
        folders = {}
        for controller in CONTROLLERS:
            if not (ROOT / controller / "cgroup.procs").exists():
                pytest.skip(f"cgroup v1 has no {controller} controller here")
            folders[controller] = made(ROOT / controller / name)
    try:
        yield folders
    finally:
        for folder in {*folders.values()}:
            if version is Version.V2:  # the platform under test has put this process back there
                (folder.parent / "cgroup.procs").write_text(str(os.getpid()))
            folder.rmdir()  # which fails if anything was left in it


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


async def test_a_worker_that_holds_more_than_the_next_limit_already_is_not_given_it(
    groups: ControlGroups, tmp_path: Path
) -> None:
    async with running_pool(tmp_path, groups=groups) as (pool, reports):
        pool.start(job(template("keep", "130"), "before"))
        before = await reports.end("before")
        pool.start(job(template("echo", limit="120Mi"), "after"))
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


DIVIDING = """
import sys
from pathlib import Path
from flyweight.executors.cgroups import Groups, find
from flyweight.executors.groups import ControlGroups, group_name

groups = ControlGroups(find(Groups.ON), group_name(Path("/data")))
groups.open()
print(Path("/proc/self/cgroup").read_text().strip(), groups.told, flush=True)
sys.stdin.readline()
groups.close()
"""


@contextmanager
def dividing(where: Path) -> Iterator[subprocess.Popen]:
    """Start, in a group of version 2, what divides that until its input ends."""
    enter = ["sh", "-c", f'echo $$ > {where}/cgroup.procs; exec "$@"', "sh", sys.executable, "-c", DIVIDING]
    with subprocess.Popen(enter, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process


def procs(folder: Path) -> list[int]:
    return [int(pid) for pid in (folder / "cgroup.procs").read_text().split()]


def handed_on(folder: Path) -> set[str]:
    return set((folder / "cgroup.subtree_control").read_text().split())


@pytest.mark.parametrize("killed", [False, True], ids=["", "after another one was killed"])
def test_version_2_is_divided_with_others_in_the_group_who_find_all_as_it_was(
    sleeper: subprocess.Popen, killed: bool
) -> None:
    with own_groups(Version.V2) as folders:
        own = folders["memory"]
        ours = own / group_name(Path("/data"))
        (own / "cgroup.procs").write_text(str(sleeper.pid))
        if killed:
            with dividing(own) as first:
                assert first.stdout is not None
                first.stdout.readline()
                first.kill()
            assert procs(ours / "self") == [sleeper.pid]
        # Who was moved to the killed one's leaf may start the next one there.
        with dividing(ours / "self" if killed else own) as platform:
            assert platform.stdout is not None
            said = platform.stdout.readline()
            assert f"{own.name}/{ours.name}/self " in said
            assert said.count("by the kernel (cgroup v2") == len(CONTROLLERS)
            assert procs(own) == []
            assert set(procs(ours / "self")) == {sleeper.pid, platform.pid}
            assert handed_on(own) == handed_on(ours) == set(CONTROLLERS)
        assert platform.returncode == 0
        assert procs(own) == [sleeper.pid]
        assert not ours.exists()
        assert handed_on(own) == set()
        sleeper.kill()
        sleeper.wait()


def test_what_others_count_on_is_left_as_it_is() -> None:
    with own_groups(Version.V2) as folders:
        own = folders["memory"]
        with dividing(own) as platform:
            assert platform.stdout is not None
            platform.stdout.readline()
            (own / "somebody's").mkdir()
        assert handed_on(own) == set(CONTROLLERS)
        (own / "somebody's").rmdir()
        (own / group_name(Path("/data")) / "self").rmdir()
        (own / group_name(Path("/data"))).rmdir()


def test_platforms_are_told_apart_by_where_their_data_is(tmp_path: Path) -> None:
    assert group_name(tmp_path / "a") == group_name(tmp_path / "b" / ".." / "a") != group_name(tmp_path / "b")
