"""Ends processes that outlived the attempt or platform which started them, by a mark in their environment (Linux)."""

import os
import signal
from contextlib import suppress
from pathlib import Path

MARK = "FLYWEIGHT_WORKER"
"""The variable that every worker and command is started with, and that what they start inherits."""


def mark(directory: Path) -> str:
    """Give the mark of a process that works in this folder; processes below it bear marks that start with it."""
    return f"{directory}/"


def kill_marked(directory: Path) -> int:
    """Kill every process that was marked for this folder or one below it, and tell how many.

    Reads all of /proc: call it in a thread.
    """
    prefix = mark(directory)
    wanted = f"{MARK}={prefix}".encode()
    killed = 0
    with suppress(OSError):  # this process has no file left to open: what calls this has more to do than to clear up
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if any(entry.startswith(wanted) for entry in (folder / "environ").read_bytes().split(b"\0")):
                    os.kill(int(folder.name), signal.SIGKILL)
                    killed += 1
    return killed
