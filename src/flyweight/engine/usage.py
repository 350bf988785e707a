"""How an attempt's usage went, as rows keep it: unpacked for whoever shows it, thinned out for items of maps."""

from collections.abc import Sequence
from dataclasses import dataclass

from flyweight.protocol.usage_pb2 import UsageSeries

OF_ITEM = 24
"""Points that are kept of an item of a map: a row holds hundreds of them, and is written whenever one ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePoint:
    """One point of an attempt's course."""

    seconds: float
    """Since it began."""
    memory: int
    """Highest resident bytes of its processes together since the point before."""
    cpu: float
    """Processors that it kept busy since the point before, on the average."""


def points_of(data: bytes) -> list[UsagePoint]:
    """Unpack a ``flyweight.usage.v1.UsageSeries``."""
    packed, seconds = UsageSeries.FromString(data), 0.0
    found: list[UsagePoint] = []
    for milliseconds, memory, cpu in zip(packed.milliseconds, packed.memory, packed.cpu, strict=True):
        seconds += milliseconds / 1000
        found.append(UsagePoint(seconds=seconds, memory=memory * 1024, cpu=cpu / milliseconds if milliseconds else 0.0))
    return found


def thinned(data: bytes, most: int = OF_ITEM) -> bytes:
    """Make neighbouring points one until there are no more than ``most``: times add up, the highest memory stays."""
    series = UsageSeries.FromString(data)
    if len(series.milliseconds) <= most:
        return data
    while len(series.milliseconds) > most:
        series = UsageSeries(
            milliseconds=map(sum, _pairs(series.milliseconds)),
            memory=map(max, _pairs(series.memory)),
            cpu=map(sum, _pairs(series.cpu)),
        )
    return series.SerializeToString()


def _pairs(values: Sequence[int]) -> list[Sequence[int]]:
    return [values[at : at + 2] for at in range(0, len(values), 2)]
