"""Retries, timeouts and interruptibility: on tasks, workflows and nodes, one over the other."""

from datetime import timedelta

from flytekit import task, workflow


@task(timeout=90, retries=2, interruptible=True)
def seconds(x: int) -> int:
    return x


@task(timeout=timedelta(hours=1, milliseconds=5), interruptible=False)
def hours(x: int) -> int:
    return x


@task
def plain(x: int) -> int:
    return x


@workflow(interruptible=True)
def inner(x: int) -> int:
    return hours(x=plain(x=x))


@workflow(interruptible=False)
def wf(x: int) -> int:
    a = seconds(x=x).with_overrides(timeout=timedelta(0), retries=0, interruptible=False)
    b = hours(x=a).with_overrides(timeout=7)
    c = plain(x=b).with_overrides(retries=9, timeout=timedelta(days=1), interruptible=True)
    return inner(x=c)


RUNS = (("wf", {"x": 2}),)
