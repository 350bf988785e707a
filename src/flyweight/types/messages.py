"""Protobuf messages: a Struct on the wire, typed by the name of the message's class."""

from importlib import import_module
from typing import Any, cast

from flyteidl.core.literals_pb2 import Literal, LiteralCollection, Scalar
from flyteidl.core.types_pb2 import LiteralType, SimpleType
from google.protobuf import json_format
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import ListValue, Struct

from flyweight.errors import TypeMismatch
from flyweight.literals import primitive_value
from flyweight.types.codec import Codec, Conversions
from flyweight.types.mismatch import mismatch, type_name, wrong_literal

CLASS_NAME = "pb_type"
"""Where the type on the wire names the message's class."""


class MessageCodec(Codec):
    """Any generated class of protobuf messages."""

    name = "Protobuf-Transformer"

    def literal_type(self, python_type: Any, registry: Conversions) -> LiteralType:
        """Give STRUCT with the name of the class."""
        _ = registry
        literal_type = LiteralType(simple=SimpleType.STRUCT)
        literal_type.metadata.update({CLASS_NAME: f"{python_type.__module__}.{python_type.__name__}"})
        return literal_type

    def to_literal(self, value: Any, python_type: Any, expected: LiteralType | None, registry: Conversions) -> Literal:
        """Give the message's JSON form as a Struct; a ``ListValue`` is a collection."""
        _ = expected
        if not isinstance(value, python_type):
            raise mismatch(value, python_type)
        if isinstance(value, ListValue):
            items = [registry.to_literal(item, type(item)) for item in value]
            return Literal(collection=LiteralCollection(literals=items))
        plain = cast("object", json_format.MessageToDict(value))  # of a wrapper like Int64Value it is no dict
        if not isinstance(plain, dict):
            raise TypeMismatch(
                f"{type_name(python_type)} has no fields in JSON and cannot be an input or output on its own; "
                "pass the plain value, or a message that holds it"
            )
        generic = Struct()
        generic.update(plain)
        return Literal(scalar=Scalar(generic=generic))

    def to_python(self, literal: Literal, python_type: Any, registry: Conversions) -> Any:
        """Make a message of its JSON form."""
        if literal.WhichOneof("value") == "collection" and python_type is ListValue:
            values = ListValue()
            values.extend(_item(item, registry) for item in literal.collection.literals)
            return values
        if literal.scalar.WhichOneof("value") != "generic":
            raise wrong_literal(literal, python_type)
        try:
            return json_format.ParseDict(json_format.MessageToDict(literal.scalar.generic), python_type())
        except json_format.ParseError as error:
            raise TypeMismatch(f"the value does not fit {type_name(python_type)}: {error}") from error

    def guess(self, literal_type: LiteralType, registry: Conversions) -> Any | None:
        """Recognise the class by its name, where its module can be imported."""
        _ = registry
        if literal_type.simple != SimpleType.STRUCT or CLASS_NAME not in literal_type.metadata:
            return None
        module, _, name = str(literal_type.metadata[CLASS_NAME]).rpartition(".")
        try:
            return getattr(import_module(module), name)
        except (ImportError, AttributeError) as error:
            raise TypeMismatch(
                f"the message class {module}.{name} is not here: {error}; install its package"
            ) from error


def _item(literal: Literal, registry: Conversions) -> Any:
    if literal.WhichOneof("value") == "collection":
        return registry.to_python(literal, ListValue)
    return registry.to_python(literal, Struct) if literal.scalar.HasField("generic") else primitive_value(literal)


def is_message(python_type: Any) -> bool:
    """Tell whether an annotation is a class of protobuf messages."""
    return isinstance(python_type, type) and issubclass(python_type, Message)
