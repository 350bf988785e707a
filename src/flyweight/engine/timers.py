"""Timers of one execution: set as its machine asks, and taken back with the attempt that they belong to."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from flyweight.engine.machine import SetTimer, TimerFired
from flyweight.ids import AttemptId

_Handles = set[asyncio.TimerHandle]


@dataclass(slots=True, kw_only=True)
class Timers:
    """Those that have not fired. An attempt of a minute whose timeout is an hour holds none when it has ended."""

    _of: dict[AttemptId | None, _Handles] = field(default_factory=dict[AttemptId | None, _Handles])
    """By the attempt that they are about; None for gates and the catalog."""

    def set(self, command: SetTimer, seconds: float, fire: Callable[[], None]) -> None:
        """Call ``fire`` so many seconds from now."""
        event = command.event
        owner = event.attempt if isinstance(event, TimerFired) else None

        def fired() -> None:
            handles = self._of[owner]
            handles.discard(timer)
            if not handles:
                del self._of[owner]
            fire()

        timer = asyncio.get_running_loop().call_later(seconds, fired)
        self._of.setdefault(owner, set()).add(timer)

    def drop(self, attempt: AttemptId) -> None:
        """Take back those of an attempt."""
        for timer in self._of.pop(attempt, ()):
            timer.cancel()

    def clear(self) -> None:
        """Take back all."""
        for timers in self._of.values():
            for timer in timers:
                timer.cancel()
        self._of.clear()

    def __len__(self) -> int:
        return sum(map(len, self._of.values()))
