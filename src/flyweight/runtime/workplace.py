"""The folder that a worker's attempts work in, one after the other: empty before and after each."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from flyweight.clock import SystemClock

TICK = 0.1
"""Seconds that a file system's clock may take to move on (a few thousandths, as a rule): within them, a second change
of a folder may leave it with the time of the first."""


class Workplace:
    """One folder, in which no attempt meets another's relative paths.

    It stays for the worker's next attempt: on some file systems removing a folder takes milliseconds. Most attempts
    leave nothing in it, and the process in it; then the time of its last change, which nobody can set, says so, and it
    need be neither read nor entered again.
    """

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._folder = ""
        self._seen = _NOWHERE
        """The folder as it was looked at last."""
        self._since = 0.0
        """When it was first seen so, by our clock."""
        self._settled = False
        """Whether it was found empty so long after that any change since then shows in the time of the last one."""
        self._untouched = False
        """Whether the last attempt left all as it was."""

    def enter(self, folder: str) -> None:
        """Make this folder the current one; no other attempt's files are in it."""
        if folder != self._folder:
            self._folder, self._settled = folder, False
            _empty(folder)
        elif self._untouched:
            return
        try:
            os.chdir(folder)
        except FileNotFoundError:  # it is the first attempt, or the last one's code removed it
            Path(folder).mkdir(parents=True)
            os.chdir(folder)

    def leave(self) -> None:
        """Empty the folder that was entered last."""
        self._untouched = self._settled and _look(".") == self._seen
        if self._untouched:
            return
        was_empty = _empty(self._folder)
        seen, now = _look(self._folder), self._clock.monotonic()
        if seen != self._seen:
            self._seen, self._since = seen, now
        self._settled = was_empty and now - self._since > TICK


_NOWHERE = (0, 0, 0)


def _look(folder: str) -> tuple[int, int, int]:
    """Tell which folder it is, and when it was changed last by its file system's clock."""
    try:
        found = os.stat(folder)  # noqa: PTH116 - the path is text, and this is done for every attempt
    except FileNotFoundError:
        return _NOWHERE
    return found.st_dev, found.st_ino, found.st_ctime_ns


def _empty(folder: str) -> bool:
    """Remove what is in a folder; tells whether there was nothing."""
    was_empty = True
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            was_empty = False
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                with suppress(OSError):
                    os.unlink(entry.path)  # noqa: PTH108 - scandir gives paths as text
    return was_empty
