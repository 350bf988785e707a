"""Memory: a task's limit out of its resources, and the resident size of a process and its descendants."""

from pathlib import Path
from resource import getpagesize

from flyteidl.core import tasks_pb2

from flyweight.errors import InvalidInput

_PROC = Path("/proc")
_PAGE = getpagesize()
_SUFFIXES = {
    "": 1,
    "k": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "P": 10**15,
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
    "Ti": 2**40,
    "Pi": 2**50,
    "m": 1e-3,
}


def parse_quantity(text: str) -> int:
    """Read an amount of memory as Kubernetes writes it (``500Mi``, ``2G``, ``1e9``), in bytes.

    Raises:
        InvalidInput: it is not written so.
    """
    number = text.strip().rstrip("kKMGTPim")
    suffix = text.strip()[len(number) :]
    try:
        return int(float(number) * _SUFFIXES[suffix])
    except (ValueError, KeyError, OverflowError):  # int() refuses infinity, and what is no number
        raise InvalidInput(f"{text!r} is not an amount of memory: write it like 500Mi, 2Gi or 1000000000") from None


def memory_limit(task: tasks_pb2.TaskTemplate) -> int:
    """Give the memory limit of a task in bytes; 0 when it has none."""
    for entry in task.container.resources.limits:
        if entry.name == tasks_pb2.Resources.MEMORY:
            return parse_quantity(entry.value)
    return 0


def readable(amount: int) -> str:
    """Write bytes as people do: 512.0 MiB."""
    size = float(amount)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if size < 2**10:
            return f"{size:.0f} bytes" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 2**10
    return f"{size:.1f} TiB"


def tree_memory(pid: int) -> int:
    """Add up the resident size of a process and all its descendants, in bytes; 0 when it is gone, or not on Linux."""
    total = 0
    waiting = [pid]
    while waiting:
        process = waiting.pop()
        try:
            total += int((_PROC / str(process) / "statm").read_text().split()[1]) * _PAGE
            for thread in (_PROC / str(process) / "task").iterdir():
                waiting += map(int, (thread / "children").read_text().split())
        except (OSError, IndexError):
            continue  # it ended between two reads
    return total


def kernel_kills() -> int:
    """Count the processes that the kernel has ended for want of memory since the machine was started."""
    try:
        for line in (_PROC / "vmstat").read_text().splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    except OSError:
        return 0
    return 0
