"""Dataclasses as values, and attribute access into results."""

from dataclasses import dataclass, field
from typing import Dict, List, Optional

from flytekit import task, workflow


@dataclass
class Inner:
    names: List[str] = field(default_factory=list)
    ratio: float = 0.5


@dataclass
class Outer:
    count: int
    inner: Inner
    table: Dict[str, int]
    note: Optional[str] = None


@task
def make(count: int) -> Outer:
    return Outer(count=count, inner=Inner(), table={"a": 1})


@task
def use(count: int, name: str, ratio: float) -> float:
    return count * ratio


@task
def take(outer: Outer) -> int:
    return outer.count


@task
def many() -> List[Dict[str, int]]:
    return [{"a": 1}]


@workflow
def wf(count: int) -> float:
    made = make(count=count)
    take(outer=made)
    rows = many()
    return use(count=rows[0]["a"], name=made.inner.names[0], ratio=made.inner.ratio)


RUNS = (("wf", {"count": 2}),)
