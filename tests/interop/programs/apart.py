"""Stock tasks and ours hand each other values that stand apart: whole, item by item, a part of one, and in a condition."""

from flytekit import conditional, map_task, reference_task, task, workflow

OURS = {"project": "flytesnacks", "domain": "development", "version": "ours1"}


@reference_task(name="ours.counted", **OURS)
def counted(n: int) -> list[int]: ...


@reference_task(name="ours.added", **OURS)
def added(xs: list[int]) -> int: ...


@task
def numbers(n: int) -> list[int]:
    return [10 * each for each in range(n)]


@task
def total(xs: list[int]) -> int:
    return sum(xs)


@task
def double(x: int) -> int:
    return 2 * x


@workflow
def crossing(n: int) -> tuple[int, int, list[int], int, int]:
    ours, stock = counted(n=n), numbers(n=n)
    some = total(xs=ours)
    chosen = conditional("size").if_(some > 2).then(double(x=some)).else_().then(double(x=n))
    return chosen, added(xs=stock), map_task(double)(x=stock), double(x=ours[2]), ours[1]
