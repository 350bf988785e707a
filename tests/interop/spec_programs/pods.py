"""Pods of the kubernetes package: on tasks, programs and nodes; volumes, sidecars, resources and environment."""

from flytekit import ContainerTask, PodTemplate, Resources, kwtypes, map_task, task, workflow
from kubernetes.client import (
    V1Container,
    V1EmptyDirVolumeSource,
    V1EnvVar,
    V1PodSpec,
    V1ResourceRequirements,
    V1Toleration,
    V1Volume,
    V1VolumeMount,
)

FULL = PodTemplate(
    pod_spec=V1PodSpec(
        containers=[
            V1Container(
                name="main",
                image="registry/own:1",
                env=[V1EnvVar(name="D", value="pod")],
                resources=V1ResourceRequirements(requests={"cpu": "1"}, limits={"memory": "1Gi"}),
                volume_mounts=[V1VolumeMount(name="scratch", mount_path="/scratch")],
            ),
            V1Container(name="side", image="{{.image.trainer}}"),
        ],
        volumes=[V1Volume(name="scratch", empty_dir=V1EmptyDirVolumeSource(medium="Memory"))],
        tolerations=[V1Toleration(key="gpu", operator="Exists", effect="NoSchedule")],
        termination_grace_period_seconds=30,
    ),
    primary_container_name="main",
    labels={"team": "a"},
    annotations={"note": "b"},
)


@task(pod_template=FULL)
def full(x: int) -> int:
    return x


@task(pod_template=FULL, requests=Resources(cpu="2", mem="3Gi"), limits=Resources(mem="4Gi"), environment={"C": "task"})
def with_resources(x: int) -> int:
    return x


@task(pod_template=PodTemplate(), container_image="registry/task:2")
def empty(x: int) -> int:
    return x


@task(pod_template=PodTemplate(pod_spec=V1PodSpec(containers=[V1Container(name="side", image="side:1")])))
def beside(x: int) -> int:
    return x


@task
def plain(x: int) -> int:
    return x


program = ContainerTask(
    name="pods.program",
    image="alpine:3",
    command=["run"],
    arguments=["{{.inputs.x}}"],
    inputs=kwtypes(x=int),
    outputs=kwtypes(y=int),
    input_data_dir="/in",
    output_data_dir="/out",
    pod_template=FULL,
)


@workflow
def wf(x: int) -> int:
    y = beside(x=empty(x=with_resources(x=full(x=x))))
    return plain(x=y).with_overrides(pod_template=FULL)


@workflow
def programs(x: int, xs: list[int]) -> int:
    map_task(full)(x=xs)
    return program(x=x)


COMPILED = ("wf", "programs")
RUNS = (("wf", {"x": 3}),)
