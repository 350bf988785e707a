"""Dynamic tasks that call maps, workflows, other dynamics and conditionals, inside workflows and branches."""

from flytekit import conditional, dynamic, map_task, task, workflow


@task
def double(x: int) -> int:
    return 2 * x


@task
def total(xs: list[int]) -> int:
    return sum(xs)


@workflow
def sub(x: int) -> int:
    return double(x=x)


@dynamic
def inner(n: int) -> list[int]:
    return [sub(x=i) for i in range(n)]


@dynamic(retries=1, interruptible=True)
def outer(n: int) -> int:
    mapped = map_task(double)(x=[1] * n)
    return total(xs=mapped) if n > 2 else total(xs=inner(n=n))


@workflow
def wf(n: int) -> int:
    sub(x=n)  # compiled before a dynamic task calls it: the stock's node ids depend on who is first
    return conditional("size").if_(n > 1).then(outer(n=n)).else_().then(double(x=n))


RUNS = (("wf", {"n": 1}), ("wf", {"n": 2}), ("wf", {"n": 3}))
DRAWN = (("inner", {"n": 2}), ("outer", {"n": 3}))
