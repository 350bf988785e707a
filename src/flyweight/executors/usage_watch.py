"""Measures what running attempts use: some of them a few times a second, and holds those with a memory limit to it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from flyweight.executors.series import FIRST, Series
from flyweight.executors.usage import tree_usage

_CLOSELY = 0.15
"""Seconds between two looks while something is watched closely."""


@dataclass(slots=True, kw_only=True, eq=False)
class UsageGauge:
    """What one attempt has used so far, and what it may use."""

    limit: int
    """Bytes of memory; 0: none."""
    process: Callable[[], int]
    """Tells the process at the top; 0 while it is not started."""
    on_breach: Callable[[], None]
    began: float
    """When the attempt began, in the loop's time."""
    closely: bool
    """Whether it is measured often and from its first moment; else once a second, once it has run for one."""
    peak: int = 0
    """Highest resident bytes seen."""
    cpu: float = 0.0
    """Seconds of processor time since the first look."""
    series: Series = field(default_factory=Series)
    _before: float | None = None
    """Processor time that its process had used at the first look: a worker's earlier attempts."""

    @property
    def broken(self) -> bool:
        """Tell whether the limit was broken."""
        return 0 < self.limit < self.peak

    def look(self, now: float) -> None:
        """Measure once."""
        pid, age = self.process(), now - self.began
        if not pid or self.broken or not (self.closely or age >= FIRST):
            return
        usage = tree_usage(pid)
        if not usage.memory:
            return  # it has just ended
        self.peak = max(self.peak, usage.memory)
        self._before = usage.cpu if self._before is None else self._before
        self.cpu = max(self.cpu, usage.cpu - self._before)
        self.series.note(age, usage)
        if self.broken:
            self.on_breach()


class UsageWatch:
    """Looks at every gauge it was given, on the event loop."""

    def __init__(self) -> None:
        self._gauges: set[UsageGauge] = set()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, gauge: UsageGauge) -> None:
        """Watch an attempt."""
        self._gauges.add(gauge)
        if self._timer is None or (gauge.closely and self._timer.when() > gauge.began + _CLOSELY):
            self._look_later(_CLOSELY if gauge.closely else FIRST)

    def remove(self, gauge: UsageGauge) -> None:
        """Watch it no more."""
        self._gauges.discard(gauge)

    def close(self) -> None:
        """Stop looking."""
        self._gauges.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _look_later(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def _look(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        for gauge in list(self._gauges):
            gauge.look(now)
        if self._gauges:
            self._look_later(_CLOSELY if any(gauge.closely for gauge in self._gauges) else FIRST)
