"""The way into a value that is not there yet: the type of ``result.field``, ``xs[0]`` or ``m["key"]``, or why not."""

import collections.abc
import dataclasses
import datetime as dt
from typing import Any, get_args, get_origin

from flyweight.errors import TypeMismatch
from flyweight.types.annotations import UNION_ORIGINS, annotations_of, class_of, split
from flyweight.types.fields.mixins import is_mixin
from flyweight.types.mismatch import type_name, unknown_name

_LISTS = (list, collections.abc.Sequence, tuple)
_MAPS = (dict, collections.abc.Mapping)
_WHOLE = (int, float, str, bool, dt.datetime, dt.date, dt.timedelta)
"""Types whose values have no parts that a workflow could take."""


def type_of_step(python_type: Any, step: str | int) -> Any:
    """Give the type that stands one step inside another; ``Any`` where that is known only when the value is.

    Raises:
        TypeMismatch: a value of the type has no such part; says what it has.

    """
    bare = _the_only(split(python_type)[0])
    origin = class_of(bare)
    fields = _fields(bare)
    if fields is not None:
        if isinstance(step, int):
            raise TypeMismatch(f"{type_name(bare)} has fields and no places; they are: {', '.join(fields)}")
        if step not in fields:
            raise TypeMismatch(f"{type_name(bare)}: {unknown_name(step, fields, 'field')}")
        return fields[step]
    if origin in _LISTS and isinstance(step, str):
        raise TypeMismatch(f"{type_name(bare)} has places, as in [0], and no `{step}`")
    if origin in _LISTS and len(get_args(bare)) == 1:
        return get_args(bare)[0]
    if origin in _MAPS and len(get_args(bare)) > 1:
        return get_args(bare)[1]
    if bare in _WHOLE:
        raise TypeMismatch(
            f"{type_name(bare)} has no part {step!r} to reach into, and its methods cannot be called: the value is not "
            "there yet. Do it in a task, which gets the value."
        )
    return Any


def _the_only(python_type: Any) -> Any:
    """Give ``T`` of ``Optional[T]``; of a wider union nobody knows which variant it will be."""
    if get_origin(python_type) not in UNION_ORIGINS:
        return python_type
    real = [one for one in get_args(python_type) if one is not type(None)]
    return split(real[0])[0] if len(real) == 1 else Any


def _fields(python_type: Any) -> dict[str, Any] | None:
    """Give the fields of a dataclass or a pydantic model with their types; None if it is neither."""
    origin = class_of(python_type)
    if not isinstance(origin, type) or is_mixin(origin):  # whose author may have renamed fields for the wire
        return None
    if dataclasses.is_dataclass(origin):
        annotations = annotations_of(python_type)
        return {field.name: annotations[field.name] for field in dataclasses.fields(origin)}
    models: object = getattr(origin, "model_fields", None)
    if not isinstance(models, dict):
        return None
    computed: dict[str, Any] = getattr(origin, "model_computed_fields", {})
    return {**{name: field.annotation for name, field in models.items()}, **dict.fromkeys(computed, Any)}
