"""``flytekit.tools.translator``: entities to what is registered, each with what it needs before it."""

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from flyteidl.admin import common_pb2
from flyteidl.core import identifier_pb2

from flyweight.compat.models import Model, face
from flyweight.compile.launch_plans import notifications, security_context
from flyweight.compile.settings import SerializationSettings
from flyweight.compile.specs import compile_each
from flyweight.sdk.entity import AnyEntity
from flyweight.sdk.launch_plan import LaunchPlan
from flyweight.sdk.reference import ReferenceEntity
from flyweight.sdk.run_options import Options


@dataclass(frozen=True, slots=True)
class ReferenceTemplate:
    """The id of what is registered already."""

    id: Model
    resource_type: int


@dataclass(frozen=True, slots=True)
class ReferenceSpec:
    """What stands for a reference; there is nothing to register."""

    template: ReferenceTemplate


def get_serializable(
    entity_mapping: MutableMapping[AnyEntity, Any],
    settings: SerializationSettings,
    entity: AnyEntity,
    options: Options | None = None,
) -> Any:
    """Give what an entity is registered as, with ``to_flyte_idl()``; what it needs is put into the mapping before it.

    Raises:
        CompileError: a workflow does not hold together.
        TypeMismatch: a type has no form on the wire, or a default does not fit.

    """
    if isinstance(entity, ReferenceEntity):
        template = ReferenceTemplate(face(identifier_pb2.Identifier).from_flyte_idl(entity.id), entity.resource_type)
        return entity_mapping.setdefault(entity, ReferenceSpec(template))
    for needed, spec in compile_each(entity, settings).items():
        made = face(type(spec)).from_flyte_idl(spec)
        if options is not None and isinstance(needed, LaunchPlan):
            _apply(options, made.spec.to_flyte_idl())
        entity_mapping.setdefault(needed, made)
    return entity_mapping[entity]


def _apply(options: Options, spec: Any) -> None:
    """Let what was asked for now win over what the launch plan says."""
    if options.labels:
        spec.labels.CopyFrom(common_pb2.Labels(values=options.labels.values))
    if options.annotations:
        spec.annotations.CopyFrom(common_pb2.Annotations(values=options.annotations.values))
    if options.raw_output_data_config:
        spec.raw_output_data_config.output_location_prefix = options.raw_output_data_config.output_location_prefix
    if options.max_parallelism:
        spec.max_parallelism = options.max_parallelism
    if options.overwrite_cache is not None:
        spec.overwrite_cache = options.overwrite_cache
    if options.notifications:
        del spec.entity_metadata.notifications[:]
        spec.entity_metadata.notifications.extend(notifications(options))
    if options.security_context is not None:
        spec.security_context.CopyFrom(security_context(options))
