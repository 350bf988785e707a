"""Measures the memory of running attempts a few times a second, and holds them to their limits."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from flyweight.executors.memory import tree_memory

_INTERVAL = 0.15
"""Seconds between two looks; they are taken only while something is watched."""


@dataclass(slots=True, kw_only=True, eq=False)
class MemoryGauge:
    """What one attempt has used so far, and what it may use."""

    limit: int
    """Bytes; 0: none, then it is only measured."""
    process: Callable[[], int]
    """Tells the process at the top; 0 while it is not started."""
    on_breach: Callable[[], None]
    peak: int = 0

    @property
    def broken(self) -> bool:
        """Tell whether the limit was broken."""
        return 0 < self.limit < self.peak

    def look(self) -> None:
        """Measure once."""
        pid = self.process()
        if pid and not self.broken:
            self.peak = max(self.peak, tree_memory(pid))
            if self.broken:
                self.on_breach()


class MemoryWatch:
    """Looks at every gauge it was given, on the event loop."""

    def __init__(self) -> None:
        self._gauges: set[MemoryGauge] = set()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, gauge: MemoryGauge) -> None:
        """Watch an attempt."""
        self._gauges.add(gauge)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_INTERVAL, self._look)

    def remove(self, gauge: MemoryGauge) -> None:
        """Watch it no more."""
        self._gauges.discard(gauge)

    def close(self) -> None:
        """Stop looking."""
        self._gauges.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        for gauge in list(self._gauges):
            gauge.look()
        self._timer = asyncio.get_running_loop().call_later(_INTERVAL, self._look) if self._gauges else None
