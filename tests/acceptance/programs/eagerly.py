"""Eager tasks, as flytekit's users write them."""

import asyncio
import os

from flytekit import eager, task, workflow
from flytekit.exceptions.user import FlyteRecoverableException


@task
def add_one(x: int) -> int:
    return x + 1


@task
async def slow(x: int) -> int:
    await asyncio.sleep(x)
    return x


@task
def fails(x: int) -> int:
    raise ValueError(f"no {x}")


@workflow
def twice(x: int) -> int:
    return add_one(x=add_one(x=x))


@eager
async def inner(x: int) -> int:
    return add_one(x=x) + await slow(x=0)


@eager
async def outer(xs: list[int]) -> list[int]:
    values = [twice(x=x) for x in xs]
    return [*values, *await asyncio.gather(*(inner(x=x) for x in xs))]


@eager
async def handled(x: int) -> str:
    try:
        fails(x=x)
    except Exception as error:
        return f"caught: {'no 3' in str(error)}"
    return "not reached"


@eager
async def leaves(x: int) -> int:
    waiting = asyncio.create_task(slow(x=600))
    fails(x=x)
    return await waiting


@eager
async def waits() -> int:
    return await slow(x=600)


@eager(retries=1)
async def tries(x: int) -> int:
    added = add_one(x=x)
    if os.environ["FLYTE_ATTEMPT_NUMBER"] == "0":
        raise FlyteRecoverableException(f"{added} was there")
    return added


@eager
async def alone(x: int) -> int:
    return add_one(x=x)


@eager
async def refused(x: int) -> int:
    return add_one(x="one")
