import asyncio

from flytekit import eager, task


@task
def add_one(x: int) -> int:
    return x + 1


@task
async def double(x: int) -> int:
    return x * 2


@eager
async def eager_workflow(x: int = 1) -> int:
    out = add_one(x=x)
    if out > 1:
        return await double(x=out)
    return out
