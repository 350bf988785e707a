"""A task with a pod runs as its primary container's process; a pod that no cluster would take does no harm."""

import pytest
from flyteidl.core import tasks_pb2
from google.protobuf import json_format, struct_pb2

from flyweight.engine.pods import with_container

PRIMARY = {
    "name": "main",
    "image": "train:1",
    "command": ["run"],
    "args": ["fast"],
    "env": [{"name": "A", "value": "1"}, {"name": "NODE", "valueFrom": {"fieldRef": {}}}],
    "resources": {"limits": {"memory": "1Gi", "nvidia.com/gpu": "1"}, "requests": {"cpu": 2.0}},
}


def podded(spec: dict[str, object], primary: str = "main") -> tasks_pb2.TaskTemplate:
    pod = tasks_pb2.K8sPod(pod_spec=json_format.ParseDict(spec, struct_pb2.Struct()))
    pod.data_config.enabled = True
    return tasks_pb2.TaskTemplate(k8s_pod=pod, config={"primary_container_name": primary})


def test_the_primary_container_is_the_tasks() -> None:
    task = podded({"containers": [{"name": "side", "image": "side:1"}, PRIMARY]})
    made = with_container(task).container
    assert (made.image, list(made.command), list(made.args)) == ("train:1", ["run"], ["fast"])
    assert {pair.key: pair.value for pair in made.env} == {"A": "1"}
    (limit,) = made.resources.limits
    assert (limit.name, limit.value) == (tasks_pb2.Resources.MEMORY, "1Gi")
    assert made.data_config.enabled
    assert task.WhichOneof("target") == "k8s_pod"


def test_a_task_without_a_pod_stays_what_it_is() -> None:
    task = tasks_pb2.TaskTemplate(container=tasks_pb2.Container(image="x"))
    assert with_container(task) is task


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"containers": "main"},
        {"containers": [["main"]]},
        {"containers": [{}]},
        {"containers": [{"name": "main", "env": [1], "resources": []}]},
        {"containers": [{"name": "main", "command": 3}]},
    ],
)
def test_a_pod_that_makes_no_sense_names_no_image(spec: dict[str, object]) -> None:
    assert not with_container(podded(spec)).container.image
