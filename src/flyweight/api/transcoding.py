"""Turns an HTTP request's path variables, query and body into a protobuf request, and a message into a body.

The rules are google.api.http's, as grpc-gateway applies them for Flyte: JSON by protobuf's mapping (camelCase out,
both spellings in), or the binary form where the caller asks for it.
"""

import json
from collections.abc import Iterable

from google.protobuf import descriptor_pool, json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import DecodeError, Message

from flyweight.errors import InvalidInput

JSON = "application/json"
BINARY = frozenset({"application/octet-stream", "application/x-protobuf", "application/protobuf"})

_FROM_TEXT = frozenset({"google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.FieldMask"})
_WRAPPERS = frozenset(
    f"google.protobuf.{kind}Value"
    for kind in ("Bool", "String", "Bytes", "Int32", "Int64", "UInt32", "UInt64", "Float", "Double")
)
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}

JsonValue = str | bool | list["JsonValue"] | dict[str, "JsonValue"]


def fill_from_body(request: Message, body: bytes, content_type: str) -> None:
    """Merge a body into a request, by its content type; an empty one changes nothing.

    Raises:
        InvalidInput: The body is not such a message; the message names the place.
    """
    if not body:
        return
    name = request.DESCRIPTOR.full_name
    try:
        if media_type(content_type) in BINARY:
            request.MergeFromString(body)
        else:
            json_format.ParseDict(_json_object(body), request)
    except (json_format.ParseError, DecodeError, ValueError, RecursionError) as problem:
        raise InvalidInput(f"the body is not a {name}: {problem}") from problem


def fill_from_text(request: Message, pairs: Iterable[tuple[str, str]]) -> None:
    """Merge dotted field names with values as text (path variables, query parameters) into a request.

    A name that repeats is one more element of a repeated field; for any other field the last one counts.

    Raises:
        InvalidInput: There is no such field, or the value does not fit it.
    """
    tree: dict[str, JsonValue] = {}
    descriptor = descriptor_pool.Default().FindMessageTypeByName(request.DESCRIPTOR.full_name)
    for name, text in pairs:
        _plant(tree, descriptor, name, text)
    try:
        json_format.ParseDict(tree, request)
    except json_format.ParseError as problem:
        raise InvalidInput(f"a parameter does not fit {request.DESCRIPTOR.full_name}: {problem}") from problem


def answer_body(message: Message, content_type: str) -> bytes:
    """Write a message as the caller wants it: ``application/json`` or one of the binary types."""
    if content_type in BINARY:
        return message.SerializeToString()
    text = json_format.MessageToJson(message, indent=None, always_print_fields_with_no_presence=True)
    return text.encode()


def answer_type(accept: str, content_type: str) -> str:
    """Choose the content type of an answer: the first known one accepted, else the request's own, else JSON."""
    for offered in accept.split(","):
        wanted = media_type(offered)
        if wanted in BINARY or wanted == JSON:
            return wanted
    sent = media_type(content_type)
    return sent if sent in BINARY else JSON


def media_type(header: str) -> str:
    """Take the bare type out of a Content-Type or Accept element."""
    return header.partition(";")[0].strip().lower()


def _json_object(body: bytes) -> dict[str, JsonValue]:
    parsed = json.loads(body)
    if not isinstance(parsed, dict):
        raise ValueError("it is JSON, but not an object in braces")  # noqa: TRY004 - a wrong value, told as such
    return parsed


def _plant(tree: dict[str, JsonValue], descriptor: Descriptor, name: str, text: str) -> None:
    *way, leaf = name.split(".")
    for step in way:
        field = _field(descriptor, step, name)
        if field.message_type is None or field.is_repeated:
            raise InvalidInput(f"the parameter {name!r} leads through {step!r}, which has no fields")
        branch = tree.setdefault(field.name, {})
        if not isinstance(branch, dict):
            raise InvalidInput(f"the parameter {name!r} contradicts another one")
        tree, descriptor = branch, field.message_type
    field = _field(descriptor, leaf, name)
    value = _value(field, text, name)
    if not field.is_repeated:
        tree[field.name] = value
        return
    elements = tree.setdefault(field.name, [])
    if isinstance(elements, list):
        elements.append(value)


def _field(descriptor: Descriptor, step: str, name: str) -> FieldDescriptor:
    field = descriptor.fields_by_name.get(step) or descriptor.fields_by_camelcase_name.get(step)
    if field is None:
        known = ", ".join(sorted(descriptor.fields_by_name))
        raise InvalidInput(f"there is no parameter {name!r}: {descriptor.name} has {known or 'no fields'}")
    return field


def _value(field: FieldDescriptor, text: str, name: str) -> JsonValue:
    """Bring text into the form that protobuf's JSON mapping takes for this field."""
    kind, message = field.type, field.message_type
    if message is not None:
        if message.full_name in _WRAPPERS:
            kind = message.fields_by_name["value"].type
        elif message.full_name not in _FROM_TEXT:
            raise InvalidInput(f"the parameter {name!r} is a {message.name}: name one of its fields")
    if kind != FieldDescriptor.TYPE_BOOL:
        return text
    if text.lower() not in _BOOLEANS:
        raise InvalidInput(f"the parameter {name!r} is true or false, not {text!r}")
    return _BOOLEANS[text.lower()]
