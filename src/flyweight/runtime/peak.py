"""How much memory a worker's process has held at most while an attempt ran.

Linux marks the highest resident size of a process, and lets it set the mark back. The other mark, ``ru_maxrss``, is of
no use for that: it begins at the size of the process that started this one, and counts all attempts before.
"""

import resource
import sys
from pathlib import Path

from flyweight.clock import Micros

_EVERY = 10_000
"""Microseconds between two looks: one costs a quarter of the smallest attempt, which hardly holds more by its end."""
_STATUS = Path("/proc/self/status")
_MARKS = Path("/proc/self/clear_refs")
_SET_BACK = b"5"
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


class MemoryPeak:
    """The mark of this process."""

    def __init__(self, now: Micros) -> None:
        self._looked = now
        self._size = 0
        """At the last look, which is the least that the attempts after it hold."""
        self._look()

    def of_attempt(self, ended: Micros) -> int:
        """Give the highest resident bytes of an attempt that has just ended.

        Of one that ends within milliseconds of another's end: the size of the process at that time. Where there is no
        such mark (macOS, some sandboxes): the highest of the process's life.
        """
        if self._size and 0 <= ended - self._looked < _EVERY:
            return self._size
        self._looked = ended
        return self._look()

    def _look(self) -> int:
        """Give the highest size since the last look."""
        try:
            status = _STATUS.read_bytes()
            peak, self._size = _bytes_of(b"VmHWM:", status), _bytes_of(b"VmRSS:", status)
            _MARKS.write_bytes(_SET_BACK)
        except (OSError, ValueError):
            self._size = 0
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_UNIT
        return peak


def _bytes_of(name: bytes, status: bytes) -> int:
    start = status.index(name) + len(name)
    return int(status[start : status.index(b"kB", start)]) * 1024
