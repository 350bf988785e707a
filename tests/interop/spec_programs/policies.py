"""Failure policy, interruptible workflow, failure handler."""

from typing import Optional

from flytekit import WorkflowFailurePolicy, task, workflow


@task
def work(x: int) -> int:
    return x


@task
def clean(x: int, note: Optional[str] = None): ...


@workflow(
    failure_policy=WorkflowFailurePolicy.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE, interruptible=True, on_failure=clean
)
def wf(x: int) -> int:
    work(x=1)
    return work(x=x)


RUNS = (("wf", {"x": 3}),)
