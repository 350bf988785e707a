"""Failure handlers that are told the error, of a workflow and of one inside it."""

from typing import Optional

from flytekit import task, workflow
from flytekit.types.error import FlyteError


@task
def work(x: int) -> int:
    return x


@task
def clean(x: int, err: Optional[FlyteError] = None): ...


@workflow(on_failure=clean)
def inner(x: int) -> int:
    return work(x=x)


@workflow(on_failure=clean)
def wf(x: int) -> int:
    return inner(x=x)


RUNS = (("wf", {"x": 1}),)
