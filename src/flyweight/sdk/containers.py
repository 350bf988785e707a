"""Turns a task's settings into the container that runs it, on the wire: image, arguments, environment, resources."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flyteidl.core import literals_pb2, tasks_pb2

from flyweight.sdk.resources import Resources
from flyweight.sdk.wire import OnTheWire, message_of

if TYPE_CHECKING:
    from flyweight.compile.settings import SerializationSettings
    from flyweight.sdk.options import TaskOptions

ENTRY_POINT = (
    *("python", "-m", "flyweight.runtime.execute"),
    *("--inputs", "{{.input}}"),
    *("--output-prefix", "{{.outputPrefix}}"),
    *("--raw-output-data-prefix", "{{.rawOutputDataPrefix}}"),
    *("--checkpoint-path", "{{.checkpointOutputPrefix}}"),
    *("--prev-checkpoint", "{{.prevCheckpointPrefix}}"),
)


def container(
    options: "TaskOptions", settings: "SerializationSettings", arguments: list[str], more: Mapping[str, str]
) -> tasks_pb2.Container:
    """Give the container of a task that runs our entry point, or another program, with these arguments."""
    asked, limits = options.requests, options.limits
    if not (asked.entries() or limits.entries()):
        asked, limits = settings.default_resources or asked, settings.default_limits or limits
    return tasks_pb2.Container(
        image=settings.image_config.resolve(options.container_image),
        args=arguments,
        env=environment(settings.env, options.environment, more),
        resources=resources(asked, limits),
    )


def bundle_arguments(settings: "SerializationSettings") -> tuple[str, ...]:
    """Say where the code bundle is, if there is one."""
    if not settings.bundle_uri:
        return ()
    return ("--bundle", settings.bundle_uri, "--dest-dir", settings.destination_dir)


def resources(requests: Resources, limits: Resources) -> tasks_pb2.Resources:
    """Give requests and limits on the wire."""
    return tasks_pb2.Resources(requests=_entries(requests), limits=_entries(limits))


def extended_resources(
    accelerator: OnTheWire | None,
    shared_memory: bool | str | None,  # noqa: FBT001 - a size, or just yes
) -> tasks_pb2.ExtendedResources | None:
    """Give accelerator and shared memory on the wire, or nothing when neither is asked for."""
    if accelerator is None and not shared_memory:
        return None
    made = tasks_pb2.ExtendedResources()
    if accelerator is not None:
        made.gpu_accelerator.CopyFrom(message_of("`accelerator`", accelerator, "flyteidl.core.GPUAccelerator"))
    if shared_memory:
        made.shared_memory.mount_path = "/dev/shm"  # noqa: S108 - where Flyte mounts shared memory
        made.shared_memory.mount_name = "flyte-shared-memory"
        if isinstance(shared_memory, str):
            made.shared_memory.size_limit = shared_memory
    return made


def environment(*layers: Mapping[str, str]) -> list[literals_pb2.KeyValuePair]:
    """Give environment variables on the wire; a later layer wins."""
    merged: dict[str, str] = {}
    for layer in layers:
        merged.update(layer)
    return [literals_pb2.KeyValuePair(key=key, value=value) for key, value in merged.items()]


def _entries(asked: Resources) -> list[tasks_pb2.Resources.ResourceEntry]:
    return [tasks_pb2.Resources.ResourceEntry(name=name, value=value) for name, value in asked.entries().items()]
