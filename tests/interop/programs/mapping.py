"""Stock flytekit workflows that map over lists: tasks with bound inputs, some of which may fail, and launch plans."""

import functools
from typing import Optional

from flytekit import LaunchPlan, map_task, task, workflow


@task
def scaled(x: int, factor: int) -> int:
    print(f"scaling {x}")
    if x < 0:
        raise ValueError(f"{x} is below 0")
    return x * factor


@task
def total(xs: list[Optional[int]]) -> int:  # noqa: UP045 - the form that users of flytekit write
    return sum(x for x in xs if x is not None)


@workflow
def strict(xs: list[int], factor: int) -> list[int]:
    return map_task(functools.partial(scaled, factor=factor), concurrency=2)(x=xs)


@workflow
def lenient(xs: list[int]) -> int:
    return total(xs=map_task(functools.partial(scaled, factor=10), min_success_ratio=0.5)(x=xs))


@workflow
def one(x: int) -> int:
    return scaled(x=x, factor=3)


one_plan = LaunchPlan.get_or_create(one, "mapping.one_plan")


@workflow
def executions(xs: list[int]) -> list[int]:
    return map_task(one_plan)(x=xs)
