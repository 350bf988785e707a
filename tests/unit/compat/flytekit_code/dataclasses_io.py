from dataclasses import dataclass, field
from typing import Dict, List

from flytekit import task, workflow


@dataclass
class Datum:
    x: int
    y: str
    z: Dict[int, str] = field(default_factory=dict)


@task
def stringify(s: int) -> Datum:
    return Datum(x=s, y=str(s), z={s: str(s)})


@task
def add(x: Datum, y: Datum) -> Datum:
    x.z.update(y.z)
    return Datum(x=x.x + y.x, y=x.y + y.y, z=x.z)


@task
def show(d: Datum, extra: int) -> str:
    return f"{d.x} {d.y} {len(d.z)} {extra}"


@workflow
def wf(x: int = 1, y: int = 2) -> str:
    both = add(x=stringify(s=x), y=stringify(s=y))
    return show(d=both, extra=both.x)
