"""Conditionals whose cases have several outputs, or none, and one on a constant input's default."""

from typing import NamedTuple

from flytekit import conditional, task, workflow


class Pair(NamedTuple):
    left: int
    right: str


@task
def one(x: int) -> Pair:
    return Pair(x, "one")


@task
def other(x: int) -> Pair:
    return Pair(-x, "other")


@task
def silent(x: int): ...


@task
def label(x: int, text: str) -> str:
    return f"{text}{x}"


RUNS = (("wf", {"x": 3}), ("wf", {"x": 0}), ("wf", {"x": 3, "flag": False}))


@workflow
def wf(x: int, flag: bool = True) -> str:
    pair = conditional("pairs").if_((x > 1) & flag.is_true()).then(one(x=x)).else_().then(other(x=x))
    conditional("silent").if_(flag.is_true()).then(silent(x=x)).else_().then(silent(x=5))
    return label(x=pair.left, text=pair.right)
