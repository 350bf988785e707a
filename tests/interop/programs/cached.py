"""Cached tasks of the stock flytekit, and a workflow that fails until a file is there."""

import functools
import time
from pathlib import Path

from flytekit import Cache, map_task, task, workflow


def note(notes: str, x: int) -> None:
    with Path(notes).open("a") as file:
        file.write(f"{x}\n")


@task(cache=True, cache_version="1", cache_ignore_input_vars=("notes",))
def square(x: int, notes: str) -> int:
    note(notes, x)
    return x * x


@task(cache=Cache(version="1", serialize=True))
def slow_square(x: int, notes: str) -> int:
    note(notes, x)
    time.sleep(1)
    return x * x


@task
def needs(x: int, file: str) -> int:
    if not Path(file).exists():
        raise ValueError(f"{file} is not there yet")
    return x + 1


@workflow
def cached_wf(x: int, notes: str) -> int:
    return square(x=x, notes=notes)


@workflow
def serial_wf(x: int, notes: str) -> int:
    return slow_square(x=x, notes=notes)


@workflow
def mapped_wf(xs: list[int], notes: str) -> list[int]:
    return map_task(functools.partial(square, notes=notes))(x=xs)


@workflow
def mends(x: int, notes: str, file: str) -> int:
    return needs(x=square(x=x, notes=notes), file=file)
