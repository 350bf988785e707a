"""Finds workers that have gone silent because their process was stopped: by SIGSTOP, or a debugger that left.

The platform looks at the process instead of waiting for a message: a task that holds the interpreter for minutes sends
none either, and is as alive as can be.
"""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Generic, TypeVar

_STOPPED = frozenset({"T", "t"})
_LOOKS = 3
"""So many looks in a row must find a process stopped, over the time that it may be."""

Subject = TypeVar("Subject")


def is_stopped(pid: int) -> bool:
    """Tell whether a process stands still at somebody's wish; False if it is gone, or not on Linux."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in _STOPPED
    except OSError:
        return False


class Patrol(Generic[Subject]):
    """Looks at what runs a few times in so many seconds, on the event loop."""

    def __init__(
        self, seconds: float, running: Callable[[], Iterable[tuple[Subject, int]]], found: Callable[[Subject], None]
    ) -> None:
        """Take the time that a process may be stopped for, what runs in which process, and whom to tell."""
        self._pause = seconds / _LOOKS
        self._running = running
        self._found = found
        self._stopped: dict[Subject, int] = {}
        self._timer: asyncio.TimerHandle | None = None

    def open(self) -> None:
        """Begin to look."""
        self._timer = asyncio.get_running_loop().call_later(self._pause, self._look)

    def close(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        seen = {one: self._stopped.get(one, 0) + 1 for one, pid in self._running() if is_stopped(pid)}
        self._stopped = seen
        for one, looks in seen.items():
            if looks == _LOOKS + 1:
                self._found(one)
        self.open()
