"""A dynamic task, part of which fails as long as a file is missing, and a map."""

from pathlib import Path

from flyweight import dynamic, map_task, task, workflow


@task
def plus(x: int) -> int:
    return x + 1


@task
def needs(x: int, file: str) -> int:
    if not Path(file).exists():
        raise ValueError(f"{file} is not there yet")
    return x


@dynamic
def draw(x: int, file: str) -> int:
    return needs(x=plus(x=x), file=file)


@workflow
def drawn(x: int, file: str) -> int:
    return plus(x=draw(x=x, file=file))


@workflow
def listed() -> list[int]:
    return map_task(plus)(x=[10, 20, 30])
