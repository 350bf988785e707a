"""Fills Flyte's variables into a container's command: ``{{.input}}``, ``{{ $outputPrefix }}``, in any case.

The variables and how values are printed follow flyteplugins (core/template/template.go).
"""

import re
from collections.abc import Callable, Iterable, Mapping

from flyteidl.core import literals_pb2

from flyweight.clock import from_timestamp, to_datetime
from flyweight.errors import InvalidInput

_VARIABLE = re.compile(r"\{\{\s*[.$]\s*([A-Za-z_]\w*(?:\.[^\s{}]+)?)\s*\}\}")
_INPUTS = "inputs."


def fill(
    words: Iterable[str], inputs: Mapping[str, literals_pb2.Literal], variables: Mapping[str, str] | None = None
) -> list[str]:
    """Put inputs, and variables by their names in lower case, into a command's words.

    Raises:
        InvalidInput: a word names an input that the task has not, or one that cannot be printed.
    """
    known = variables or {}

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name.lower().startswith(_INPUTS):
            return _input(name[len(_INPUTS) :], inputs)
        # Flyte leaves what it does not know as it stands: it may be meant for the command itself.
        return known.get(name.lower(), match.group(0))

    return [_VARIABLE.sub(value, word) for word in words]


def _input(name: str, inputs: Mapping[str, literals_pb2.Literal]) -> str:
    if name not in inputs:
        raise InvalidInput(
            f"the container's command names the input {name!r}; the task has {', '.join(sorted(inputs)) or 'none'}"
        )
    return _printed(inputs[name], name)


def _printed(literal: literals_pb2.Literal, name: str) -> str:
    if literal.HasField("collection"):
        return f"[{','.join(_printed(item, name) for item in literal.collection.literals)}]"
    scalar = literal.scalar
    match scalar.WhichOneof("value"):
        case "primitive":
            return _primitive(scalar.primitive)
        case "blob" | "schema" | "structured_dataset" as kind:
            return getattr(scalar, kind).uri
        case "union":
            return _printed(scalar.union.value, name)
        case _:
            raise InvalidInput(f"input {name!r} is named in the container's command, and cannot be written in one")


def _primitive(primitive: literals_pb2.Primitive) -> str:
    printers: dict[str, Callable[[], str]] = {
        "integer": lambda: str(primitive.integer),
        "float_value": lambda: f"{primitive.float_value:f}",
        "string_value": lambda: primitive.string_value,
        "boolean": lambda: str(primitive.boolean).lower(),
        "datetime": lambda: to_datetime(from_timestamp(primitive.datetime)).isoformat().replace("+00:00", "Z"),
        "duration": lambda: f"{primitive.duration.ToTimedelta().total_seconds():g}s",
    }
    return printers[primitive.WhichOneof("value") or "string_value"]()
