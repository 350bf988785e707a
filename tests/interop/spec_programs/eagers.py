"""Eager tasks: coroutines whose calls are executions."""

from flytekit import eager, task


@task
def double(x: int) -> int:
    return 2 * x


@eager
async def plain(x: int) -> int:
    return double(x=x)


@eager(environment={"A": "own"})
async def with_options(x: int, y: str = "a") -> str:
    return f"{double(x=x)}{y}"


COMPILED = ("plain", "with_options")
