"""Builds and reads flyteidl Literals, and gives any protobuf message canonical bytes and a stable digest.

Pure and without types of our own: Python numbers, strings and times on one side, flyteidl messages on the other.
What a user's type means as a literal is decided in ``flyweight.types``, not here.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from flyteidl.core import literals_pb2, types_pb2
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from flyweight.errors import TypeMismatch

MSGPACK = "msgpack"
"""``Binary.tag`` of values in MessagePack: dataclasses, untyped dictionaries, and what is taken out of them."""

PrimitiveValue = int | float | str | bool | datetime | timedelta
MessageT = TypeVar("MessageT", bound=Message)


def primitive(value: PrimitiveValue) -> literals_pb2.Literal:
    """Build the literal of a number, string, truth value, time or duration. A naive datetime is taken as UTC."""
    return literals_pb2.Literal(scalar=literals_pb2.Scalar(primitive=_primitive(value)))


def _primitive(value: PrimitiveValue) -> literals_pb2.Primitive:
    if isinstance(value, bool):  # before int: bool is a subclass of it
        return literals_pb2.Primitive(boolean=value)
    if isinstance(value, int):
        try:
            return literals_pb2.Primitive(integer=value)
        except ValueError as error:
            raise TypeMismatch(
                f"{value} does not fit Flyte's integer, which has 64 bits. Pass it as a string."
            ) from error
    if isinstance(value, float):
        return literals_pb2.Primitive(float_value=value)
    if isinstance(value, str):
        return literals_pb2.Primitive(string_value=value)
    if isinstance(value, datetime):
        stamp = Timestamp()
        stamp.FromDatetime(value if value.tzinfo else value.replace(tzinfo=UTC))
        return literals_pb2.Primitive(datetime=stamp)
    duration = Duration()
    duration.FromTimedelta(value)
    return literals_pb2.Primitive(duration=duration)


def none() -> literals_pb2.Literal:
    """Build a literal of None of the caller's own."""
    return literals_pb2.Literal(scalar=literals_pb2.Scalar(none_type=literals_pb2.Void()))


def collection(items: Iterable[literals_pb2.Literal]) -> literals_pb2.Literal:
    """Build a list's literal."""
    return literals_pb2.Literal(collection=literals_pb2.LiteralCollection(literals=items))


def mapping(items: Mapping[str, literals_pb2.Literal]) -> literals_pb2.Literal:
    """Build the literal of a dictionary with string keys."""
    return literals_pb2.Literal(map=literals_pb2.LiteralMap(literals=items))


def literal_map(items: Mapping[str, literals_pb2.Literal]) -> literals_pb2.LiteralMap:
    """Build the map that inputs and outputs travel in."""
    return literals_pb2.LiteralMap(literals=items)


def union(value: literals_pb2.Literal, variant: types_pb2.LiteralType) -> literals_pb2.Literal:
    """Wrap a value as the given variant of a union; the variant carries its tag."""
    return literals_pb2.Literal(scalar=literals_pb2.Scalar(union=literals_pb2.Union(value=value, type=variant)))


def binary(value: bytes, tag: str = MSGPACK) -> literals_pb2.Literal:
    """Build the literal of tagged bytes."""
    return literals_pb2.Literal(scalar=literals_pb2.Scalar(binary=literals_pb2.Binary(value=value, tag=tag)))


def unwrap(literal: literals_pb2.Literal) -> literals_pb2.Literal:
    """Take the value out of a union, and of unions in it; any other literal is given back as it is."""
    while literal.WhichOneof("value") == "scalar" and literal.scalar.WhichOneof("value") == "union":
        literal = literal.scalar.union.value
    return literal


def is_none(literal: literals_pb2.Literal) -> bool:
    """Tell whether it is None, also inside a union."""
    inner = unwrap(literal)
    return inner.WhichOneof("value") == "scalar" and inner.scalar.WhichOneof("value") == "none_type"


def primitive_value(literal: literals_pb2.Literal) -> PrimitiveValue | None:
    """Read a primitive or None back, also inside a union; datetimes come in UTC.

    Raises:
        TypeMismatch: the literal is a collection, map, file or other composite value.
    """
    inner = unwrap(literal)
    scalar = inner.scalar.WhichOneof("value") if inner.WhichOneof("value") == "scalar" else None
    if scalar == "none_type":
        return None
    if scalar != "primitive":
        raise TypeMismatch(f"a number, string, truth value or time was expected, not {kind(inner)}")
    return _value(inner.scalar.primitive)


def _value(primitive: literals_pb2.Primitive) -> PrimitiveValue | None:
    match primitive.WhichOneof("value"):
        case "datetime":
            return primitive.datetime.ToDatetime(UTC)
        case "duration":
            return primitive.duration.ToTimedelta()
        case None:
            return None
        case plain:
            return getattr(primitive, plain)


def kind(literal: literals_pb2.Literal) -> str:
    """Name the literal's form in flyteidl's own word: ``collection``, ``map``, ``blob``, ``integer`` ... or nothing."""
    form = literal.WhichOneof("value") or ""
    if form != "scalar":
        return form
    scalar = literal.scalar.WhichOneof("value") or ""
    return literal.scalar.primitive.WhichOneof("value") or "" if scalar == "primitive" else scalar


def uris(values: literals_pb2.LiteralMap) -> set[str]:
    """Give the URIs of all files, folders and dataframes in values, at any depth."""
    found: set[str] = set()
    waiting = list(values.literals.values())
    while waiting:
        literal = unwrap(waiting.pop())
        match literal.WhichOneof("value"):
            case "collection":
                waiting.extend(literal.collection.literals)
            case "map":
                waiting.extend(literal.map.literals.values())
            case "scalar":
                scalar = literal.scalar
                found |= {scalar.blob.uri, scalar.schema.uri, scalar.structured_dataset.uri}
            case _:
                found.add(literal.offloaded_metadata.uri)
    return found - {""}


def to_bytes(message: Message) -> bytes:
    """Give the message's canonical bytes: the same for equal messages, whatever order their maps were filled in."""
    return message.SerializeToString(deterministic=True)


def from_bytes(kind: type[MessageT], data: bytes) -> MessageT:
    """Read a message from its bytes."""
    message = kind()
    message.ParseFromString(data)
    return message


def map_from_bytes(data: bytes) -> literals_pb2.LiteralMap:
    """Read a literal map; no bytes are the empty map."""
    return literals_pb2.LiteralMap.FromString(data)


def digest(message: Message) -> str:
    """Give the SHA-256 of the message's canonical bytes, in hexadecimal."""
    return hashlib.sha256(to_bytes(message)).hexdigest()
