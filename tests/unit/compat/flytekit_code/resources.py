from datetime import timedelta

from flytekit import Resources, Secret, task, workflow


@task(
    requests=Resources(cpu="2", mem="100Mi"),
    limits=Resources(mem="200Mi"),
    retries=2,
    timeout=timedelta(minutes=5),
    interruptible=True,
    environment={"MODE": "fast"},
    container_image="ghcr.io/acme/train:v1",
)
def count_unique(xs: list[int]) -> int:
    import os

    assert os.environ["MODE"] == "fast"
    return len(set(xs))


@workflow
def wf(xs: list[int] = [1, 1, 2]) -> int:
    return count_unique(xs=xs).with_overrides(limits=Resources(cpu="6", mem="500Mi"), retries=3)
