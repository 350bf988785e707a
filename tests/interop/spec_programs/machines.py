"""Resources, images, environment, secrets, accelerators, metadata."""

from datetime import timedelta

from flytekit import Resources, Secret, task, workflow


@task(
    requests=Resources(cpu="1", mem="500Mi"),
    limits=Resources(cpu="2", mem="1Gi", gpu="1", ephemeral_storage="5Gi"),
    environment={"B": "task", "C": "task"},
    timeout=timedelta(minutes=5),
    interruptible=False,
    deprecated="use another",
    pod_template_name="big",
)
def big(x: int) -> int:
    return x


@task(
    resources=Resources(cpu=("1", "2"), mem="2Gi"),
    container_image="{{.image.trainer.fqn}}:{{.image.trainer.version}}",
    secret_requests=[
        Secret(group="db", key="password"),
        Secret(group="g", key="k", mount_requirement=Secret.MountType.ENV_VAR),
    ],
    labels={"team": "x"},
    annotations={"a": "b"},
    shared_memory=True,
)
def other(x: int) -> int:
    return x


@workflow
def wf(x: int) -> int:
    return other(x=big(x=x))


RUNS = (("wf", {"x": 3}),)
