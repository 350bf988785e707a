"""Dataclasses made up from the JSON schema of a type on the wire, for entities whose code is not here."""

from dataclasses import MISSING, Field, field, make_dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Union

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct

from flyweight.types.directory import FlyteDirectory
from flyweight.types.file import FlyteFile
from flyweight.types.structured import StructuredDataset

_FORMATS: dict[str, Any] = {
    "date-time": datetime,
    "date": date,
    "time": time,
    "time-delta": timedelta,
    "base64": bytes,
}
_SIMPLE: dict[str, Any] = {"integer": int, "number": float, "string": str, "boolean": bool, "null": type(None)}
_OBJECTS: dict[str, Any] = {
    "FlyteFile": FlyteFile,
    "FlyteDirectory": FlyteDirectory,
    "StructuredDataset": StructuredDataset,
}


def dataclass_of_schema(metadata: Struct) -> type | None:
    """Make up a dataclass for a schema of an object with properties; None if it is no such schema."""
    schema = MessageToDict(metadata)
    if not isinstance(schema.get("properties"), dict) or schema["properties"].keys() & {"properties"}:
        return None
    return _dataclass(schema)


def _dataclass(schema: dict[str, Any]) -> type:
    required = set(schema.get("required", ()))
    names = sorted(schema["properties"], key=lambda name: (name not in required, name))
    fields: list[tuple[str, Any, Field[Any]]] = []
    for name in names:
        inner = schema["properties"][name]
        fields.append((name, _annotation(inner), _field(inner, is_required=name in required)))
    return make_dataclass(str(schema.get("title", "Struct")), fields)


def _field(schema: dict[str, Any], *, is_required: bool) -> "Field[Any]":
    if is_required:
        return field()
    default = schema.get("default", MISSING)
    if isinstance(default, float) and schema.get("type") == "integer":
        default = int(default)
    if default is MISSING:
        return field(default_factory={"array": list, "object": dict}.get(schema.get("type", ""), type(None)))
    return field(default=default) if default.__hash__ else field(default_factory=lambda: default)


def _annotation(schema: dict[str, Any]) -> Any:
    if "anyOf" in schema:
        return Union[tuple(_annotation(one) for one in schema["anyOf"])]  # noqa: UP007 - a computed tuple
    match schema.get("type"):
        case "array":
            return list[_annotation(schema["items"])] if "items" in schema else list
        case "object" if schema.get("title") in _OBJECTS:
            return _OBJECTS[schema["title"]]
        case "object" if "properties" in schema:
            return _dataclass(schema)
        case "object" if isinstance(schema.get("additionalProperties"), dict):
            key = _annotation(schema.get("propertyNames", {"type": "string"}))
            return dict[key, _annotation(schema["additionalProperties"])]
        case "object":
            return dict
        case str() as simple:
            return _FORMATS.get(schema.get("format", ""), _SIMPLE.get(simple, Any))
        case _:
            return _enum_values(schema)


def _enum_values(schema: dict[str, Any]) -> Any:
    values = schema.get("enum", ())
    return str if values and all(isinstance(value, str) for value in values) else Any
