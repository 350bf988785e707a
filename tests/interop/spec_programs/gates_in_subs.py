"""Gates inside a workflow inside, before and after other nodes, and of structured types."""

from datetime import timedelta

from flytekit import approve, sleep, task, wait_for_input, workflow


@task
def total(xs: list[int]) -> int:
    return sum(xs)


@task
def say(): ...


@workflow
def inner(n: int) -> int:
    numbers = wait_for_input("numbers", timeout=timedelta(minutes=1), expected_type=list[int])
    return total(xs=numbers)


@workflow
def wf(n: int) -> int:
    first = say()
    pause = sleep(timedelta(milliseconds=1500))
    found = inner(n=n)
    first >> pause
    pause >> found
    flag = wait_for_input("flag", timeout=timedelta(days=1), expected_type=bool)
    found >> flag
    return approve(total(xs=[found]), "last word", timeout=timedelta(seconds=5))
