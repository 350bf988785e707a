"""Dataclasses: MessagePack on the wire, described by a JSON schema and by the literal types of the fields."""

import dataclasses
from typing import Any

from flyteidl.core.literals_pb2 import Literal
from flyteidl.core.types_pb2 import LiteralType, SimpleType

from flyweight.errors import TypeMismatch
from flyweight.types.annotations import annotations_of, class_of
from flyweight.types.codec import Codec, Conversions
from flyweight.types.fields.build import FormBuilder
from flyweight.types.fields.form import FieldForm
from flyweight.types.fields.mixins import MixinForm, is_mixin
from flyweight.types.guessed import dataclass_of_schema
from flyweight.types.mismatch import mismatch
from flyweight.types.structs import pack, struct_type, unpack


class DataclassCodec(Codec):
    """Any dataclass, without a base class or decorator of ours."""

    name = "Object-Dataclass-Transformer"
    reads_packed = True

    def literal_type(self, python_type: Any, registry: Conversions) -> LiteralType:
        """Give STRUCT with the schema; raises TypeMismatch naming the field that cannot be stored."""
        literal_type = struct_type()
        literal_type.metadata.update(_form(python_type, registry).schema())
        annotations = annotations_of(python_type)
        for field in dataclasses.fields(class_of(python_type)):
            field_type = _literal_type_or_none(annotations[field.name], registry)
            if field_type is not None:
                literal_type.structure.dataclass_type[field.name].CopyFrom(field_type)
        return literal_type

    def to_literal(self, value: Any, python_type: Any, expected: LiteralType | None, registry: Conversions) -> Literal:
        """Pack an instance; a dict that holds the fields' plain data is taken too."""
        _ = expected
        form = _form(python_type, registry)
        instance = form.unpack(value) if isinstance(value, dict) else value
        if not form.accepts(instance):
            raise mismatch(value, python_type)
        return pack(form.pack(instance))

    def accepts(self, value: Any, python_type: Any, registry: Conversions) -> bool:
        """Tell whether the value is an instance."""
        _ = registry
        return isinstance(value, class_of(python_type))

    def to_python(self, literal: Literal, python_type: Any, registry: Conversions) -> Any:
        """Make an instance of the data."""
        return _form(python_type, registry).unpack(unpack(literal, python_type))

    def guess(self, literal_type: LiteralType, registry: Conversions) -> Any | None:
        """Make up a dataclass for a STRUCT with a schema."""
        _ = registry
        if literal_type.WhichOneof("type") != "simple" or literal_type.simple != SimpleType.STRUCT:
            return None
        return dataclass_of_schema(literal_type.metadata)


def is_dataclass_type(python_type: Any) -> bool:
    """Tell whether an annotation is a dataclass."""
    origin = class_of(python_type)
    return isinstance(origin, type) and dataclasses.is_dataclass(origin)


def _form(python_type: Any, registry: Conversions) -> FieldForm:
    def build() -> FieldForm:
        builder = FormBuilder(lambda inner: registry.codec_for(inner).field_form(inner, registry))
        record = builder.record(python_type)
        return MixinForm(python_type) if is_mixin(python_type) and not record.offloads() else record

    return registry.remember((DataclassCodec, python_type), build)


def _literal_type_or_none(annotation: Any, registry: Conversions) -> LiteralType | None:
    """Give a field's type; what Flyte has no type for (a tuple, a bare list) stands in the schema only."""
    try:
        return registry.literal_type(annotation)
    except TypeMismatch:
        return None
