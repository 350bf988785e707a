"""What processes use: a process and its descendants, as /proc tells; and whether the kernel has killed for memory."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from resource import getpagesize

_PROC = Path("/proc")
READABLE = (_PROC / "self/statm").exists()
"""Whether /proc tells what processes use, as on Linux."""
_PAGE = getpagesize()
_TICKS = os.sysconf("SC_CLK_TCK")
_HELD = ("Pss_Anon:", "Pss_Shmem:")
"""Of smaps_rollup: what is of no file, divided by how many share it."""
_CPU_FIELDS = slice(11, 15)
"""Of /proc/PID/stat behind the name: time of its own in user and kernel mode, and of children that it has reaped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeUsage:
    """Of a process and all its descendants, together."""

    memory: int = 0
    """Resident bytes."""
    anonymous: int = 0
    """Those of them that are of no file, and shared with nobody by name; 0 where that is not known."""
    cpu: float = 0.0
    """Seconds of processor time so far."""


def tree_usage(pid: int) -> TreeUsage:
    """Add up what a process and all its descendants use; nothing when it is gone, or not on Linux."""
    memory = shared = ticks = 0
    waiting = [pid]
    while waiting:
        process = _PROC / str(waiting.pop())
        try:
            pages = (process / "statm").read_text().split()
            memory += int(pages[1]) * _PAGE
            shared += int(pages[2]) * _PAGE
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[_CPU_FIELDS]))
            waiting += _children(process)
        except (OSError, IndexError):
            continue  # it ended between two reads
    return TreeUsage(memory=memory, anonymous=memory - shared, cpu=ticks / _TICKS)


def tree(pid: int) -> list[int]:
    """Give a process and all its descendants, as far as they are there."""
    found = [pid]
    for each in found:
        with suppress(OSError):
            found += _children(_PROC / str(each))
    return found


def _children(process: Path) -> list[int]:
    return [
        int(child) for thread in (process / "task").iterdir() for child in (thread / "children").read_text().split()
    ]


def held_memory(pid: int) -> int:
    """Add up what a process and its descendants hold, without pages of files, which the kernel can do without.

    What they share, as forked ones do, is counted once. Looks through all their pages: for when it matters.
    """
    return sum(map(_held, tree(pid)))


def _held(pid: int) -> int:
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return own_memory(pid)  # an old kernel, or not ours to read
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(_HELD))


def own_memory(pid: int) -> int:
    """Give the resident bytes of one process; 0 when it is gone, or not on Linux."""
    try:
        return int((_PROC / str(pid) / "statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def readable(amount: int) -> str:
    """Write bytes as people do: 512.0 MiB."""
    size = float(amount)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if size < 2**10:
            return f"{size:.0f} bytes" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 2**10
    return f"{size:.1f} TiB"


def kernel_kills() -> int:
    """Count the processes that the kernel has ended for want of memory since the machine was started."""
    try:
        for line in (_PROC / "vmstat").read_text().splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    except OSError:
        return 0
    return 0
