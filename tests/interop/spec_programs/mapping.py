"""Tasks mapped over lists: bound inputs, concurrency, a ratio that must succeed, overrides."""

import functools
from typing import Optional

from flytekit import Resources, map_task, task, workflow


@task(retries=2, cache=True, cache_version="1", requests=Resources(cpu="1"), interruptible=True, timeout=60)
def show(a: int) -> str:
    return str(a)


@task
def joined(a: int, b: int, c: str = "x") -> str:
    return f"{a}{b}{c}"


@task
def nothing(a: int): ...


@task
def listing(n: int) -> list[int]:
    return list(range(n))


@workflow
def wf(a: list[int], n: int) -> tuple[list[str], list[Optional[str]]]:
    x = map_task(show)(a=a)
    y = map_task(functools.partial(joined, b=n, c="q"), concurrency=3, min_success_ratio=0.5)(a=listing(n=n))
    map_task(nothing)(a=[1, 2, 3]).with_overrides(retries=5)
    map_task(show)(a=[n, 3]).with_overrides(interruptible=False)
    map_task(show, concurrency=2)(a=a).with_overrides(
        requests=Resources(cpu="2"), limits=Resources(cpu="3"), name="mapped", retries=4
    )
    return x, y


RUNS = (("wf", {"a": [1, 2], "n": 2}),)
