"""Unions of plain, structured and collected types; with defaults and constants of each variant."""

from dataclasses import dataclass
from datetime import datetime
from typing import Optional, Union

from flytekit import task, workflow
from flytekit.types.file import FlyteFile


@dataclass
class Point:
    x: int = 0


@task
def mixed(
    a: Union[int, str, list[int], dict[str, float], None],
    b: bool | float = 0.5,
    c: Optional[Point] = None,
    d: Union[datetime, FlyteFile, None] = None,
    e: Optional[list[Optional[int]]] = None,
    f: Union[list[str], list[int], None] = None,
) -> Union[int, str]:
    return 1 if isinstance(a, int) else "text"


@task
def make() -> Union[int, str]:
    return "made"


@task
def take(x: Union[int, str]) -> Optional[int]:
    return None


RUNS = (("wf", {}), ("wf", {"x": "text"}), ("wf", {"x": 7}))


@workflow
def wf(x: Union[int, str] = 1) -> tuple[Union[int, str], Optional[int], Union[int, str]]:
    mixed(a=1, b=True, c=Point(x=1), e=[1, None])
    mixed(a=[1, 2], f=["a"])
    mixed(a={"a": 1.0})
    mixed(a=None)
    made = make()
    return mixed(a="a"), take(x=made), x
