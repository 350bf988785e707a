"""How much memory this machine has, and how much of it is free: what a watcher is told beside the platform's slots."""

from pathlib import Path

_MEMINFO = Path("/proc/meminfo")


def memory() -> tuple[int, int]:
    """Give total and available bytes; zeros on a machine that does not say."""
    try:
        lines = _MEMINFO.read_text().splitlines()
    except FileNotFoundError:
        return 0, 0
    sizes = dict(line.split(":", 1) for line in lines)
    return _bytes(sizes.get("MemTotal", "0 kB")), _bytes(sizes.get("MemAvailable", "0 kB"))


def _bytes(size: str) -> int:
    return int(size.split(maxsplit=1)[0]) * 1024
