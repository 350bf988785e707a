"""with_overrides in each form."""

from datetime import timedelta

from flytekit import Resources, task, workflow


@task(retries=1, timeout=60, interruptible=True)
def work(x: int) -> int:
    return x


@workflow
def wf(x: int) -> int:
    a = work(x=x).with_overrides(node_name="My_First.node", name="shown", retries=5, timeout=timedelta(seconds=3))
    b = work(x=a).with_overrides(limits=Resources(cpu="2", mem="1Gi"), container_image="other:1", interruptible=False)
    return work(x=b).with_overrides(cache=True, cache_version="2", cache_serialize=True, aliases={"o0": "result"})


RUNS = (("wf", {"x": 2}),)
