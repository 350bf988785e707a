"""Takes the container of a task out of its Kubernetes pod: here a process runs, and no pod."""

from typing import Any

from flyteidl.core import literals_pb2, tasks_pb2
from google.protobuf import json_format

_PRIMARY = "primary_container_name"
_RESOURCES = {name.lower().replace("_", "-"): name for name, value in tasks_pb2.Resources.ResourceName.items() if value}


def with_container(task: tasks_pb2.TaskTemplate) -> tasks_pb2.TaskTemplate:
    """Give a task whose pod's primary container is its container; one that has no pod is given back as it is."""
    if task.WhichOneof("target") != "k8s_pod":
        return task
    changed = tasks_pb2.TaskTemplate()
    changed.CopyFrom(task)
    try:
        made = _container(task)
    except (AttributeError, KeyError, TypeError, ValueError):
        made = (
            tasks_pb2.Container()
        )  # no pod that a cluster would take: refused where it is to run, for want of an image
    changed.container.CopyFrom(made)
    return changed


def _container(task: tasks_pb2.TaskTemplate) -> tasks_pb2.Container:
    spec: dict[str, Any] = json_format.MessageToDict(task.k8s_pod.pod_spec)
    name = task.config.get(_PRIMARY, "") or task.k8s_pod.primary_container_name
    listed: list[dict[str, Any]] = spec.get("containers", [])
    primary = next((one for one in listed if one["name"] == name), listed[0] if listed else {})
    asked: dict[str, dict[str, object]] = primary.get("resources", {})
    # What comes from the cluster's own objects (valueFrom) is not here.
    env = [
        literals_pb2.KeyValuePair(key=pair["name"], value=pair["value"])
        for pair in primary.get("env", [])
        if "value" in pair
    ]
    return tasks_pb2.Container(
        image=primary.get("image", ""),
        command=primary.get("command", []),
        args=primary.get("args", []),
        env=env,
        resources=tasks_pb2.Resources(
            requests=_entries(asked.get("requests", {})), limits=_entries(asked.get("limits", {}))
        ),
        data_config=task.k8s_pod.data_config,
    )


def _entries(quantities: dict[str, object]) -> list[tasks_pb2.Resources.ResourceEntry]:
    return [
        tasks_pb2.Resources.ResourceEntry(name=_RESOURCES[name], value=str(amount))
        for name, amount in quantities.items()
        if name in _RESOURCES
    ]
