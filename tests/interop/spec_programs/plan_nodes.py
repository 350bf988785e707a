"""Launch plans as nodes: ordered, with settings, without outputs, and of a workflow that is a node too."""

from flytekit import LaunchPlan, task, workflow


@task
def double(x: int) -> int:
    return 2 * x


@task
def silent(x: int): ...


@workflow(interruptible=True)
def base(x: int, y: int = 3) -> int:
    return double(x=x)


@workflow
def quiet(x: int):
    silent(x=x)


base_plan = LaunchPlan.get_or_create(base)
quiet_plan = LaunchPlan.get_or_create(quiet, "quiet-plan")
RUNS = (("wf", {"x": 4}),)


@workflow
def wf(x: int) -> int:
    first = quiet_plan(x=x)
    second = base_plan(x=base(x=x)).with_overrides(node_name="planned", name="shown")
    first >> second
    return second
