"""Workflows in workflows: without outputs, ordered, with settings, with constants, defaults and parts of results."""

from flytekit import WorkflowFailurePolicy, task, workflow


@task
def add(a: int, b: int = 1) -> int:
    return a + b


@task
def items() -> dict[str, int]:
    return {"a": 5}


@workflow
def quiet(a: int):
    add(a=a)


@workflow(failure_policy=WorkflowFailurePolicy.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE)
def leaf(a: int, b: int = 7) -> tuple[int, int]:
    return add(a=a, b=b), b


@workflow
def middle(a: int = 2) -> int:
    x, _ = leaf(a=a)
    y, _ = leaf(a=3, b=x)
    return y


RUNS = (("wf", {}), ("wf", {"a": 10}), ("middle", {}))


@workflow
def wf(a: int = 1) -> tuple[int, int]:
    first = quiet(a=a)
    made = items()
    second = middle(a=made["a"])
    third, _ = leaf(a=second)
    first >> second
    named = middle().with_overrides(node_name="named-middle", name="shown middle")
    return third, named
