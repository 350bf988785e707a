"""Dataclasses with type parameters, dataclasses that inherit, and ones with unions and literals inside."""

from dataclasses import dataclass, field
from typing import Dict, List, Literal, Optional, Union

from flytekit import task, workflow


@dataclass
class Base:
    name: str


@dataclass
class Derived(Base):
    size: int = 1
    choice: Union[int, str] = 0
    mode: Literal["a", "b"] = "a"
    deep: Optional[Dict[str, List[Optional[int]]]] = field(default=None)


@task
def make(name: str) -> Derived:
    return Derived(name=name, choice="text", deep={"a": [1, None]})


@task
def read(value: Derived, base: Base) -> str:
    return f"{value.name} {value.choice} {value.deep} {base.name}"


@workflow
def wf(name: str = "n") -> str:
    return read(value=make(name=name), base=Base(name="b"))


RUNS = (("wf", {}),)
