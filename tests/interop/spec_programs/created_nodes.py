"""create_node for each entity: by name, with outputs of each form, ordered."""

from typing import NamedTuple

from flytekit import LaunchPlan, task, workflow
from flytekit.core.node_creation import create_node


class Pair(NamedTuple):
    left: int
    right: str


@task
def pair(x: int) -> Pair:
    return Pair(x, "r")


@task
def unnamed(x: int) -> tuple[int, str]:
    return x, "u"


@task
def silent(): ...


@workflow
def sub(x: int) -> int:
    return pair(x=x).left


plan = LaunchPlan.get_or_create(sub, "created-plan")


@workflow
def wf(x: int) -> tuple[int, str, int]:
    quiet = create_node(silent)
    first = create_node(pair, x=x)
    second = create_node(unnamed, x=first.left)
    third = create_node(sub, x=second.o0)
    fourth = create_node(plan, x=third.o0)
    quiet >> first
    quiet >> fourth
    return fourth.o0, second.o1, third.o0


RUNS = (("wf", {"x": 3}),)
