"""Overrides on every kind of node: task, workflow, launch plan, map; ids that must be made valid; several in one."""

from flytekit import LaunchPlan, Resources, map_task, task, workflow


@task
def double(x: int) -> int:
    return 2 * x


@task
def pair(x: int) -> tuple[int, str]:
    return x, ""


@workflow
def sub(x: int) -> int:
    return double(x=x)


plan = LaunchPlan.get_or_create(sub, "node-settings-plan")


@workflow
def wf(x: int) -> int:
    a = double(x=x).with_overrides(node_name="CamelCase_and.dots")
    b = sub(x=a).with_overrides(name="A shown name", interruptible=True, retries=3)
    c = plan(x=b).with_overrides(interruptible=False, retries=2, timeout=30)
    d, _ = pair(x=c).with_overrides(retries=1, cache=True, cache_version="v")
    e = map_task(double)(x=[d]).with_overrides(requests=Resources(cpu="1"), container_image="map:1")
    return double(x=e[0]).with_overrides(container_image="one:2").with_overrides(retries=6)
