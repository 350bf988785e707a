"""Resolves a node's bindings into literals: constants, promises (with attribute paths), lists and maps of them.

By flytepropeller's rules (nodes/resolve.go, nodes/attr_path_resolver.go): whatever is taken out of a MessagePack value
stays MessagePack, and a number taken out of a Struct is a float, since Struct knows no integers.
"""

from collections.abc import Callable, Iterable, Sequence

import msgpack
from flyteidl.core import literals_pb2, types_pb2
from google.protobuf import json_format, struct_pb2

from flyweight import literals
from flyweight.errors import InvalidInput, TypeMismatch
from flyweight.semantics.offloading import Read, is_apart

Lookup = Callable[[types_pb2.OutputReference], literals_pb2.Literal]
"""Finds what a promise stands for, before its attribute path is followed; raises ``InvalidInput`` if there is none."""

Step = str | int


def resolve_all(bindings: Iterable[literals_pb2.Binding], lookup: Lookup, read: Read) -> literals_pb2.LiteralMap:
    """Resolve a node's inputs, or a workflow's outputs.

    Args:
        bindings: where they come from.
        lookup: finds what a promise stands for.
        read: fetches a value that stands apart; asked only where a path leads into one.

    Raises:
        InvalidInput: a promise or a path in it leads nowhere; the message starts with the variable's name.
    """
    resolved = literals_pb2.LiteralMap()
    for binding in bindings:
        place, data = resolved.literals[binding.var], binding.binding
        try:
            if data.WhichOneof("value") == "scalar":  # the most frequent, copied once
                place.scalar.CopyFrom(data.scalar)
            else:
                place.CopyFrom(resolve(data, lookup, read))
        except InvalidInput as error:
            raise InvalidInput(f"{binding.var}: {error.message}") from error
    return resolved


def resolve(data: literals_pb2.BindingData, lookup: Lookup, read: Read) -> literals_pb2.Literal:
    """Resolve one binding; raises ``InvalidInput``."""
    match data.WhichOneof("value"):
        case "promise":
            promise = data.promise
            path = promise.attr_path
            found = lookup(promise)
            return take(found, [step(part) for part in path], read) if path else found
        case "scalar":
            return literals_pb2.Literal(scalar=data.scalar)
        case "collection":
            return literals.collection(resolve(item, lookup, read) for item in data.collection.bindings)
        case "map":
            return literals.mapping({name: resolve(item, lookup, read) for name, item in data.map.bindings.items()})
        case "offloaded_metadata":
            return literals_pb2.Literal(offloaded_metadata=data.offloaded_metadata)
        case _:
            return literals.none()


def promises(data: literals_pb2.BindingData) -> list[types_pb2.OutputReference]:
    """List every promise in a binding."""
    found: list[types_pb2.OutputReference] = []
    waiting = [data]
    while waiting:
        part = waiting.pop()
        match part.WhichOneof("value"):
            case "promise":
                found.append(part.promise)
            case "collection":
                waiting.extend(part.collection.bindings)
            case "map":
                waiting.extend(part.map.bindings.values())
            case _:
                pass
    return found


def step(part: types_pb2.PromiseAttribute) -> Step:
    """Read one step of an attribute path: a name or an index."""
    return part.string_value if part.WhichOneof("value") == "string_value" else part.int_value


def path_text(path: Iterable[Step]) -> str:
    """Write an attribute path the way Python would: ``.model[0]``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


def take(literal: literals_pb2.Literal, path: Sequence[Step], read: Read) -> literals_pb2.Literal:
    """Follow an attribute path into a literal; ``read`` fetches what stands apart on the way.

    Raises:
        InvalidInput: the path leads nowhere; the message says at which step.
    """
    current = literals.unwrap(literal)
    for position, part in enumerate(path):
        if is_apart(current):
            current = literals.unwrap(read(current))
        match current.WhichOneof("value"):
            case "map" if isinstance(part, str):
                entries = current.map.literals
                current = literals.unwrap(entries[part]) if part in entries else _missing(path, position, entries)
            case "collection" if isinstance(part, int):
                items = current.collection.literals
                if not -len(items) <= part < len(items):
                    raise InvalidInput(
                        f"{path_text(path[: position + 1])} is out of range: there are {len(items)} items"
                    )
                current = literals.unwrap(items[part])
            case "scalar":
                return _take_scalar(current.scalar, path, position)
            case _:
                raise _dead_end(path, position, literals.kind(current))
    return current


def _take_scalar(scalar: literals_pb2.Scalar, path: Sequence[Step], position: int) -> literals_pb2.Literal:
    match scalar.WhichOneof("value"):
        case "binary" if scalar.binary.tag == literals.MSGPACK:
            try:
                whole: object = msgpack.unpackb(scalar.binary.value, strict_map_key=False)
            except (ValueError, msgpack.UnpackException) as error:
                raise InvalidInput("the value is not valid MessagePack: the task that made it is at fault") from error
            return literals.binary(msgpack.Packer().pack(_walk(whole, path, position)))
        case "generic":
            return _from_json(_walk(json_format.MessageToDict(scalar.generic), path, position))
        case _:
            raise _dead_end(path, position, literals.kind(literals_pb2.Literal(scalar=scalar)))


def _walk(value: object, path: Sequence[Step], start: int) -> object:
    for position in range(start, len(path)):
        part = path[position]
        if isinstance(value, dict):
            if part not in value:
                _missing(path, position, value)
            value = value[part]
        elif isinstance(value, list) and isinstance(part, int):
            if not -len(value) <= part < len(value):
                raise InvalidInput(f"{path_text(path[: position + 1])} is out of range: there are {len(value)} items")
            value = value[part]
        else:
            raise _dead_end(path, position, type(value).__name__)
    return value


def _from_json(value: object) -> literals_pb2.Literal:
    match value:
        case None:
            return literals.none()
        case bool() | str():
            return literals.primitive(value)
        case int() | float():
            return literals.primitive(float(value))
        case list():
            return literals.collection(_from_json(item) for item in value)
        case dict():
            generic = struct_pb2.Struct()
            json_format.ParseDict(value, generic)
            return literals_pb2.Literal(scalar=literals_pb2.Scalar(generic=generic))
        case _:
            raise TypeMismatch(f"{value!r} has no literal")


def _missing(path: Sequence[Step], position: int, there: Iterable[object]) -> literals_pb2.Literal:
    names = ", ".join(sorted(str(name) for name in there)) or "nothing"
    raise InvalidInput(f"{path_text(path[: position + 1])} is not there: the value holds {names}")


def _dead_end(path: Sequence[Step], position: int, kind: str) -> InvalidInput:
    whole = path_text(path[:position]) or "the value"
    return InvalidInput(f"{whole} is of kind {kind} and has no {path_text(path[position : position + 1])}")
