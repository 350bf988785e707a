"""Resources alone and in pairs; requests alone, limits alone; storage; on nodes too."""

from flytekit import Resources, task, workflow


@task(requests=Resources(cpu="1", mem="1024"))
def numbers(x: int) -> int:
    return x


@task(limits=Resources(cpu="0.5", mem="2Gi"))
def limited(x: int) -> int:
    return x


@task(resources=Resources(cpu=("1", "2"), mem=("1Gi", "2Gi"), gpu=("1", "1"), ephemeral_storage="10Gi"))
def pairs(x: int) -> int:
    return x


@task(resources=Resources(gpu="1"))
def one_gpu(x: int) -> int:
    return x


@task(requests=Resources(cpu="100m", ephemeral_storage="10"))
def small(x: int) -> int:
    return x


RUNS = (("wf", {"x": 2}),)


@workflow
def wf(x: int) -> int:
    a = numbers(x=x).with_overrides(requests=Resources(cpu="3"))
    b = limited(x=a).with_overrides(resources=Resources(cpu=("1", "4"), mem="3Gi"))
    c = pairs(x=b).with_overrides(limits=Resources(gpu="2"), shared_memory="5Gi")
    return small(x=one_gpu(x=c)).with_overrides(requests=Resources(mem=5), limits=Resources(mem=6))
