"""The shapes that are timed: one task, a fan-out of no-ops, a chain, a map."""

import time

from flyweight import map_task, task, workflow


@task
def one(number: int = 0) -> int:
    return number


@task
def nothing(number: int) -> int:
    return number


@task
def last(numbers: list[int]) -> int:
    return len(numbers)


@task
def slow(number: int) -> int:
    time.sleep(0.02)
    return number


@workflow
def fan_out_1000() -> int:
    return last(numbers=[nothing(number=i) for i in range(1000)])


@workflow
def chain_200() -> int:
    number = nothing(number=0)
    for _ in range(199):
        number = nothing(number=number)
    return number


@task
def count(to: int) -> list[int]:
    return list(range(to))


@workflow
def map_10000() -> int:
    return last(numbers=map_task(nothing)(number=count(to=10_000)))


@workflow
def map_100000() -> int:
    return last(numbers=map_task(nothing)(number=count(to=100_000)))


@workflow
def fan_out_10000() -> int:
    return last(numbers=[nothing(number=i) for i in range(10_000)])


@workflow
def chain_500() -> int:
    number = nothing(number=0)
    for _ in range(499):
        number = nothing(number=number)
    return number


@workflow
def slow_fan_out_10000() -> int:
    return last(numbers=[slow(number=i) for i in range(10_000)])
