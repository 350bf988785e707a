"""200 tasks in 20 chains of 10: long enough to be killed in the middle, short enough to be run many times."""

import time

from flyweight import task, workflow


@task
def step(number: int, pause: float) -> int:
    time.sleep(pause)
    return number + 1


@task
def total(numbers: list[int]) -> int:
    return sum(numbers)


@workflow
def grid(pause: float = 0.01) -> int:
    ends: list[int] = []
    for chain in range(20):
        number = step(number=chain, pause=pause)
        for _ in range(9):
            number = step(number=number, pause=pause)
        ends.append(number)
    return total(numbers=ends)


@task
def wait(seconds: float) -> int:
    print("waiting", flush=True)
    time.sleep(seconds)
    return 1
