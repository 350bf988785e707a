"""The platform's own control groups: one below its own for each process that is held to limits, removed behind it.

Whatever the kernel refuses costs a line in the log and no task: memory is sampled besides, wherever this fails.
"""

import errno
import logging
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from flyweight.executors.cgroups import CONTROLLERS, LEAF, Found, Place, Version
from flyweight.executors.leftovers import end_process
from flyweight.executors.limits import NO_LIMITS, TaskLimits
from flyweight.executors.usage import READABLE, tree, tree_usage

_PERIOD = 100_000
"""Microseconds over which a share of the processors is counted."""
_TRIES = 5
"""How often processes are moved that go on starting others."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dialect:
    """How a version of the interface says things."""

    memory: str
    swap: str
    """Its file takes the limit too (version 1: of both together), or nothing at all."""
    swap_of: Callable[[int], str]
    endless: str
    kills: str
    """File with a line ``oom_kill N``."""
    charged: str
    """Line in memory.stat: what processes hold, without what the kernel keeps of files."""
    cpu: str
    share: Callable[[int], str]
    """Writes microseconds of each period; 0: no limit."""


_DIALECTS = {
    Version.V1: _Dialect(
        memory="memory.limit_in_bytes",
        swap="memory.memsw.limit_in_bytes",
        swap_of=str,
        endless="-1",
        kills="memory.oom_control",
        charged="total_rss",
        cpu="cpu.cfs_quota_us",
        share=lambda micros: str(micros or -1),
    ),
    Version.V2: _Dialect(
        memory="memory.max",
        swap="memory.swap.max",
        swap_of=lambda _: "0",
        endless="max",
        kills="memory.events",
        charged="anon",
        cpu="cpu.max",
        share=lambda micros: f"{micros or 'max'} {_PERIOD}",
    ),
}


def group_name(data_dir: Path) -> str:
    """Name the group of the platform that keeps its data there: no other one runs on this machine by that name."""
    return f"flyweight-{sha256(str(data_dir.resolve()).encode()).hexdigest()[:16]}"


class ControlGroups:
    """All groups of one platform."""

    def __init__(self, found: Found, name: str) -> None:
        self._places = dict(found.places)
        self._missing = dict(found.missing)
        self._name = name
        self._made = 0
        self._enabled: list[tuple[Path, str]] = []
        """Version 2: groups that we have let hand a controller on, and which."""

    def open(self) -> None:
        """Remove what an earlier platform of this name left, and get ready to make groups. Blocks, a little."""
        left = {place.path for place in self._places.values() if (place.path / self._name).is_dir()}
        for controller, place in list(self._places.items()):
            base = place.path / self._name
            try:
                _clear(base)
                if place.version is Version.V2:
                    self._divide(place, controller, left=place.path in left)
            except OSError as error:
                self._missing[controller] = _why_not(base, error)
                del self._places[controller]
                if place not in self._places.values():
                    _leave(place, base)
        if self._places:
            _log.info("Limits: %s", self.told)

    def _divide(self, place: Place, controller: str, *, left: bool) -> None:
        """Hand a controller on to groups below; whoever is in the platform's group has to leave it for that.

        ``left`` says that a killed platform did so before, who would have taken it back at its end.
        """
        base = place.path / self._name
        leaf = base / LEAF
        leaf.mkdir(parents=True, exist_ok=True)
        _write(leaf / "cgroup.procs", str(os.getpid()))
        for folder in (place.path, base):
            there = controller in (folder / "cgroup.subtree_control").read_text().split()
            if not there:
                _hand_on(folder, controller, leaf)
            if left or not there:
                self._enabled.append((folder, controller))

    @property
    def told(self) -> str:
        """Say what holds tasks to their limits here, for people."""
        said: list[str] = []
        often = "several times" if READABLE else "once"
        otherwise = {"memory": f"by looking {often} a second", "cpu": "not limited"}
        for controller in CONTROLLERS:
            place = self._places.get(controller)
            by_kernel = f"by the kernel (cgroup v{place.version.value}, {place.path / self._name})" if place else ""
            said.append(f"{controller} {by_kernel or f'{otherwise[controller]} ({self._missing[controller]})'}")
        return "; ".join(said)

    def group(self, name: str) -> "Group | None":
        """Make a group; None where there can be none."""
        if not self._places:
            return None
        self._made += 1
        folders = {
            controller: (place.path / self._name / f"{self._made}-{name}", _DIALECTS[place.version])
            for controller, place in self._places.items()
        }
        try:
            for folder, _ in folders.values():
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            _log.warning("no control group could be made for %s: %s", name, error)
            Group(folders).remove()
            return None
        return Group(folders)

    def close(self) -> None:
        """Remove all, with whatever still runs in it, and put who was in the platform's group back there."""
        for place in self._places.values():
            with suppress(OSError):
                _clear(place.path / self._name)
        for folder, controller in self._enabled[::-1]:
            if not _shared(folder, self._name):
                with suppress(OSError):
                    _write(folder / "cgroup.subtree_control", f"-{controller}")
        for place in self._places.values():
            _leave(place, place.path / self._name)


class Group:
    """The group of one process and what it starts. Its methods raise nothing: what fails is told, and is no limit."""

    def __init__(self, folders: Mapping[str, tuple[Path, _Dialect]]) -> None:
        self._folders = folders
        self.limits = NO_LIMITS
        """What it is held to now."""
        self._members = set[int]()
        self.lost = False
        """Whether the kernel refused something, which is told once."""

    def enter(self, pid: int) -> None:
        """Move a process in with all that it has started; what they start from now on is born there."""
        if pid in self._members:
            return
        # Again until there is nobody new: one may have started another while it was moved.
        while new := [each for each in tree(pid) if each not in self._members]:
            for each in new:
                self._members.add(each)
                for folder, _ in self._folders.values():
                    self._try(folder / "cgroup.procs", str(each))
        memory = self._folders.get("memory")
        if memory is not None and memory[1].memory == "memory.max":
            # All of them end together: a task that has lost one of its processes seldom ends well.
            self._try(memory[0] / "memory.oom.group", "1")

    def quick(self, pid: int, limits: TaskLimits) -> bool:
        """Tell whether to take a process would be quick: it is here, and is left as much as it had, or all it wants."""
        return pid in self._members and (not limits.memory or limits == self.limits)

    def take(self, pid: int, limits: TaskLimits) -> None:
        """Move a process in, and hold it to limits. Blocks, unless it is ``quick``."""
        self.enter(pid)
        self.hold(limits, tree_usage(pid).anonymous if limits.memory else 0)

    def hold(self, limits: TaskLimits, anonymous: int) -> None:
        """Hold it to limits.

        Args:
            limits: what it may use; 0 lifts a limit.
            anonymous: bytes that its processes have now, without pages of files, which the kernel can do without. What
                they got before they came here is counted elsewhere, and is taken off the limit.
        """
        memory, cpu = self._folders.get("memory"), self._folders.get("cpu")
        if memory is not None and (limits.memory or self.limits.memory):
            self._hold_memory(*memory, limits.memory, anonymous)
        if cpu is not None and limits.cpu != self.limits.cpu:
            self._try(cpu[0] / cpu[1].cpu, cpu[1].share(int(limits.cpu * _PERIOD)))
        self.limits = limits

    def _hold_memory(self, folder: Path, says: _Dialect, limit: int, anonymous: int) -> None:
        # First all is allowed: neither limit may pass the other on the way.
        if (folder / says.swap).exists():
            self._try(folder / says.swap, says.endless)
        if not limit:
            self._try(folder / says.memory, says.endless)
            return
        elsewhere = max(anonymous - self._number("memory.stat", says.charged), 0)
        left = max(limit - elsewhere, 0)
        self._try(folder / says.memory, str(left))
        if (folder / says.swap).exists():
            self._try(folder / says.swap, says.swap_of(left))

    def holds_memory(self) -> bool:
        """Tell whether the kernel holds it to its memory limit."""
        return "memory" in self._folders and not self.lost

    def kills(self) -> int:
        """Count how often the kernel has ended a process in it for want of memory."""
        memory = self._folders.get("memory")
        return self._number(memory[1].kills, "oom_kill") if memory is not None else 0

    def remove(self) -> None:
        """Remove it; a process that is still there is killed. What stays for now goes with the platform's."""
        for folder, _ in self._folders.values():
            with suppress(OSError):
                _remove(folder)

    def _number(self, file: str, key: str) -> int:
        """Read a line ``key N``; 0 if it is not there."""
        with suppress(OSError, ValueError):
            for line in (self._folders["memory"][0] / file).read_text().splitlines():
                name, _, value = line.partition(" ")
                if name == key:
                    return int(value)
        return 0

    def _try(self, file: Path, value: str) -> None:
        try:
            _write(file, value)
        except ProcessLookupError:
            pass  # the process has just ended
        except OSError as error:
            if not self.lost:
                _log.warning("a limit is not enforced by the kernel: %s was refused at %s (%s)", value, file, error)
            self.lost = True


def _hand_on(folder: Path, controller: str, leaf: Path) -> None:
    """Let a group hand a controller on; for that its processes are moved to a leaf, this one's and all others."""
    for _ in range(_TRIES):
        try:
            _write(folder / "cgroup.subtree_control", f"+{controller}")
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
            _move(folder, leaf)
        else:
            return
    _write(folder / "cgroup.subtree_control", f"+{controller}")


def _why_not(base: Path, error: OSError) -> str:
    if error.errno == errno.EBUSY:
        return f"{base.parent} holds other processes, which could not be moved"
    return f"{base} could not be made: {error.strerror}"


def _shared(folder: Path, ours: str) -> bool:
    """Tell whether somebody else has groups in the platform's: they may count on what they are handed."""
    return any(each.is_dir() and each.name not in {ours, LEAF} for each in folder.iterdir())


def _leave(place: Place, base: Path) -> None:
    """Go back to where this process was started, with all that was moved from there; remove the platform's group."""
    with suppress(OSError):
        if place.version is Version.V2:
            _move(base / LEAF, place.path)
            (base / LEAF).rmdir()
        base.rmdir()


def _move(source: Path, target: Path) -> None:
    """Move the processes of a group to another one, as far as the kernel allows it."""
    for pid in (source / "cgroup.procs").read_text().split():
        with suppress(OSError):  # it has ended, or is none of this namespace
            if pid != "0":  # which would stand for this process
                _write(target / "cgroup.procs", pid)


def _write(file: Path, value: str) -> None:
    # Not write_text: that would create a file where a group has vanished, if this were any other file system.
    descriptor = os.open(file, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, value.encode())
    finally:
        os.close(descriptor)


def _clear(base: Path) -> None:
    """Remove the groups of tasks, with all that runs there. The platform's own stays: others may be in it."""
    if base.is_dir():
        for each in list(base.iterdir()):
            if each.is_dir() and each.name != LEAF:
                _remove(each)


def _remove(folder: Path) -> None:
    """Remove a group and those below it, with all that runs there; raises OSError if it stays."""
    if not folder.is_dir():
        return
    for each in list(folder.iterdir()):
        if each.is_dir():
            _remove(each)
    with suppress(OSError):
        for pid in map(int, (folder / "cgroup.procs").read_text().split()):
            if pid != os.getpid():
                end_process(pid)
    folder.rmdir()
