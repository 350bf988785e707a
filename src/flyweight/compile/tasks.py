"""Turns a task into a flyteidl TaskSpec: metadata, typed interface, and what its class says of where it runs."""

import datetime as dt
from typing import Any

from flyteidl.admin import description_entity_pb2
from flyteidl.admin import task_pb2 as admin_task_pb2
from flyteidl.core import identifier_pb2, interface_pb2, literals_pb2, tasks_pb2
from google.protobuf import json_format, struct_pb2
from google.protobuf.duration_pb2 import Duration

from flyweight.compile.settings import PACKAGE_VERSION, SerializationSettings
from flyweight.errors import InvalidInput
from flyweight.sdk.auto_container import PythonAutoContainerTask
from flyweight.sdk.base_task import PythonTask
from flyweight.sdk.class_decorator import ClassDecorator
from flyweight.sdk.docstring import Docstring
from flyweight.sdk.documentation import Documented
from flyweight.sdk.function_entity import FunctionEntity
from flyweight.sdk.interface import Interface
from flyweight.sdk.options import ExecutionBehavior, TaskOptions
from flyweight.sdk.task import PythonFunctionTask
from flyweight.settings import OWN_FLAVOR
from flyweight.types.interface import typed_interface

CODE_DIGEST_TAG = "flyweight.code-digest"


def task_spec(task: PythonTask[Any], settings: SerializationSettings) -> admin_task_pb2.TaskSpec:
    """Give a task's spec.

    Raises:
        InvalidInput: the task is not at its module's top level, so that no worker could find it.
        TypeMismatch: an input's or output's type has no form on the wire.

    """
    options = task.options
    template = tasks_pb2.TaskTemplate(
        id=task_identifier(task.name, settings),
        type=task.task_type,
        task_type_version=task.task_type_version,
        metadata=_metadata(options, settings),
        interface=interface(task.interface),
        custom=_custom(task, settings),
        config=_config(task, settings),
        container=task.get_container(settings),
        k8s_pod=task.get_k8s_pod(settings),
        sql=task.get_sql(settings),
        security_context=options.security.to_flyte_idl() if options.security else None,
        extended_resources=task.get_extended_resources(settings),
    )
    if isinstance(task, PythonAutoContainerTask):
        template.metadata.runtime.flavor = OWN_FLAVOR
    template.metadata.is_eager = task.execution_mode is ExecutionBehavior.EAGER
    docstring = task.interface.docstring
    told = isinstance(task, FunctionEntity) or options.docs is not None or docstring != Docstring()
    return admin_task_pb2.TaskSpec(
        template=template, description=description(docstring, options.docs) if told else None
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
    """Give the texts for the console; ``docs`` says what the docstring does not, as in flytekit."""
    told: object = getattr(docs, "long_description", None)
    link: object = getattr(getattr(docs, "source_code", None), "link", None)
    made = description_entity_pb2.DescriptionEntity(
        short_description=docstring.short or (docs.short_description if docs else None)
    )
    if docs is None or told is not None or docstring.long:
        text = docstring.long or str(getattr(told, "value", told) or "")
        long = description_entity_pb2.Description(
            value=text or None, format=description_entity_pb2.DESCRIPTION_FORMAT_RST
        )
        made.long_description.CopyFrom(long)
    if link:
        made.source_code.link = str(link)
    return made


def duration(length: dt.timedelta) -> Duration | None:
    """Give a duration on the wire; none at all is nothing."""
    if not length:
        return None
    made = Duration()
    made.FromTimedelta(length)
    return made


def _config(task: PythonTask[Any], settings: SerializationSettings) -> dict[str, str]:
    """Give a task's configuration, with what a decorator of its function has to tell on top."""
    function = task.task_function if isinstance(task, PythonFunctionTask) else None
    extra = function.get_extra_config() if isinstance(function, ClassDecorator) else {}
    return {**(task.get_config(settings) or {}), **extra}


def _custom(task: PythonTask[Any], settings: SerializationSettings) -> struct_pb2.Struct | None:
    custom = task.get_custom(settings)
    if custom is None:
        return None
    try:
        return json_format.ParseDict(dict(custom), struct_pb2.Struct())
    except (json_format.ParseError, TypeError, ValueError) as error:
        raise InvalidInput(f"{task.name}: get_custom must give a dictionary of JSON's types ({error}).") from error


def _metadata(options: TaskOptions, settings: SerializationSettings) -> tasks_pb2.TaskMetadata:
    cache = options.cache
    made = tasks_pb2.TaskMetadata(
        discoverable=cache is not None,
        runtime=tasks_pb2.RuntimeMetadata(
            type=tasks_pb2.RuntimeMetadata.FLYTE_SDK, version=PACKAGE_VERSION, flavor="python"
        ),
        timeout=duration(options.timeout),
        retries=literals_pb2.RetryStrategy(retries=options.retries),
        discovery_version=options.cache_version,
        deprecated_error_message=options.deprecated,
        cache_serializable=cache.serialize if cache else False,
        pod_template_name=options.pod_template_name,
        cache_ignore_input_vars=cache.get_ignored_inputs() if cache else (),
        metadata=tasks_pb2.K8sObjectMetadata(labels=options.labels, annotations=options.annotations),
    )
    made.generates_deck.value = options.enable_deck
    if settings.code_digest:
        made.tags[CODE_DIGEST_TAG] = settings.code_digest
    if options.interruptible is not None:
        made.interruptible = options.interruptible
    return made
