"""Where a platform may stand under version 2, and what it makes of that: its group divided, or a word why not.

``python -m tests.kernel`` runs this in a kernel that has that version alone.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from flyweight.executors.cgroups import Version
from flyweight.executors.groups import group_name
from tests.own_groups import AS_USER, CONTROLLERS, USER, entering, left_to, own_groups

OURS = group_name(Path("/data"))
PLATFORM = """
import sys
from pathlib import Path
from flyweight.executors.cgroups import Groups, find
from flyweight.executors.groups import ControlGroups, group_name

groups = ControlGroups(find(Groups(sys.argv[1])), group_name(Path("/data")))
groups.open()
print(Path("/proc/self/cgroup").read_text().strip(), groups.told, flush=True)
sys.stdin.readline()
groups.close()
"""
CONTAINER = (
    *("unshare", "--cgroup", "--mount", "sh", "-c"),
    'umount --lazy /sys/fs/cgroup; mount -t cgroup2 {} cgroup2 /sys/fs/cgroup; exec "$@"',
    "sh",
)


@pytest.fixture
def own() -> Iterator[Path]:
    """A group to stand in, which has both controllers."""
    with own_groups(Version.V2) as folders:
        yield folders["memory"]


@pytest.fixture
def other(own: Path) -> Iterator[int]:
    """A process of somebody else in that group."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as process:
        (own / "cgroup.procs").write_text(str(process.pid))
        yield process.pid
        process.kill()


@contextmanager
def platform(where: Path, wanted: str = "auto", through: Sequence[str] = ()) -> Iterator[tuple[subprocess.Popen, str]]:
    """Start, in a group, what divides that until its input ends; gives the group that it is in then, and what it says."""
    command = [*entering(where), *through, sys.executable, "-c", PLATFORM, wanted]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline()


def processes_in(folder: Path) -> set[int]:
    return {int(pid) for pid in (folder / "cgroup.procs").read_text().split()}


def handed_on(folder: Path) -> set[str]:
    return set((folder / "cgroup.subtree_control").read_text().split())


@pytest.mark.parametrize("killed", [False, True], ids=["", "after another one was killed"])
def test_others_in_its_group_make_room_and_find_all_as_it_was(own: Path, other: int, killed: bool) -> None:
    if killed:
        with platform(own, "on") as (first, _):
            first.kill()
        assert processes_in(own / OURS / "self") == {other}
    # Who was moved to the killed one's leaf may start the next one there.
    with platform(own / OURS / "self" if killed else own, "on") as (process, said):
        assert f"{own.name}/{OURS}/self " in said
        assert said.count("by the kernel (cgroup v2") == len(CONTROLLERS)
        assert processes_in(own) == set()
        assert processes_in(own / OURS / "self") == {other, process.pid}
        assert handed_on(own) == handed_on(own / OURS) == set(CONTROLLERS)
    assert process.returncode == 0
    assert processes_in(own) == {other}
    assert not (own / OURS).exists()
    assert handed_on(own) == set()


def test_what_others_count_on_is_left_as_it_is(own: Path) -> None:
    with platform(own, "on"):
        (own / "somebody's").mkdir()
    assert handed_on(own) == set(CONTROLLERS)
    for folder in ("somebody's", f"{OURS}/self", OURS):
        (own / folder).rmdir()


def test_a_user_divides_what_is_left_to_him_and_no_other(own: Path, other: int) -> None:
    with platform(own, through=AS_USER) as (_, said):
        assert f"{own} may not be written; `systemd-run --user" in said
        assert not (own / OURS).exists()
    left_to(USER, own)
    with platform(own, through=AS_USER) as (process, said):
        assert said.count("by the kernel (cgroup v2") == len(CONTROLLERS)
        assert processes_in(own / OURS / "self") == {other, process.pid}
    assert processes_in(own) == {other}


def test_in_a_container_the_root_that_is_seen_is_divided(own: Path, other: int) -> None:
    through = [word.format("") for word in CONTAINER]
    with platform(own, through=through) as (process, said):
        assert said.startswith(f"0::/{OURS}/self ")
        assert said.count(f"by the kernel (cgroup v2, /sys/fs/cgroup/{OURS})") == len(CONTROLLERS)
        assert processes_in(own / OURS / "self") == {other, process.pid}
    assert processes_in(own) == {other}


def test_what_cannot_be_divided_is_told(own: Path) -> None:
    with platform(own) as (_, said):
        assert f"memory by looking several times a second ({own} was made by somebody else" in said
        assert "set `cgroups: on`" in said
    with platform(own, through=[word.format("-r") for word in CONTAINER]) as (_, said):
        assert "cpu not limited (/sys/fs/cgroup may not be written)" in said
    (own / "bare").mkdir()
    with platform(own / "bare", "on") as (_, said):
        assert "cpu not limited (the kernel offers no cpu controller to the group of this process)" in said
    (own / "bare").rmdir()
