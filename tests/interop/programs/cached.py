"""Tasks of the stock flytekit that are cached, tried again, or take too long, and workflows that lack a file."""

import functools
import time
from datetime import timedelta
from pathlib import Path

from flytekit import Cache, dynamic, map_task, task, workflow
from flytekit.exceptions.user import FlyteRecoverableException


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


@dynamic
def draw(x: int, notes: str, file: str) -> int:
    note(notes, -x)
    return needs(x=square(x=x, notes=notes), file=file)


@workflow
def draws(x: int, notes: str, file: str) -> int:
    return draw(x=x, notes=notes, file=file)


@task(retries=2)
def stubborn(x: int, notes: str) -> int:
    note(f"{notes}-{x}", x)
    if len(Path(f"{notes}-{x}").read_text().split()) < 2:
        raise FlyteRecoverableException(f"{x} is not ready")
    return x


@workflow
def tried_wf(xs: list[int], notes: str) -> tuple[int, list[int]]:
    return stubborn(x=7, notes=notes), map_task(functools.partial(stubborn, notes=notes))(x=xs)


@task(timeout=timedelta(seconds=1))
def hang() -> None:
    time.sleep(600)


@workflow
def hung_wf() -> None:
    hang()
