"""A workflow step by step inside another, with a policy, a handler of failures, and outputs that are collected."""

from typing import List, Optional

from flytekit import Workflow, WorkflowFailurePolicy, task
from flytekit.types.error import FlyteError


@task
def double(x: int) -> int:
    return 2 * x


@task
def collect(xs: List[int]) -> int:
    return sum(xs)


@task
def clean(x: int, err: Optional[FlyteError] = None): ...


inner = Workflow(name="choice.inner", failure_policy=WorkflowFailurePolicy.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE)
given = inner.add_workflow_input("x", int)
picked = inner.add_entity(double, x=given).outputs["o0"]
inner.add_workflow_output("out", picked)

wf = Workflow(name="choice.outer")
x = wf.add_workflow_input("x", int)
first = wf.add_subwf(inner, x=x)
second = wf.add_entity(double, x=first.outputs["out"])
total = wf.add_entity(collect, xs=[first.outputs["out"], second.outputs["o0"], x, 7])
wf.add_workflow_output("total", total.outputs["o0"])
wf.add_workflow_output("all", [second.outputs["o0"], x], python_type=List[int])
wf.add_on_failure_handler(clean)
COMPILED = ("inner", "wf")
RUNS = (("wf", {"x": 5}), ("wf", {"x": 1}), ("wf", {"x": 2}))
