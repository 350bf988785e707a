"""Pydantic's models: MessagePack of their JSON form, described by their own schema. Loaded when one is named."""

import json
from contextlib import suppress
from contextvars import ContextVar
from importlib import import_module
from typing import Any

from flyteidl.core.literals_pb2 import Literal
from flyteidl.core.types_pb2 import LiteralType

from flyweight.errors import TypeMismatch
from flyweight.types.codec import Codec, Conversions
from flyweight.types.fields.form import FieldForm
from flyweight.types.mismatch import mismatch, shown
from flyweight.types.structs import pack, struct_type, unpack

_outer: ContextVar[tuple[Any, ...]] = ContextVar("flyweight_models", default=())
"""The models whose types are being worked out, from the outermost inwards."""


class ModelCodec(Codec):
    """Any subclass of ``pydantic.BaseModel``, generic ones included."""

    name = "Pydantic Transformer"
    reads_packed = True

    def literal_type(self, python_type: Any, registry: Conversions) -> LiteralType:
        """Give STRUCT with the model's schema; raises TypeMismatch naming what pydantic cannot describe."""
        literal_type = struct_type()
        literal_type.metadata.update(_schema(python_type))
        literal_type.structure.SetInParent()
        outer = _outer.get()
        if python_type in outer:  # a model that holds its like: told by its schema alone, or there would be no end
            return literal_type
        token = _outer.set((*outer, python_type))
        try:
            for name, field in python_type.model_fields.items():
                with suppress(TypeMismatch):  # what Flyte has no type for stands in the schema only
                    field_type = registry.literal_type(field.annotation)
                    literal_type.structure.dataclass_type[name].CopyFrom(field_type)
        finally:
            _outer.reset(token)
        return literal_type

    def to_literal(self, value: Any, python_type: Any, expected: LiteralType | None, registry: Conversions) -> Literal:
        """Pack an instance; a dict that fits the model is taken too."""
        _ = expected, registry
        instance = _validated(python_type, json.dumps(value)) if isinstance(value, dict) else value
        if not isinstance(instance, python_type):
            raise mismatch(value, python_type)
        return pack(_plain(instance))

    def to_python(self, literal: Literal, python_type: Any, registry: Conversions) -> Any:
        """Make an instance of the data."""
        _ = registry
        return _validated(python_type, json.dumps(unpack(literal, python_type)))

    def field_form(self, python_type: Any, registry: Conversions) -> FieldForm:
        """Give the form of a model inside a dataclass."""
        _ = registry
        return _ModelForm(python_type)


class _ModelForm(FieldForm):
    """A model inside a dataclass: its JSON form."""

    def __init__(self, python_type: Any) -> None:
        self._python_type = python_type

    def pack(self, value: Any) -> Any:
        """Give the JSON form."""
        if not self.accepts(value):
            raise mismatch(value, self._python_type)
        return _plain(value)

    def unpack(self, plain: Any) -> Any:
        """Make an instance of the data."""
        return _validated(self._python_type, json.dumps(plain))

    def accepts(self, value: Any) -> bool:
        """Tell whether the value is an instance."""
        return isinstance(value, self._python_type)

    def offloads(self) -> bool:
        """Say that bytes are stored elsewhere."""
        return True

    def schema(self) -> dict[str, Any]:
        """Give the model's schema."""
        return _schema(self._python_type)


def codecs() -> list[tuple[Codec, tuple[Any, ...]]]:
    """Give the codec of models."""
    return [(ModelCodec(), (import_module("pydantic").BaseModel,))]


def _plain(model: Any) -> Any:
    return json.loads(model.model_dump_json())


def _schema(python_type: Any) -> dict[str, Any]:
    try:
        return python_type.model_json_schema()
    except import_module("pydantic.errors").PydanticUserError as error:
        raise TypeMismatch(f"pydantic cannot describe {python_type.__name__}: {str(error).splitlines()[0]}") from error


def _validated(python_type: Any, content: str) -> Any:
    try:
        return python_type.model_validate_json(content, strict=False)
    except import_module("pydantic").ValidationError as error:
        first = error.errors()[0]
        path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise TypeMismatch(f"{first['msg']}, got {shown(first['input'])}{more}", path=path) from error
