"""A map that loses some items, over a cached task, in an execution of its own."""

import functools

from flyweight import Cache, current_context, map_task, task, workflow
from flyweight.errors import RecoverableError


@task(cache=Cache(version="1"), retries=1)
def half(x: int) -> int:
    if not current_context().attempt:
        raise RecoverableError("not at the first attempt")
    return x


@task
def odd(x: int, than: int) -> int:
    if x >= than:
        raise ValueError(f"{x} is too much")
    return x


@workflow
def wf(x: int = 3) -> list[int | None]:
    return map_task(functools.partial(odd, than=half(x=x)), min_success_ratio=0.1)(x=list(range(15)))
