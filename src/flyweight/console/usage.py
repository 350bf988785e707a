"""From what an attempt used while it ran to a small chart: two lines in one frame, each against its own highest."""

from collections.abc import Mapping
from dataclasses import dataclass

from google.protobuf.struct_pb2 import Value

from flyweight.console.words import duration, size

WIDTH, HEIGHT = 480, 64
"""Of the frame, in its own units: it is stretched to the panel's width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageChart:
    """What the template draws. Lines are ``x,y`` pairs as SVG's ``points`` have them: digits alone."""

    memory: str
    cpu: str
    most_memory: str
    most_cpu: str
    took: str


def chart(info: Mapping[str, Value]) -> UsageChart | None:
    """Draw what a task execution's ``custom_info`` says of its usage; None where that is too little for a line."""
    if "usage" not in info:
        return None
    usage = info["usage"].struct_value.fields
    seconds, memory, cpus = (
        [each.number_value for each in usage[name].list_value.values] for name in ("seconds", "memory_bytes", "cpus")
    )
    if not seconds:
        return None
    return UsageChart(
        memory=_line(seconds, memory),
        cpu=_line(seconds, cpus),
        most_memory=size(
            int(max(*memory, info["peak_memory_bytes"].number_value if "peak_memory_bytes" in info else 0))
        ),
        most_cpu=f"{max(cpus):.1f}",
        took=duration(int(seconds[-1] * 1000)),
    )


def _line(seconds: list[float], values: list[float]) -> str:
    """Each value holds from the point before to its own: a step, since it is that time's highest, or average."""
    highest, last = max(values) or 1.0, seconds[-1] or 1.0
    corners: list[tuple[float, float]] = []
    before = 0.0
    for at, value in zip(seconds, values, strict=True):
        height = HEIGHT - value / highest * HEIGHT
        corners += [(before, height), (at, height)]
        before = at
    return " ".join(f"{at / last * WIDTH:.1f},{height:.1f}" for at, height in corners)
