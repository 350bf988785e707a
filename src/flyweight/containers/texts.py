"""Writes a number, truth value, text, time or duration as the text of a file, and reads one back by its Flyte type.

The forms are those of flytecopilot, so Go's; forms that a Python program would print are read too.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from flyteidl.core import literals_pb2, types_pb2
from google.protobuf import json_format, struct_pb2

from flyweight import literals
from flyweight.errors import TypeMismatch
from flyweight.semantics.literal_types import describe

Simple = types_pb2.SimpleType

_TRUE = frozenset({"1", "t", "true"})
_FALSE = frozenset({"0", "f", "false"})
_GO = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|h|m|s)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PYTHON = re.compile(r"(?:(-?\d+) days?, )?(\d+):(\d\d):(\d\d(?:\.\d+)?)")
_LONGEST_SHOWN = 60


def text_of(primitive: literals_pb2.Primitive) -> str:
    """Give the text of a primitive: ``3``, ``0.5``, ``true``, ``2024-02-29T13:00:00Z``, ``1h30m0s``."""
    value = literals.primitive_value(literals_pb2.Literal(scalar=literals_pb2.Scalar(primitive=primitive)))
    match value:
        case bool():
            return str(value).lower()
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case timedelta():
            return _go_duration(value)
        case None:
            return ""
        case _:
            return str(value)


def read(text: str, kind: types_pb2.LiteralType) -> literals_pb2.Literal:
    """Read what a program has written for an output; lists and dictionaries are JSON.

    Raises:
        TypeMismatch: it is not of that type.
    """
    match kind.WhichOneof("type"):
        case "simple":
            return _simple(text, kind)
        case "enum_type":
            return _enum(text.strip(), kind)
        case "union_type":
            return _union(text, kind)
        case "collection_type" | "map_value_type":
            return _from_json(_parsed(text, kind), kind)
        case _:
            raise TypeMismatch(f"a program cannot write a value of type {describe(kind)} as text")


def _simple(text: str, kind: types_pb2.LiteralType) -> literals_pb2.Literal:
    if kind.simple in _READERS:
        try:
            return literals.primitive(_READERS[kind.simple](text))
        except TypeMismatch:
            raise
        except (ValueError, OverflowError):
            raise _wrong(text, kind) from None
    if kind.simple == Simple.STRUCT:
        return _from_json(_parsed(text, kind), kind)
    if kind.simple == Simple.NONE:
        return literals.none()
    raise TypeMismatch(f"a program cannot write a value of type {describe(kind)} as text")


def _enum(text: str, kind: types_pb2.LiteralType) -> literals_pb2.Literal:
    if text not in kind.enum_type.values:
        raise TypeMismatch(f"{_shown(text)} is none of {', '.join(kind.enum_type.values)}")
    return literals.primitive(text)


def _union(text: str, kind: types_pb2.LiteralType) -> literals_pb2.Literal:
    """Take the first variant that the text is one of: None for ``null`` or nothing, text only when all others fail."""
    variants = sorted(kind.union_type.variants, key=lambda one: one.simple == Simple.STRING)
    for variant in variants:
        if variant.simple == Simple.NONE and text.strip() not in {"", "null"}:
            continue
        try:
            return literals.union(read(text, variant), variant)
        except TypeMismatch:
            continue
    raise _wrong(text, kind)


def _from_json(value: Any, kind: types_pb2.LiteralType) -> literals_pb2.Literal:
    match kind.WhichOneof("type"), value:
        case "collection_type", list():
            items = cast("list[object]", value)
            return literals.collection(_from_json(item, kind.collection_type) for item in items)
        case "map_value_type", dict():
            entries = cast("Mapping[str, object]", value)
            return literals.mapping({name: _from_json(item, kind.map_value_type) for name, item in entries.items()})
        case "simple", dict() if kind.simple == Simple.STRUCT:
            generic = json_format.ParseDict(value, struct_pb2.Struct())
            return literals_pb2.Literal(scalar=literals_pb2.Scalar(generic=generic))
        case "simple", _ if kind.simple == Simple.STRING and not isinstance(value, str):
            raise _wrong(json.dumps(value), kind)
        case "simple" | "enum_type" | "union_type", str() | int() | float() | None:
            return read(value if isinstance(value, str) else json.dumps(value), kind)
        case _:
            raise _wrong(json.dumps(value), kind)


def _parsed(text: str, kind: types_pb2.LiteralType) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        raise TypeMismatch(f"{_shown(text)} is not {describe(kind)}, which is written as JSON: {error}") from None


def _truth(text: str) -> bool:
    word = text.strip().lower()
    if word not in _TRUE | _FALSE:
        raise ValueError
    return word in _TRUE


def _duration(text: str) -> timedelta:
    text = text.strip()
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    parts = _GO.findall(digits)
    if parts and "".join(number + unit for number, unit in parts) == digits:
        return sign * timedelta(seconds=sum(float(number) * _SECONDS[unit] for number, unit in parts))
    found = _PYTHON.fullmatch(text)
    if found is None:
        raise ValueError
    days, hours, minutes, seconds = found.groups(default="0")
    return timedelta(days=int(days), hours=int(hours), minutes=int(minutes), seconds=float(seconds))


_READERS: dict[int, Callable[[str], literals.PrimitiveValue]] = {
    Simple.INTEGER: int,
    Simple.FLOAT: float,
    Simple.STRING: str,
    Simple.BOOLEAN: _truth,
    Simple.DATETIME: lambda text: datetime.fromisoformat(text.strip()),
    Simple.DURATION: _duration,
}


def _go_duration(length: timedelta) -> str:
    micros = abs(length) // timedelta(microseconds=1)
    hours, rest = divmod(micros, 3_600_000_000)
    minutes, rest = divmod(rest, 60_000_000)
    seconds = f"{rest // 1_000_000}.{rest % 1_000_000:06}".rstrip("0").rstrip(".")
    larger = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
    return f"{'-' if length < timedelta(0) else ''}{larger}{seconds}s"


def _wrong(text: str, kind: types_pb2.LiteralType) -> TypeMismatch:
    return TypeMismatch(f"{_shown(text)} is not {describe(kind)}")


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}...")
