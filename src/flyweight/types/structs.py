"""Structured values on the wire: MessagePack in a binary scalar, which is how Flyte carries dicts and dataclasses.

Readers also take the protobuf Struct that consoles and older clients send; its numbers are all floats.
"""

from typing import Any, get_args

import msgpack
from flyteidl.core.literals_pb2 import Binary, Literal, Scalar
from flyteidl.core.types_pb2 import LiteralType, SimpleType, TypeAnnotation
from google.protobuf.json_format import MessageToDict

from flyweight.errors import TypeMismatch
from flyweight.types.codec import Codec, Conversions
from flyweight.types.mismatch import mismatch, shown, wrong_literal

MSGPACK = "msgpack"
"""The tag of a binary scalar that holds MessagePack."""


def struct_type() -> LiteralType:
    """Give the type STRUCT, annotated as MessagePack so that caches tell it from the older form."""
    literal_type = LiteralType(simple=SimpleType.STRUCT, annotation=TypeAnnotation())
    literal_type.annotation.annotations.update({"cache-key-metadata": {"serialization-format": MSGPACK}})
    return literal_type


def pack(plain: Any) -> Literal:
    """Put plain data (dicts, lists, strings, numbers, bytes, None) into a literal; raises TypeMismatch."""
    try:
        data = msgpack.packb(plain)
    except (TypeError, ValueError, OverflowError) as error:
        raise TypeMismatch(
            f"{shown(plain)} cannot be stored: {error}; use numbers, strings, lists and dicts"
        ) from error
    return Literal(scalar=Scalar(binary=Binary(value=data, tag=MSGPACK)))


def unpack(literal: Literal, python_type: Any) -> Any:
    """Take plain data out of a MessagePack or Struct literal."""
    match literal.scalar.WhichOneof("value"):
        case "binary" if literal.scalar.binary.tag == MSGPACK:
            return msgpack.unpackb(literal.scalar.binary.value, strict_map_key=False)
        case "generic":
            return _whole_numbers(MessageToDict(literal.scalar.generic))
        case _:
            raise wrong_literal(literal, python_type)


class DictCodec(Codec):
    """``dict`` without types, and ``dict[K, V]`` whose keys are not strings; also Struct literals of others."""

    name = "Typed Dict"
    reads_packed = True

    def literal_type(self, python_type: Any, registry: Conversions) -> LiteralType:
        """Give STRUCT."""
        _ = python_type, registry
        return struct_type()

    def to_literal(self, value: Any, python_type: Any, expected: LiteralType | None, registry: Conversions) -> Literal:
        """Pack the dict as it is."""
        _ = expected, registry
        if not isinstance(value, dict):
            raise mismatch(value, python_type)
        return pack(value)

    def to_python(self, literal: Literal, python_type: Any, registry: Conversions) -> Any:
        """Unpack the dict."""
        _ = registry
        return unpack(literal, python_type)

    def accepts(self, value: Any, python_type: Any, registry: Conversions) -> bool:
        """Tell whether the value is a dict whose keys and values are of the right classes."""
        _ = registry
        if not isinstance(value, dict):
            return False
        arguments = get_args(python_type)
        return not arguments or all(type(key) is arguments[0] for key in value)

    def guess(self, literal_type: LiteralType, registry: Conversions) -> Any | None:
        """Recognise STRUCT."""
        _ = registry
        ours = literal_type.WhichOneof("type") == "simple" and literal_type.simple == SimpleType.STRUCT
        return dict if ours else None


def _whole_numbers(value: Any) -> Any:
    """Turn whole floats back into ints, in the order of the keys: a Struct knows neither ints nor an order."""
    match value:
        case dict():
            return {key: _whole_numbers(value[key]) for key in sorted(value)}
        case list():
            return [_whole_numbers(item) for item in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value
