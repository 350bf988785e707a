"""``PodTemplate``: the Kubernetes pod that a task runs in, with the task's own container put into it."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any

from flyteidl.core import tasks_pb2
from google.protobuf import json_format, struct_pb2

from flyweight.errors import InvalidInput
from flyweight.sdk.image import ImageSpec


@dataclass(frozen=True, slots=True)
class PodTemplate:
    """A pod for a task: volumes, sidecars, tolerations and whatever else a pod may say.

    ``pod_spec`` is a ``V1PodSpec`` of the ``kubernetes`` package, or a mapping as in a YAML manifest. Of the container
    that bears the primary name, image, resources and environment are kept, and the task's own are merged in.

    Args:
        pod_spec: a ``V1PodSpec``, or a mapping.
        primary_container_name: the container in which the task runs.
        labels: of the pod; none by default.
        annotations: of the pod; none by default.

    Raises:
        InvalidInput: the spec is of another kind, or the primary container has no name.

    """

    pod_spec: Any = None
    primary_container_name: str = "primary"
    labels: Mapping[str, str] | None = None
    annotations: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.pod_spec, Mapping | NoneType) and not hasattr(self.pod_spec, "attribute_map"):
            raise InvalidInput(f"`pod_spec` takes a V1PodSpec, or a mapping as in a manifest, not {self.pod_spec!r}.")
        if not self.primary_container_name:
            raise InvalidInput("A PodTemplate needs the name of its primary container, in which the task runs.")

    def version_hash(self) -> str:
        """Give a digest of what it says, for versions that depend on it."""
        parts = (manifest(self.pod_spec), self.primary_container_name, self.labels, self.annotations)
        return hashlib.sha256(json.dumps(parts, sort_keys=True, default=dict).encode()).hexdigest()


def pod(template: PodTemplate, own: tasks_pb2.Container, image: Callable[[str | None], str]) -> tasks_pb2.K8sPod:
    """Give a template's pod on the wire, with the task's container as the primary one."""
    spec = pod_spec(template, image)
    containers: list[dict[str, Any]] = spec["containers"]
    primary: dict[str, Any] | None = next(
        (one for one in containers if one["name"] == template.primary_container_name), None
    )
    if primary is None:
        primary = {"name": template.primary_container_name}
        containers.append(primary)
    primary.setdefault("image", own.image)
    primary["command"], primary["args"] = list(own.command), list(own.args)
    asked = {
        "limits": _quantities(own.resources.limits),
        "requests": _quantities(own.resources.requests),
    }
    if any(asked.values()):
        primary["resources"] = asked
    primary["env"] = [{"name": pair.key, "value": pair.value} for pair in own.env] + primary.get("env", [])
    return tasks_pb2.K8sPod(
        pod_spec=json_format.ParseDict(spec, struct_pb2.Struct()),
        metadata=tasks_pb2.K8sObjectMetadata(labels=template.labels, annotations=template.annotations),
    )


def pod_spec(template: PodTemplate, image: Callable[[str | None], str]) -> dict[str, Any]:
    """Give a template's pod as a manifest, images by their full names."""
    spec: dict[str, Any] = manifest(template.pod_spec) or {}
    spec["containers"] = [*spec.get("containers", [])]
    for container in spec["containers"]:
        if container.get("image") or container["name"] != template.primary_container_name:
            container["image"] = image(container.get("image"))
    return spec


def manifest(value: Any) -> Any:
    """Give Kubernetes' objects as in a manifest: names in camelCase, nothing that is not set.

    Raises:
        InvalidInput: a value has no form in a manifest.

    """
    names: Mapping[str, str] | None = getattr(value, "attribute_map", None)  # of every model of the kubernetes package
    if names is not None:
        found = {name: getattr(value, attribute) for attribute, name in names.items()}
        return {name: manifest(one) for name, one in found.items() if one is not None}
    match value:
        case str() | bool() | int() | float() | None:
            return value
        case dt.datetime() | dt.date():
            return value.isoformat()
        case ImageSpec():
            return value.image_name()
        case Mapping():
            return {str(key): manifest(one) for key, one in value.items()}
        case Sequence():
            return [manifest(one) for one in value]
        case _:
            raise InvalidInput(f"A pod template cannot hold {value!r}.")


def _quantities(entries: Sequence[tasks_pb2.Resources.ResourceEntry]) -> dict[str, str]:
    """Give quantities by the names that Flyte's clusters know: a plain ``gpu`` is theirs to translate."""
    names = tasks_pb2.Resources.ResourceName
    return {names.Name(entry.name).lower().replace("_", "-"): entry.value for entry in entries}
