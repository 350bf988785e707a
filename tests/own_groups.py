"""Control groups of a test's own, of either version, where this machine lets one make them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from flyweight.executors.cgroups import Version

ROOT = Path("/sys/fs/cgroup")
CONTROLLERS = ("memory", "cpu")
USER = 4711
AS_USER = (
    *("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"),
    # The code may stand where only root can read.
    *("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"),
)
"""What a command is put behind to be run by a user without rights."""


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
            pytest.skip("cgroup v2 has no memory and cpu controllers here: `make limits` boots a kernel where it does")
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


def entering(group: Path) -> tuple[str, ...]:
    """Give what a command is put behind to be run in a group of version 2, alone."""
    return ("sh", "-c", f'echo $$ > {group}/cgroup.procs; exec "$@"', "sh")


def left_to(user: int, group: Path) -> None:
    """Leave a group to a user as service managers do."""
    for path in (group, *(group / f"cgroup.{file}" for file in ("procs", "subtree_control", "threads"))):
        os.chown(path, user, -1)
