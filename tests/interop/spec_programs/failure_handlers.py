"""Failure handlers of each kind: a workflow, one with all inputs, one that is told the error, one that is not."""

from typing import Optional

from flytekit import task, workflow
from flytekit.types.error import FlyteError


@task
def work(x: int, name: str) -> int:
    if x < 0:
        raise ValueError("below zero")
    return x


@task
def clean(x: int, name: str, err: Optional[FlyteError] = None): ...


@task
def alarm(x: int): ...


@workflow
def cleaning(x: int, name: str):
    clean(x=x, name=name)


@workflow(on_failure=cleaning)
def by_workflow(x: int, name: str) -> int:
    return work(x=x, name=name)


@workflow(on_failure=alarm)
def by_default(x: int) -> int:
    return work(x=x, name="a")


@workflow(on_failure=clean)
def wf(x: int, name: str = "b") -> int:
    by_workflow(x=x, name=name)
    return by_default(x=x)


RUNS = (("wf", {"x": 2}), ("wf", {"x": -1}))


COMPILED = ("cleaning", "wf")  # a handler is compiled first: the stock names nodes by who asks first
