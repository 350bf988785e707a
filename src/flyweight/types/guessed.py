"""Dataclasses made up from the JSON schema of a type on the wire, for entities whose code is not here."""

from collections.abc import Callable
from dataclasses import MISSING, field, make_dataclass
from datetime import date, datetime, time, timedelta
from types import NoneType
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
_SIMPLE: dict[str, Any] = {"integer": int, "number": float, "string": str, "boolean": bool, "null": NoneType}
_OBJECTS: dict[str, Any] = {
    "_SpecificFormatClass": FlyteFile,
    "_SpecificFormatDirectoryClass": FlyteDirectory,
    "FlyteFile": FlyteFile,
    "FlyteDirectory": FlyteDirectory,
    "StructuredDataset": StructuredDataset,
}


def dataclass_of_schema(metadata: Struct) -> type | None:
    """Make up a dataclass for a schema of an object with properties; None if it is no such schema."""
    schema = MessageToDict(metadata)
    resolved = _resolved(schema, schema.get("$defs", {}))
    if not isinstance(resolved.get("properties"), dict):
        return None
    return _dataclass(resolved)


def _resolved(schema: Any, definitions: dict[str, Any], inside: tuple[str, ...] = ()) -> Any:
    """Put definitions, as pydantic has them, in the places that refer to them; one inside itself is any object."""
    match schema:
        case {"$ref": str() as reference}:
            name = reference.rpartition("/")[2]
            if name in inside or name not in definitions:
                return {"type": "object"}
            return _resolved(definitions[name], definitions, (*inside, name))
        case dict():
            return {key: _resolved(item, definitions, inside) for key, item in schema.items() if key != "$defs"}
        case list():
            return [_resolved(item, definitions, inside) for item in schema]
        case _:
            return schema


def _dataclass(schema: dict[str, Any]) -> type:
    required = set(schema.get("required", ()))
    names = sorted(schema["properties"], key=lambda name: (name not in required, name))
    fields: list[tuple[str, Any, Any]] = []
    for name in names:
        inner = schema["properties"][name]
        fields.append((name, _annotation(inner), _field(inner, is_required=name in required)))
    return make_dataclass(str(schema.get("title", "Struct")), fields)


def _field(schema: dict[str, Any], *, is_required: bool) -> Any:
    if is_required:
        return field()
    default = schema.get("default", MISSING)
    if default is MISSING:  # the class has a factory, of which a schema does not tell
        factories: dict[str, Callable[[], Any]] = {"array": list, "object": dict}
        return field(default_factory=factories.get(schema.get("type", ""), NoneType))
    if isinstance(default, float) and schema.get("type") == "integer":
        return field(default=int(default))
    return field(default_factory=lambda: default)


def _annotation(schema: dict[str, Any]) -> Any:
    if "anyOf" in schema:
        return Union[tuple(_annotation(one) for one in schema["anyOf"])]  # noqa: UP007 - a computed tuple
    match schema.get("type"):
        case "array":
            return list[_annotation(schema["items"])] if "items" in schema else list
        case "object":
            return _object(schema)
        case str() as simple:
            return _FORMATS.get(schema.get("format", ""), _SIMPLE.get(simple, Any))
        case _:
            values = schema.get("enum", ())
            return str if values and all(isinstance(value, str) for value in values) else Any


def _object(schema: dict[str, Any]) -> Any:
    if schema.get("title") in _OBJECTS:
        return _OBJECTS[schema["title"]]
    if "properties" in schema:
        return _dataclass(schema)
    if isinstance(schema.get("additionalProperties"), dict):
        key = _annotation(schema.get("propertyNames", {"type": "string"}))
        return dict[key, _annotation(schema["additionalProperties"])]
    return dict
