"""Workflows in workflows, two deep, the same one twice."""

from flytekit import task, workflow


@task
def add(a: int, b: int) -> int:
    return a + b


@workflow
def inner(a: int, b: int = 2) -> int:
    return add(a=a, b=b)


@workflow(interruptible=True)
def middle(a: int) -> int:
    return inner(a=inner(a=a), b=a)


@workflow
def wf(a: int) -> int:
    return add(a=middle(a=a), b=inner(a=1))


RUNS = (("wf", {"a": 2}),)
