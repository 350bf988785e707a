"""Workflows put together step by step: launch plans, ordered nodes, dictionaries, several outputs, defaults inside."""

from flytekit import LaunchPlan, Workflow, task, workflow


@task
def double(x: int, by: int = 2) -> int:
    return by * x


@task
def named(table: dict[str, int]) -> tuple[int, str]:
    return sum(table.values()), ",".join(table)


@task
def say(): ...


@workflow
def sub(x: int) -> int:
    return double(x=x)


plan = LaunchPlan.get_or_create(sub, "imperative-plan")
wf = Workflow(name="imperative.more")
x = wf.add_workflow_input("x", int)
first = wf.add_entity(say)
second = wf.add_launch_plan(plan, x=x)
third = wf.add_task(named, table={"a": second.outputs["o0"], "b": x, "c": 3})
fourth = wf.add_entity(double, x=third.outputs["o0"], by=9)
first.runs_before(second)
fourth.with_overrides(retries=2, node_name="fourth")
wf.add_workflow_output("total", third.outputs["o0"])
wf.add_workflow_output("names", third.outputs["o1"])
wf.add_workflow_output("table", {"a": fourth.outputs["o0"], "b": x}, python_type=dict[str, int])
RUNS = (("wf", {"x": 2}),)
