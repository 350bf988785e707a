"""Notes on lists and folders that say how many are moved at a time."""

from typing import Annotated, List

from flytekit import BatchSize, task, workflow
from flytekit.types.directory import FlyteDirectory


@task
def folder(value: Annotated[FlyteDirectory, BatchSize(10)]) -> Annotated[FlyteDirectory, BatchSize(2)]:
    return value


@task
def numbers(n: int) -> Annotated[List[int], BatchSize(3)]:
    return list(range(n))


@workflow
def wf(value: FlyteDirectory, n: int) -> List[int]:
    folder(value=value)
    return numbers(n=n)
