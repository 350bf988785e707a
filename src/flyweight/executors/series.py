"""How an attempt's memory and processor time went while it ran: some dozens of points, packed for its row."""

from dataclasses import dataclass, field
from itertools import pairwise

from flyweight.executors.usage import TreeUsage
from flyweight.protocol.usage_pb2 import UsageSeries

MOST_POINTS = 120
"""At this many, every two become one, and points are taken half as often from then on."""
FIRST = 1.0
"""Seconds before the first point, and between two at first: what takes less leaves its two sums alone."""


@dataclass(slots=True, kw_only=True)
class Series:
    """Takes measurements, and keeps at most ``MOST_POINTS`` of them, evenly spread."""

    _points: list[tuple[float, int, float]] = field(default_factory=list[tuple[float, int, float]])
    """Seconds since it began, highest memory since the point before, processor time so far."""
    _every: float = FIRST
    _highest: int = 0

    def note(self, seconds: float, usage: TreeUsage) -> None:
        """Take a measurement, so many seconds after the attempt began."""
        self._highest = max(self._highest, usage.memory)
        last = self._points[-1][0] if self._points else 0.0
        # A look that comes a little early must not be lost to the next one.
        if seconds - last < self._every * 0.9:
            return
        self._points.append((seconds, self._highest, usage.cpu))
        self._highest = 0
        if len(self._points) == MOST_POINTS:
            pairs = zip(self._points[::2], self._points[1::2], strict=True)
            self._points = [(late[0], max(early[1], late[1]), late[2]) for early, late in pairs]
            self._every *= 2

    def data(self, cpu_seconds: float) -> bytes:
        """Pack it as a ``flyweight.usage.v1.UsageSeries``; empty where nothing was noted.

        What of all ``cpu_seconds`` (0: not known) no point tells is taken for that of the time before the first one.
        """
        if not self._points:
            return b""
        before = min(self._points[0][2], self._points[-1][2] - cpu_seconds) if cpu_seconds else self._points[0][2]
        steps = list(pairwise([(0.0, 0, before), *self._points]))
        return UsageSeries(
            milliseconds=[round((after[0] - before[0]) * 1000) for before, after in steps],
            memory=[after[1] // 1024 for _, after in steps],
            cpu=[max(round((after[2] - before[2]) * 1000), 0) for before, after in steps],
        ).SerializeToString()
