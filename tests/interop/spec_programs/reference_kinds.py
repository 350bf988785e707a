"""Registered entities as nodes: tasks with overrides, launch plans with defaults and without outputs."""

from typing import NamedTuple

from flytekit import reference_launch_plan, reference_task, task, workflow


class Pair(NamedTuple):
    left: int
    right: str


@reference_task(project="p", domain="d", name="there.pair", version="v1")
def pair(x: int) -> Pair: ...


@reference_task(project="other", domain="staging", name="there.quiet", version="v1")
def quiet(x: int): ...


@reference_launch_plan(project="p", domain="d", name="there.plan", version="v2")
def plan(x: int, note: str): ...


@task
def use(x: int) -> int:
    return x


@workflow
def wf(x: int) -> int:
    found = pair(x=x)
    first = quiet(x=found.left).with_overrides(retries=3, node_name="quiet-there")
    second = plan(x=x, note=found.right)
    first >> second
    return use(x=found.left)
