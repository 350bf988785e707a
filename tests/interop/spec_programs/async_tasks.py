"""Tasks that are coroutines."""

from flytekit import task


@task
async def fetch(x: int) -> int:
    return x


@task(retries=2)
async def join(xs: list[int]) -> int:
    return sum(xs)


COMPILED = ("fetch", "join")
