"""One task in one workflow, in the stock name."""

from flytekit import task, workflow


@task
def add(a: int, b: int) -> int:
    return a + b


@workflow
def hello(a: int = 1, b: int = 2) -> int:
    return add(a=a, b=b)
