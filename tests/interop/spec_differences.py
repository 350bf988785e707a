"""Tells in which fields two flyteidl messages differ, as readable paths; fields that are rightly ours are named here."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgpack
from flyteidl.core import types_pb2
from google.protobuf import struct_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

RIGHTLY_OURS = {
    "flyteidl.core.TaskMetadata.runtime": "names the SDK and its version",
    "flyteidl.core.Container.args": "starts our worker; what it is told to load is compared",
}
SETTINGS_AT_RUN = ("_F_SS_C", "FLYWEIGHT_COMPILED_WITH")
"""Variables that tell a dynamic task with which settings it was compiled: each SDK's own form of one fact."""
UNORDERED = {"flyteidl.core.Node.upstream_node_ids"}
"""Repeated fields that are sets."""
KEYS = ("id", "var", "name", "key")
"""Fields that name an element of a list: elements are matched by them, and a path shows them."""


def differences(ours: Message, stock: Message, path: str = "") -> Iterator[str]:
    """Give a line for each place where two messages differ; a message that is not there equals an empty one.

    In a oneof, which member is there does count: ``none_type {}`` is a value.
    """
    if isinstance(ours, struct_pb2.Struct):
        yield from _values(_plain(ours), _plain(stock), path)
        return
    for field in ours.DESCRIPTOR.fields:
        place = f"{path}.{field.name}".lstrip(".")
        left, right = getattr(ours, field.name), getattr(stock, field.name)
        if field.full_name in RIGHTLY_OURS:
            if field.name == "args":
                yield from _values(loaded(left), loaded(right), place)
        elif field.is_repeated:
            yield from _repeated(field, left, right, place)
        elif field.containing_oneof is not None and ours.HasField(field.name) != stock.HasField(field.name):
            yield f"{place}: ours {_shown(ours, field)}, the stock's {_shown(stock, field)}"
        elif field.message_type is not None:
            if ours.HasField(field.name) or stock.HasField(field.name):
                yield from differences(left, right, place)
        else:
            yield from _values(left, right, place)


def loaded(args: Sequence[str]) -> list[str]:
    """Give what a container's command loads: module and task, without the names of the resolvers that do it."""
    words = list(args)[list(args).index("--") + 1 :] if "--" in args else list(args)
    if "--" in words:  # the stock's fast registration puts one command into another
        words = words[words.index("--") + 1 :]
    return [word for place, word in enumerate(words) if place == 0 or words[place - 1] != "resolver"]


def _plain(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Give what a struct holds; of a pod's containers, what their commands load."""
    values = MessageToDict(struct)
    containers = values.get("containers", [])
    for container in containers:
        container["args"] = loaded(container.get("args", []))
    return values


def _repeated(field: FieldDescriptor, left: Any, right: Any, path: str) -> Iterator[str]:
    if field.message_type is None:
        arrange = sorted if field.full_name in UNORDERED else list
        yield from _values(arrange(left), arrange(right), path)
    elif field.message_type.GetOptions().map_entry:
        yield from _maps(dict(left), dict(right), path)
    else:
        yield from _maps(_by_name(left), _by_name(right), path)


def _by_name(elements: Sequence[Message]) -> dict[str, Message]:
    """Arrange a list by what names its elements; by place, if nothing does."""
    named = {_name(element) or str(place): element for place, element in enumerate(elements)}
    arranged = named if len(named) == len(elements) else {str(place): one for place, one in enumerate(elements)}
    return {key: one for key, one in arranged.items() if key not in SETTINGS_AT_RUN}


def _name(element: Message) -> str:
    if isinstance(element, types_pb2.LiteralType):
        return ""  # variants of a union have an order
    for key in KEYS:
        field = element.DESCRIPTOR.fields_by_name.get(key)
        if field is not None:
            value = getattr(element, key)
            return (
                value.name
                if isinstance(value, Message)
                else field.enum_type.values[value].name
                if field.enum_type
                else str(value)
            )
    template = element.DESCRIPTOR.fields_by_name.get("template")
    return _name(element.template) if template else ""


def _maps(left: dict[str, Any], right: dict[str, Any], path: str) -> Iterator[str]:
    for key in [*left, *(key for key in right if key not in left)]:
        place = f"{path}[{key}]"
        if key not in right:
            yield f"{place}: only ours: {_text(left[key])}"
        elif key not in left:
            yield f"{place}: only the stock's: {_text(right[key])}"
        elif isinstance(left[key], Message):
            yield from differences(left[key], right[key], place)
        else:
            yield from _values(left[key], right[key], place)


def _values(left: Any, right: Any, path: str) -> Iterator[str]:
    if left != right:
        yield f"{path}: ours {_text(left)}, the stock's {_text(right)}"


def _shown(message: Message, field: FieldDescriptor) -> str:
    return _text(getattr(message, field.name)) if message.HasField(field.name) else "not there"


def _text(value: Any) -> str:
    if isinstance(value, Message):
        return " ".join(str(value).split()) or "{}"
    if isinstance(value, bytes):
        try:
            return f"msgpack {msgpack.unpackb(value, strict_map_key=False)!r}"
        except ValueError:
            return repr(value)
    return repr(value)
