"""Enums alone and inside lists, dictionaries and optionals, as defaults and constants; and as what is compared."""

from enum import Enum
from typing import Optional

from flytekit import conditional, task, workflow


class Color(Enum):
    RED = "red"
    DARK_BLUE = "dark blue"


@task
def pick(one: Color, many: list[Color], named: dict[str, Color], maybe: Optional[Color] = None) -> Color:
    return many[0] if many else one


@task
def paint(color: Color = Color.DARK_BLUE) -> str:
    return color.value


RUNS = (("wf", {}), ("wf", {"color": Color.RED}))


@workflow
def wf(color: Color = Color.DARK_BLUE) -> str:
    chosen = pick(one=color, many=[Color.RED, color], named={"a": Color.DARK_BLUE}, maybe=Color.RED)
    paint()
    return conditional("by color").if_(color == Color.RED).then(paint(color=chosen)).else_().then(paint(color=color))
