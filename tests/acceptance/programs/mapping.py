"""A map over thousands of small items, some of which fail at first: to be killed in the middle."""

import os
from pathlib import Path

from flyweight import map_task, task, workflow
from flyweight.errors import RecoverableError


@task
def count(to: int) -> list[int]:
    return list(range(to))


@task(retries=1)
def square(number: int) -> int:
    """Item 7 and its like fail until they have left a mark."""
    mark = Path(os.environ["MARKS"]) / str(number)
    if number % 100 == 7 and not mark.exists():
        mark.touch()
        raise RecoverableError("not yet")
    return number * number


@task
def total(numbers: list[int]) -> int:
    return sum(numbers)


@workflow
def squares(to: int) -> int:
    return total(numbers=map_task(square)(number=count(to=to)))
