"""Nodes of cases with settings of their own."""

from flytekit import Resources, conditional, task, workflow


@task(retries=1)
def double(x: int) -> int:
    return 2 * x


RUNS = (("wf", {"x": 1}), ("wf", {"x": -1}))


@workflow
def wf(x: int) -> int:
    return (
        conditional("sign")
        .if_(x > 0)
        .then(double(x=x).with_overrides(retries=4, name="positive", limits=Resources(cpu="2")))
        .else_()
        .then(double(x=3).with_overrides(node_name="other-case", interruptible=True))
    )
