"""Registered tasks and launch plans as nodes."""

from flytekit import reference_launch_plan, reference_task, task, workflow


@reference_task(project="p", domain="d", name="there.train", version="v1")
def train(x: int) -> int: ...


@reference_launch_plan(project="p", domain="d", name="there.plan", version="v2")
def deploy(x: int) -> str: ...


@task
def show(text: str) -> str:
    return text


@workflow
def wf(x: int) -> str:
    return show(text=deploy(x=train(x=x)))
