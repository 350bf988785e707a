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
_CPU_FIELDS = slice(11, 15)
"""Of /proc/PID/stat behind the name: time of its own in user and kernel mode, and of children that it has reaped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeUsage:
    """Of a process and all its descendants, together."""

    memory: int = 0
    """Resident bytes."""
    cpu: float = 0.0
    """Seconds of processor time so far."""


def tree_usage(pid: int) -> TreeUsage:
    """Add up what a process and all its descendants use; nothing when it is gone, or not on Linux."""
    memory = ticks = 0
    waiting = [pid]
    while waiting:
        process = _PROC / str(waiting.pop())
        try:
            memory += int((process / "statm").read_text().split()[1]) * _PAGE
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[_CPU_FIELDS]))
            waiting += _children(process)
        except (OSError, IndexError):
            continue  # it ended between two reads
    return TreeUsage(memory=memory, cpu=ticks / _TICKS)


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
