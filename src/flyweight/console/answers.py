"""From what somebody types into a gate's form to the literal that the gate expects."""

import datetime as dt
import json
from typing import Any, Final

import msgpack
from flyteidl.core import literals_pb2, types_pb2

from flyweight import literals
from flyweight.errors import InvalidInput, TypeMismatch
from flyweight.semantics.literal_types import describe

SimpleType = types_pb2.SimpleType
_TRUTHS: Final = {"true": True, "false": False}
_SECONDS: Final = "a number of seconds"
_EXAMPLES: Final = {
    SimpleType.BOOLEAN: "true or false",
    SimpleType.DATETIME: "2026-01-31T12:00:00Z",
    SimpleType.DURATION: _SECONDS,
    SimpleType.STRUCT: '{"name": "value"}, as JSON',
}


def hint(expected: types_pb2.LiteralType) -> str:
    """Say how a value of this type is typed; nothing where its type says it."""
    match expected.WhichOneof("type"):
        case "simple":
            return _EXAMPLES.get(expected.simple, "")
        case "collection_type" | "map_value_type" | "union_type":
            return "as JSON"
        case "blob" | "structured_dataset_type" | "schema":
            return "its address, where tasks can read it"
        case _:
            return ""


def literal(text: str, expected: types_pb2.LiteralType) -> literals_pb2.Literal:
    """Read what was typed: text as it stands, numbers, true and false, times in ISO 8601, the rest as JSON.

    Raises:
        InvalidInput: it is no value of that type.

    """
    try:
        return _made(_read(text, expected), expected)
    except (ValueError, OverflowError, TypeMismatch, json.JSONDecodeError) as error:
        how = hint(expected)
        wanted = f"{describe(expected)}{f' ({how})' if how else ''}"
        raise InvalidInput(f"{text[:100]!r} is no {wanted}: {error}") from error


def _read(text: str, expected: types_pb2.LiteralType) -> Any:
    """Take text as what JSON would say; a type that is written without quotation marks is text already."""
    kind = expected.WhichOneof("type")
    if kind == "simple" and expected.simple == SimpleType.BOOLEAN:
        return _TRUTHS.get(text.strip().lower(), text)
    if kind == "simple" and expected.simple in {SimpleType.INTEGER, SimpleType.FLOAT, SimpleType.STRUCT}:
        return json.loads(text)
    if kind == "union_type":
        try:
            return json.loads(text)
        except ValueError:
            return text
    return json.loads(text) if kind in {"collection_type", "map_value_type"} else text


def _made(value: Any, expected: types_pb2.LiteralType) -> literals_pb2.Literal:
    match expected.WhichOneof("type"):
        case "simple":
            return _simple(value, expected.simple)
        case "collection_type" if isinstance(value, list):
            return literals.collection(_made(each, expected.collection_type) for each in value)
        case "map_value_type" if isinstance(value, dict):
            return literals.mapping({str(name): _made(each, expected.map_value_type) for name, each in value.items()})
        case "enum_type" if value in list(expected.enum_type.values):
            return literals.primitive(value)
        case "union_type":
            return _union(value, expected.union_type)
        case "blob" if isinstance(value, str) and "://" in value:
            metadata = literals_pb2.BlobMetadata(type=expected.blob)
            return _scalar(blob=literals_pb2.Blob(metadata=metadata, uri=value))
        case "structured_dataset_type" if isinstance(value, str) and "://" in value:
            metadata = literals_pb2.StructuredDatasetMetadata(structured_dataset_type=expected.structured_dataset_type)
            return _scalar(structured_dataset=literals_pb2.StructuredDataset(uri=value, metadata=metadata))
        case _:
            raise _unfit(value, expected)


def _simple(value: Any, kind: types_pb2.SimpleType) -> literals_pb2.Literal:
    match kind:
        case SimpleType.BOOLEAN if isinstance(value, bool):
            return literals.primitive(value=value)
        case SimpleType.INTEGER if isinstance(value, int) and not isinstance(value, bool):
            return literals.primitive(value)
        case SimpleType.FLOAT if isinstance(value, int | float) and not isinstance(value, bool):
            return literals.primitive(float(value))
        case SimpleType.STRING if isinstance(value, str):
            return literals.primitive(value)
        case SimpleType.DATETIME if isinstance(value, str):
            return literals.primitive(dt.datetime.fromisoformat(value.strip()))
        case SimpleType.DURATION if isinstance(value, str | int | float):
            return literals.primitive(dt.timedelta(seconds=float(value)))
        case SimpleType.STRUCT if isinstance(value, dict):
            return literals.binary(bytes(msgpack.packb(value) or b""))
        case SimpleType.NONE if value is None:
            return literals.none()
        case _:
            raise _unfit(value, types_pb2.LiteralType(simple=kind))


def _union(value: Any, union: types_pb2.UnionType) -> literals_pb2.Literal:
    for variant in union.variants:
        try:
            return literals.union(_made(value, variant), variant)
        except (ValueError, TypeMismatch):
            continue
    raise _unfit(value, types_pb2.LiteralType(union_type=union))


def _scalar(**part: Any) -> literals_pb2.Literal:
    return literals_pb2.Literal(scalar=literals_pb2.Scalar(**part))


def _unfit(value: Any, expected: types_pb2.LiteralType) -> TypeMismatch:
    return TypeMismatch(f"expected {describe(expected)}, got {json.dumps(value)[:100]}")
