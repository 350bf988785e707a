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
    leave nothing in it; then the time of its last change, which nobody can set, says so, and it need not be read.
    """

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._folder = ""
        self._changed = 0
        """When the folder was changed last, by its file system's clock, as far as it was looked at."""
        self._since = 0.0
        """When this was seen first, by our clock."""
        self._settled = False
        """Whether it was found empty so long after that any change since then shows in the time of the last one."""

    def enter(self, folder: str) -> None:
        """Make this folder the current one; no other attempt's files are in it."""
        if folder != self._folder:
            self._folder, self._settled = folder, False
            _empty(folder)
        try:
            os.chdir(folder)
        except FileNotFoundError:  # it is the first attempt, or the last one's code removed it
            Path(folder).mkdir(parents=True)
            os.chdir(folder)

    def leave(self) -> None:
        """Empty the folder that was entered last."""
        changed = _changed_at(self._folder)
        if self._settled and changed == self._changed:
            return
        was_empty = _empty(self._folder)
        changed, now = _changed_at(self._folder), self._clock.monotonic()
        if changed != self._changed:
            self._changed, self._since = changed, now
        self._settled = was_empty and now - self._since > TICK


def _changed_at(folder: str) -> int:
    try:
        return os.stat(folder).st_ctime_ns  # noqa: PTH116 - the path is text, and this is done for every attempt
    except FileNotFoundError:
        return 0


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
