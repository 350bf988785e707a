"""The only file that reads a clock: wall time for records, monotonic time for durations, and a manual clock for tests.

Times inside the platform are integer microseconds since the Unix epoch (UTC): one word in a row, exact in a
protobuf Timestamp, and comparable without time zones.
"""

import time
from datetime import UTC, datetime
from typing import NewType, Protocol

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

Micros = NewType("Micros", int)
"""Microseconds since 1970-01-01T00:00:00Z."""


class Clock(Protocol):
    """What tells the time; a platform is given one, and tests give it a ``ManualClock``."""

    def now(self) -> Micros:
        """Tell wall time."""
        ...

    def monotonic(self) -> float:
        """Tell seconds on a clock that never steps back."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> Micros:
        """Tell wall time."""
        return Micros(time.time_ns() // 1000)

    def monotonic(self) -> float:
        """Tell seconds on a clock that never steps back."""
        return time.monotonic()


class ManualClock:
    """A clock that moves only when it is told to."""

    def __init__(self, start: int = 1_700_000_000_000_000) -> None:
        self._now = start

    def now(self) -> Micros:
        """Tell the time it was set to."""
        return Micros(self._now)

    def monotonic(self) -> float:
        """Tell the same time in seconds."""
        return self._now / 1e6

    def advance(self, seconds: float) -> None:
        """Move forward."""
        self._now += int(seconds * 1e6)


def to_timestamp(at: Micros) -> Timestamp:
    """Turn microseconds into protobuf's Timestamp."""
    return Timestamp(seconds=at // 1_000_000, nanos=at % 1_000_000 * 1000)


def set_micros(into: Timestamp | Duration, micros: int) -> None:
    """Write microseconds into a message's own Timestamp or Duration."""
    into.seconds, rest = divmod(micros, 1_000_000)
    into.nanos = rest * 1000


def from_timestamp(stamp: Timestamp) -> Micros:
    """Turn protobuf's Timestamp into microseconds (nanoseconds are cut off)."""
    return Micros(stamp.seconds * 1_000_000 + stamp.nanos // 1000)


def to_datetime(at: Micros) -> datetime:
    """Turn microseconds into an aware datetime in UTC."""
    return datetime.fromtimestamp(at / 1e6, tz=UTC)
