"""Gates: an approval, values from outside, a pause, and their order."""

from datetime import timedelta

from flytekit import approve, sleep, task, wait_for_input, workflow


@task
def first(a: int) -> int:
    return a + 2


@task
def second(a: str, b: int) -> str:
    return a * b


@workflow
def wf(a: int) -> str:
    x = first(a=a)
    name = wait_for_input("my-name", timeout=timedelta(hours=1), expected_type=str)
    pause = sleep(timedelta(seconds=10))
    number = wait_for_input("my-number", timeout=timedelta(minutes=3), expected_type=int)
    passed = approve(second(a=name, b=number), "ok?", timeout=timedelta(hours=2))
    x >> pause
    pause >> name
    return passed
