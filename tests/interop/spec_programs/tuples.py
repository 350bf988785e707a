"""Outputs of each form: nothing, one, many, NamedTuples of one and of several fields, in tasks and workflows."""

from typing import NamedTuple, Optional, Tuple

from flytekit import task, workflow


class Only(NamedTuple):
    value: int


class Pair(NamedTuple):
    left: int
    right: Optional[str]


@task
def nothing(): ...


@task
def explicit_none() -> None: ...


@task
def only(x: int) -> Only:
    return Only(x)


@task
def pair(x: int) -> Pair:
    return Pair(x, None)


@task
def many(x: int) -> Tuple[int, str, float, bool]:
    return x, "a", 1.0, True


@workflow
def no_output(x: int):
    only(x=x)


@workflow
def inner(x: int) -> Pair:
    one = only(x=x)
    return Pair(left=one.value, right="constant")


RUNS = (("wf", {"x": 1}), ("only", {"x": 1}), ("inner", {"x": 2}), ("no_output", {"x": 1}), ("many", {"x": 1}))


@workflow
def wf(x: int) -> Tuple[int, float, int]:
    nothing()
    explicit_none()
    no_output(x=x)
    found = inner(x=x)
    number, _, ratio, _ = many(x=found.left)
    return number, ratio, pair(x=x).left
