"""Lists and dictionaries of results and constants."""

from typing import Dict, List

from flytekit import task, workflow


@task
def one(x: int) -> int:
    return x


@task
def total(xs: List[int], named: Dict[str, int]) -> List[int]:
    return [*xs, *named.values()]


@workflow
def wf(x: int) -> List[int]:
    a = one(x=x)
    b = one(x=2)
    return total(xs=[a, 3, b], named={"b": b, "five": 5})


@workflow
def constants() -> List[int]:
    return total(xs=[1, 2, 3], named={"four": 4})


RUNS = (
    ("wf", {"x": 2}),
    ("constants", {}),
)
COMPILED = ("wf", "constants")
