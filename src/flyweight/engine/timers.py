"""Timers of one execution: set as its machine asks, and taken back with whatever they are about."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from flyweight.engine.catalog import CacheDue
from flyweight.engine.machine import GateDue, SetTimer, TimerFired
from flyweight.ids import AttemptId

_Handles = set[asyncio.TimerHandle]
_Owner = AttemptId | GateDue | CacheDue


@dataclass(slots=True, kw_only=True)
class Timers:
    """Those that have not fired. An attempt of a minute whose timeout is an hour holds none when it has ended."""

    _of: dict[_Owner, _Handles] = field(default_factory=dict[_Owner, _Handles])
    """By the attempt that they are about; a gate, or what waits for the catalog, has the one that sends its event."""

    def set(self, command: SetTimer, seconds: float, fire: Callable[[], None]) -> None:
        """Call ``fire`` so many seconds from now; of a gate or the catalog, instead of what was set before."""
        event = command.event
        owner = event.attempt if isinstance(event, TimerFired) else event
        if not isinstance(event, TimerFired):
            self.drop(event)

        def fired() -> None:
            handles = self._of[owner]
            handles.discard(timer)
            if not handles:
                del self._of[owner]
            fire()

        timer = asyncio.get_running_loop().call_later(seconds, fired)
        self._of.setdefault(owner, set()).add(timer)

    def drop(self, owner: _Owner) -> None:
        """Take back those of an attempt, a gate, or what waits for the catalog."""
        for timer in self._of.pop(owner, ()):
            timer.cancel()

    def clear(self) -> None:
        """Take back all."""
        for timers in self._of.values():
            for timer in timers:
                timer.cancel()
        self._of.clear()

    def __len__(self) -> int:
        return sum(map(len, self._of.values()))
