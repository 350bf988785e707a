"""Ends processes that outlived what started them, by a mark in their environment (Linux), and clears their folders."""

import os
import select
import shutil
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

MARK = "FLYWEIGHT_WORKER"
"""The variable that every worker and command is started with, and that what they start inherits."""

_PATIENCE = 1000
"""Milliseconds that a killed process is waited for; one that the kernel holds longer is left to it."""


def mark(directory: Path) -> str:
    """Give the mark of a process that works in this folder; processes below it bear marks that start with it."""
    return f"{directory}/"


def kill_marked(directory: Path) -> int:
    """Kill every process that was marked for this folder or one below it, wait for them to be gone, and count them.

    Looks again until a look finds nobody new: a process may have started another one behind the first look's back, and
    one that is just being executed has no environment to read yet. Reads all of /proc: call it in a thread.
    """
    wanted = f"{MARK}={mark(directory)}".encode()
    killed = set[int]()
    with suppress(OSError):  # this process has no file left to open: what calls this has more to do than to clear up
        while found := {process for process in _marked(wanted) if process not in killed}:
            for process in found:
                end_process(process)
            killed |= found
    return len(killed)


def end_process(process: int) -> None:
    """Kill a process, and wait until it is gone."""
    with suppress(ProcessLookupError):
        try:
            handle = os.pidfd_open(process)
        except OSError:  # an old kernel, or no file left to open: it is killed all the same
            os.kill(process, signal.SIGKILL)
            return
        try:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            ended = select.poll()
            ended.register(handle, select.POLLIN)
            ended.poll(_PATIENCE)
        finally:
            os.close(handle)


def _marked(wanted: bytes) -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if any(entry.startswith(wanted) for entry in (folder / "environ").read_bytes().split(b"\0")):
                yield int(folder.name)


def clear(folder: Path) -> None:
    """Empty a folder that marked processes work in, after ending them; it is there then, for its owner alone."""
    kill_marked(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
