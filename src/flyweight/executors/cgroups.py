"""Finds the kernel's control groups that this platform may divide: for each controller the folder, and its version.

A group that somebody else made (a service manager, a sandbox) is left alone, unless the settings say that it is ours:
whoever makes a group counts on finding in it what they put there.
"""

import os
import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePosixPath

CONTROLLERS = ("memory", "cpu")
LEAF = "self"
"""Of version 2: where a platform and whoever else was in its group go, since a group with groups below holds none."""
_LEFT = re.compile(r"/flyweight-[0-9a-f]{16}/" + LEAF + "$")
"""Such a one: a platform that was killed has left who started it there, and what is started from there."""
_DELEGATED = ("user.delegate", "trusted.delegate")
"""Extended attributes by which systemd marks a group that it leaves to the processes in it."""
_HOW_LEFT = "; `systemd-run --user --scope -p Delegate=yes flyweight up` gives the platform a group of its own"


class Version(Enum):
    """Of the kernel's interface."""

    V1 = 1
    V2 = 2


class Groups(Enum):
    """Whether limits are enforced by groups."""

    AUTO = "auto"
    """Where the platform's own group is evidently its own: the root that it sees, its user's, or one marked so."""
    ON = "on"
    """In the group that it runs in, whoever made it."""
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where groups of one controller may be made: this process's own group there."""

    path: Path
    version: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found for each controller: a place, or why there is none."""

    places: dict[str, Place]
    missing: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mount:
    root: str
    """Which part of the hierarchy it shows."""
    point: Path
    version: Version
    options: frozenset[str]


def find(wanted: Groups, proc: Path = Path("/proc")) -> Found:
    """Look for this process's own groups."""
    found = Found(places={}, missing={})
    if wanted is Groups.OFF:
        found.missing.update(dict.fromkeys(CONTROLLERS, "`cgroups` is off in the settings"))
        return found
    try:
        mounts = _mounts((proc / "self/mountinfo").read_text())
        own = _own_paths((proc / "self/cgroup").read_text())
    except OSError:
        found.missing.update(dict.fromkeys(CONTROLLERS, "this system has no control groups"))
        return found
    for controller in CONTROLLERS:
        place = _place(controller, mounts, own)
        if place is None:
            found.missing[controller] = f"the kernel offers no {controller} controller to the group of this process"
        elif why := _objection(place, wanted):
            found.missing[controller] = why
        else:
            found.places[controller] = place[0]
    return found


def _own_paths(text: str) -> dict[str, str]:
    """Give this process's path by controller; that of version 2 under the empty name."""
    lines = (line.split(":", 2) for line in text.splitlines())
    return {name: _LEFT.sub("", path) or "/" for _, names, path in lines for name in names.split(",")}


def _mounts(text: str) -> list[_Mount]:
    found: list[_Mount] = []
    for line in text.splitlines():
        before, _, after = line.partition(" - ")
        root, point = before.split()[3:5]
        kind, _, options = after.split(maxsplit=2)
        if kind in {"cgroup", "cgroup2"}:
            version = Version.V2 if kind == "cgroup2" else Version.V1
            found.append(
                _Mount(root=root, point=Path(_unescaped(point)), version=version, options=frozenset(options.split(",")))
            )
    return found


def _unescaped(path: str) -> str:
    return re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), path)


def _place(controller: str, mounts: list[_Mount], own: dict[str, str]) -> tuple[Place, bool] | None:
    """Give the place, and whether it is all that is to be seen of its hierarchy."""
    for mount in mounts:
        path = PurePosixPath(own.get("" if mount.version is Version.V2 else controller, ""))
        if not path.is_relative_to(mount.root) or ".." in path.parts:
            continue  # it stands outside of what is mounted
        inside = path.relative_to(mount.root).parts
        folder = mount.point.joinpath(*inside)
        offered = _words(folder / "cgroup.controllers") if mount.version is Version.V2 else mount.options
        if controller in offered:
            return Place(path=folder, version=mount.version), not inside
    return None


def _words(file: Path) -> frozenset[str]:
    try:
        return frozenset(file.read_text().split())
    except OSError:
        return frozenset()


def _objection(place: tuple[Place, bool], wanted: Groups) -> str:
    """Say why a place is not to be used; nothing if it may be."""
    path, is_root = place[0].path, place[1]
    if not os.access(path, os.W_OK):
        return f"{path} may not be written{'' if is_root or not os.getuid() else _HOW_LEFT}"
    if wanted is Groups.ON or is_root or _is_given(path):
        return ""
    return f"{path} was made by somebody else; if it is the platform's to divide, set `cgroups: on`"


def _is_given(path: Path) -> bool:
    """Tell whether a group was left to this user, or to the processes in it."""
    if os.getuid() and path.stat().st_uid == os.getuid():
        return True
    for name in _DELEGATED:
        try:
            if os.getxattr(path, name) == b"1":
                return True
        except OSError:
            continue
    return False
