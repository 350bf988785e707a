"""Turns a task into a flyteidl TaskSpec: metadata, typed interface, and a complete Flyte container."""

import datetime as dt
import json
from collections.abc import Mapping

from flyteidl.admin import description_entity_pb2
from flyteidl.admin import task_pb2 as admin_task_pb2
from flyteidl.core import identifier_pb2, interface_pb2, literals_pb2, security_pb2, tasks_pb2
from google.protobuf.duration_pb2 import Duration

from flyweight.compile.settings import PACKAGE_VERSION, SerializationSettings
from flyweight.errors import InvalidInput
from flyweight.sdk.docstring import Docstring
from flyweight.sdk.dynamic import Dynamic
from flyweight.sdk.interface import Interface
from flyweight.sdk.naming import variable_of
from flyweight.sdk.options import Documented, TaskOptions
from flyweight.sdk.resources import Accelerator, Resources
from flyweight.sdk.task import Task
from flyweight.types.interface import typed_interface

FLAVOR = "flyweight"
"""``metadata.runtime.flavor`` of our tasks: a platform that knows it runs them in warm workers."""
CODE_DIGEST_TAG = "flyweight.code-digest"
COMPILED_WITH = "FLYWEIGHT_COMPILED_WITH"
"""The environment variable that tells a dynamic task with which images and variables it was compiled."""
DEFAULT_RESOLVER = "flyweight.runtime.resolver.default"
PICKLED_RESOLVER = "flyweight.runtime.resolver.pickled"

ENTRY_POINT = (
    *("python", "-m", "flyweight.runtime.execute"),
    *("--inputs", "{{.input}}"),
    *("--output-prefix", "{{.outputPrefix}}"),
    *("--raw-output-data-prefix", "{{.rawOutputDataPrefix}}"),
    *("--checkpoint-path", "{{.checkpointOutputPrefix}}"),
    *("--prev-checkpoint", "{{.prevCheckpointPrefix}}"),
)


def task_spec(task: Task[..., object], settings: SerializationSettings) -> admin_task_pb2.TaskSpec:
    """Give a task's spec.

    Raises:
        InvalidInput: the task is not at its module's top level, so that no worker could find it.
        TypeMismatch: an input's or output's type has no form on the wire.

    """
    template = tasks_pb2.TaskTemplate(
        id=task_identifier(task.name, settings),
        type=task.task_type,
        metadata=_metadata(task.options, settings),
        interface=interface(task.interface),
        container=_container(task, settings),
        security_context=_security(task.options),
        extended_resources=extended_resources(task.options.accelerator, task.options.shared_memory),
    )
    return admin_task_pb2.TaskSpec(
        template=template, description=description(task.interface.docstring, task.options.docs)
    )


def task_identifier(name: str, settings: SerializationSettings) -> identifier_pb2.Identifier:
    """Give the identifier that a task of ours is registered under."""
    return identifier_pb2.Identifier(
        resource_type=identifier_pb2.TASK,
        project=settings.project,
        domain=settings.domain,
        name=name,
        version=settings.version,
    )


def interface(native: Interface) -> interface_pb2.TypedInterface:
    """Give an interface on the wire, described by the docstring."""
    docstring = native.docstring
    outputs = dict(docstring.outputs)
    if len(outputs) == 1:  # one text speaks for all of them
        outputs = dict.fromkeys(native.outputs, *outputs.values())
    return typed_interface(native.inputs, native.outputs, docstring.inputs, outputs)


def description(docstring: Docstring, docs: Documented | None) -> description_entity_pb2.DescriptionEntity:
    """Give the texts for the console; what the user wrote into ``docs`` comes before the docstring."""
    long: object = getattr(docs, "long_description", None)
    link: object = getattr(getattr(docs, "source_code", None), "link", None)
    made = description_entity_pb2.DescriptionEntity(
        short_description=(docs.short_description if docs else None) or docstring.short,
        long_description=description_entity_pb2.Description(
            value=str(getattr(long, "value", long) or docstring.long) or None,
            format=description_entity_pb2.DESCRIPTION_FORMAT_RST,
        ),
    )
    if link:
        made.source_code.link = str(link)
    return made


def resources(requests: Resources, limits: Resources) -> tasks_pb2.Resources:
    """Give requests and limits on the wire."""
    return tasks_pb2.Resources(requests=_entries(requests), limits=_entries(limits))


def extended_resources(
    accelerator: Accelerator | None,
    shared_memory: bool | str | None,  # noqa: FBT001 - a size, or just yes
) -> tasks_pb2.ExtendedResources | None:
    """Give accelerator and shared memory on the wire, or nothing when neither is asked for."""
    if accelerator is None and not shared_memory:
        return None
    made = tasks_pb2.ExtendedResources()
    if accelerator is not None:
        made.gpu_accelerator.device = accelerator.device
        if accelerator.partition_size is not None:
            made.gpu_accelerator.partition_size = accelerator.partition_size
    if shared_memory:
        made.shared_memory.mount_path = "/dev/shm"  # noqa: S108 - where Flyte mounts shared memory
        made.shared_memory.mount_name = "flyte-shared-memory"
        if isinstance(shared_memory, str):
            made.shared_memory.size_limit = shared_memory
    return made


def duration(length: dt.timedelta) -> Duration | None:
    """Give a duration on the wire; none at all is nothing."""
    if not length:
        return None
    made = Duration()
    made.FromTimedelta(length)
    return made


def environment(*layers: Mapping[str, str]) -> list[literals_pb2.KeyValuePair]:
    """Give environment variables on the wire; a later layer wins."""
    merged: dict[str, str] = {}
    for layer in layers:
        merged.update(layer)
    return [literals_pb2.KeyValuePair(key=key, value=value) for key, value in merged.items()]


def _entries(asked: Resources) -> list[tasks_pb2.Resources.ResourceEntry]:
    return [tasks_pb2.Resources.ResourceEntry(name=name, value=value) for name, value in asked.entries().items()]


def _metadata(options: TaskOptions, settings: SerializationSettings) -> tasks_pb2.TaskMetadata:
    cache = options.cache
    made = tasks_pb2.TaskMetadata(
        discoverable=cache is not None,
        runtime=tasks_pb2.RuntimeMetadata(
            type=tasks_pb2.RuntimeMetadata.FLYTE_SDK, version=PACKAGE_VERSION, flavor=FLAVOR
        ),
        timeout=duration(options.timeout),
        retries=literals_pb2.RetryStrategy(retries=options.retries),
        discovery_version=options.cache_version,
        deprecated_error_message=options.deprecated,
        cache_serializable=cache.serialize if cache else False,
        pod_template_name=options.pod_template_name,
        cache_ignore_input_vars=cache.ignored if cache else (),
        metadata=tasks_pb2.K8sObjectMetadata(labels=options.labels, annotations=options.annotations),
    )
    made.generates_deck.value = options.enable_deck
    if settings.code_digest:
        made.tags[CODE_DIGEST_TAG] = settings.code_digest
    if options.interruptible is not None:
        made.interruptible = options.interruptible
    return made


def _container(task: Task[..., object], settings: SerializationSettings) -> tasks_pb2.Container:
    options = task.options
    asked = options.requests
    if settings.default_resources is not None and not (asked.entries() or options.limits.entries()):
        asked = settings.default_resources
    return tasks_pb2.Container(
        image=settings.image_config.resolve(options.container_image),
        args=[*ENTRY_POINT, *_bundle_arguments(settings), *_loader(task, settings)],
        env=environment(settings.env, options.environment, _kept_settings(task, settings)),
        resources=resources(asked, options.limits),
    )


def _kept_settings(task: Task[..., object], settings: SerializationSettings) -> Mapping[str, str]:
    """Give a dynamic task what it needs when it runs, to compile the tasks that it calls."""
    if not isinstance(task, Dynamic):
        return {}
    images = settings.image_config
    kept = {
        "image": images.default,
        "images": dict(images.by_name),
        "env": dict(settings.env),
        "destination": settings.destination_dir,
    }
    return {COMPILED_WITH: json.dumps(kept, sort_keys=True)}


def _bundle_arguments(settings: SerializationSettings) -> tuple[str, ...]:
    if not settings.bundle_uri:
        return ()
    return ("--bundle", settings.bundle_uri, "--dest-dir", settings.destination_dir)


def _loader(task: Task[..., object], settings: SerializationSettings) -> tuple[str, ...]:
    """Say how a worker finds the task: by its module's variable, or by its name in a pickled bundle.

    Raises:
        InvalidInput: no variable of the module holds the task.

    """
    if settings.interactive:
        return ("--resolver", PICKLED_RESOLVER, "--", "entity-name", task.name)
    variable = variable_of(task, task.__module__)
    if variable is None:
        raise InvalidInput(
            f"No variable of module {task.__module__} holds the task {task.name}, so a worker could not find it. "
            "Define it at the module's top level."
        )
    return ("--resolver", DEFAULT_RESOLVER, "--", "task-module", task.location.module, "task-name", variable)


def _security(options: TaskOptions) -> security_pb2.SecurityContext | None:
    if not options.secrets:
        return None
    return security_pb2.SecurityContext(
        secrets=[
            security_pb2.Secret(
                group=secret.group,
                key=secret.key,
                group_version=secret.group_version,
                env_var=secret.env_var,
                mount_requirement=secret.mount_requirement.name,
            )
            for secret in options.secrets
        ]
    )
