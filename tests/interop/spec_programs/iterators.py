"""Iterators as collections, and of JSON as files of lines."""

from typing import Iterator

from flytekit import task, workflow
from flytekit.types.iterator import JSON


@task
def count(n: int) -> Iterator[int]:
    yield from range(n)


@task
def total(xs: Iterator[int]) -> int:
    return sum(xs)


@task
def lines(n: int) -> Iterator[JSON]:
    for i in range(n):
        yield {"i": i}


@task
def read(rows: Iterator[JSON]) -> int:
    return sum(row["i"] for row in rows)


@workflow
def wf(n: int) -> tuple[int, int]:
    return total(xs=count(n=n)), read(rows=lines(n=n))


RUNS = (("wf", {"n": 4}),)
