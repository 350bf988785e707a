from pathlib import Path

from flyweight import task, workflow


@task
def plus(x: int) -> int:
    result = x + 1
    print("ran")
    return result


@task
def needs(x: int, file: str) -> int:
    if not Path(file).exists():
        raise ValueError(f"{file} is not there yet")
    return x


@workflow
def wf(x: int, file: str) -> int:
    return needs(x=plus(x=x), file=file)
