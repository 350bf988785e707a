"""Accelerators whole, in parts and by name, on tasks and on calls of them."""

from flytekit import Resources, map_task, task, workflow
from flytekit.extras.accelerators import A100, A100_80GB, T4, V5E, GPUAccelerator


@task(accelerator=T4, limits=Resources(gpu="1"), shared_memory="2Gi")
def simple(x: int) -> int:
    return x


@task(accelerator=A100.partition_2g_10gb)
def part(x: int) -> int:
    return x


@task(accelerator=A100.unpartitioned, shared_memory=True)
def whole(x: int) -> int:
    return x


@task(accelerator=GPUAccelerator("my-gpu"))
def named(x: int) -> int:
    return x


@workflow
def wf(x: int) -> list[int]:
    a = named(x=whole(x=part(x=simple(x=x))))
    b = simple(x=a).with_overrides(accelerator=A100_80GB.partitioned("9g.90gb"))
    c = simple(x=b).with_overrides(accelerator=V5E.slice_2x2, shared_memory=True, task_config=None)
    named(x=c).with_overrides(accelerator=A100)
    return map_task(part)(x=[1, 2]).with_overrides(accelerator=T4)


RUNS = (("wf", {"x": 3}),)
