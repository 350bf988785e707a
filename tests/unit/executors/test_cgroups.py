"""The groups that may be divided are found where the kernel says they are, and others' are left alone."""

import os
from pathlib import Path

import pytest

from flyweight.executors.cgroups import Groups, Place, Version, find


def system(tmp_path: Path, own: str, mounts: list[tuple[str, str, str, str]], *folders: str) -> Path:
    """Lay out /proc/self and the folders of groups; mounts are (root, point, kind, options)."""
    for folder in folders:
        (tmp_path / folder).mkdir(parents=True)
    proc = tmp_path / "proc"
    (proc / "self").mkdir(parents=True)
    (proc / "self/cgroup").write_text(own)
    lines = [f"31 23 0:28 {root} {tmp_path / point} rw,a - {kind} {kind} {rest}" for root, point, kind, rest in mounts]
    (proc / "self/mountinfo").write_text("\n".join(["22 1 8:1 / / rw - ext4 /dev/root rw", *lines]) + "\n")
    return proc


V1 = [("/", "memory", "cgroup", "rw,memory"), ("/", "cpu", "cgroup", "rw,cpu,cpuacct")]


def test_each_controller_of_version_1_has_a_hierarchy_of_its_own(tmp_path: Path) -> None:
    proc = system(tmp_path, "4:memory:/\n1:cpu,cpuacct:/\n0::/\n", V1, "memory", "cpu")
    found = find(Groups.AUTO, proc)
    assert found.places == {name: Place(path=tmp_path / name, version=Version.V1) for name in ("memory", "cpu")}
    assert found.missing == {}


def test_a_group_that_somebody_else_made_is_divided_only_if_the_settings_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.getuid", lambda: 0)
    proc = system(tmp_path, "4:memory:/sandbox/7\n1:cpu:/\n", V1, "memory/sandbox/7", "cpu")
    found = find(Groups.AUTO, proc)
    assert list(found.places) == ["cpu"]
    assert "made by somebody else" in found.missing["memory"]
    assert "`cgroups: on`" in found.missing["memory"]
    assert find(Groups.ON, proc).places["memory"].path == tmp_path / "memory/sandbox/7"
    assert find(Groups.OFF, proc).places == {}


@pytest.mark.parametrize(("others", "found"), [(0, True), (1, False)])
def test_a_group_that_belongs_to_ones_own_user_is_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, others: int, found: bool
) -> None:
    proc = system(tmp_path, "4:memory:/user/7\n", V1, "memory/user/7")
    folder = tmp_path / "memory/user/7"
    if not os.getuid():
        os.chown(folder, 4711, -1)
    owner = folder.stat().st_uid
    monkeypatch.setattr("os.getuid", lambda: owner + others)
    assert ("memory" in find(Groups.AUTO, proc).places) is found


def test_in_a_container_the_path_counts_from_what_is_mounted(tmp_path: Path) -> None:
    mounts = [("/docker/abc", "memory", "cgroup", "rw,memory"), ("/other", "cpu", "cgroup", "rw,cpu")]
    proc = system(tmp_path, "4:memory:/docker/abc\n1:cpu:/docker/abc\n", mounts, "memory", "cpu")
    found = find(Groups.AUTO, proc)
    assert found.places == {"memory": Place(path=tmp_path / "memory", version=Version.V1)}
    assert "offers no cpu controller" in found.missing["cpu"]


def test_version_2_has_the_controllers_that_were_handed_down(tmp_path: Path) -> None:
    proc = system(tmp_path, "0::/\n", [("/", "unified", "cgroup2", "rw")], "unified")
    (tmp_path / "unified/cgroup.controllers").write_text("memory pids\n")
    found = find(Groups.AUTO, proc)
    assert found.places == {"memory": Place(path=tmp_path / "unified", version=Version.V2)}
    assert list(found.missing) == ["cpu"]


def test_a_mount_with_a_space_in_its_path_is_found(tmp_path: Path) -> None:
    proc = system(tmp_path, "4:memory:/\n", [("/", "a\\040b", "cgroup", "rw,memory")], "a b")
    assert find(Groups.AUTO, proc).places["memory"].path == tmp_path / "a b"


def test_a_system_without_groups_says_so(tmp_path: Path) -> None:
    assert find(Groups.AUTO, tmp_path).missing["memory"] == "this system has no control groups"
