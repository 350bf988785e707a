"""A workflow put together step by step."""

from flytekit import Workflow, WorkflowFailurePolicy, task, workflow


@task
def double(x: int) -> int:
    return 2 * x


@task
def total(xs: list[int]) -> int:
    return sum(xs)


@task
def clean(x: int): ...


@workflow
def sub(x: int) -> int:
    return double(x=x)


wf = Workflow(
    name="imperative.wf", failure_policy=WorkflowFailurePolicy.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE, interruptible=True
)
x = wf.add_workflow_input("x", int)
first = wf.add_entity(double, x=x)
second = wf.add_subwf(sub, x=first.outputs["o0"])
third = wf.add_task(total, xs=[first.outputs["o0"], second.outputs["o0"], 3])
wf.add_workflow_output("out", third.outputs["o0"])
wf.add_workflow_output("both", [first.outputs["o0"], second.outputs["o0"]], python_type=list[int])
wf.add_on_failure_handler(clean)


RUNS = (("wf", {"x": 2}),)
