"""Turns arguments of a call in a workflow into bindings: constants as literals, promises as references, in any mix."""

import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flyteidl.core import literals_pb2

from flyweight.errors import CompileError, TypeMismatch
from flyweight.sdk.expression import Expression
from flyweight.sdk.node import Node, NodeOutputs
from flyweight.sdk.promise import Promise
from flyweight.semantics.casting import castable
from flyweight.types.mismatch import type_name, within
from flyweight.types.registry import default_registry


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that is known when the workflow is compiled."""

    literal: literals_pb2.Literal


@dataclass(frozen=True, slots=True)
class Collected:
    """A list with promises in it."""

    items: "tuple[Binding, ...]"


@dataclass(frozen=True, slots=True)
class Mapped:
    """A dictionary with promises in it."""

    items: "Mapping[str, Binding]"


Binding = Promise | Constant | Collected | Mapped


def bind(value: object, python_type: typing.Any, where: str) -> Binding:
    """Bind an argument; ``where`` names the input in errors.

    Raises:
        CompileError: a promise stands where the type allows none, or a node without outputs is used as a value.
        TypeMismatch: a constant, or the type of a promise, does not fit the type.

    """
    match value:
        case Promise():
            return _fitting(value, python_type, where)
        case NodeOutputs() if len(value) == 1:
            return _fitting(value[0], python_type, where)
        case NodeOutputs() | Node():
            raise CompileError(_not_one_value(value, where))
        case Expression():
            raise CompileError(
                f"{where}: `{value}` is a condition, and those are for conditional(...).if_(...): the value is not "
                "there yet. Compare them in a task that returns a bool."
            )
        case list() if _holds_promise(value):
            member = _member(python_type, list, where)
            return Collected(tuple(bind(item, member, f"{where}[{index}]") for index, item in enumerate(value)))
        case dict() if _holds_promise(value):
            member = _member(python_type, dict, where)
            return Mapped({str(key): bind(item, member, f"{where}[{key!r}]") for key, item in value.items()})
        case _:
            return _constant(value, python_type, where)


def _fitting(promise: Promise, python_type: typing.Any, where: str) -> Promise:
    """Refuse a promise whose value can never fit; the type of a part is known only when the value is."""
    given = promise.python_type
    if promise.ref.path or python_type is typing.Any or given == python_type:
        return promise
    types = default_registry()
    if not castable(types.literal_type(given), types.literal_type(python_type)):
        raise TypeMismatch(
            f"expected {type_name(python_type)}, got {promise.ref} of type {type_name(given)}; change one of the two "
            "annotations, or convert the value in a task",
            path=where,
        )
    return promise


def _constant(value: object, python_type: typing.Any, where: str) -> Constant:
    try:
        return Constant(default_registry().to_literal(value, python_type))
    except TypeMismatch as error:
        raise within(where, error) from error


def promises_in(binding: Binding) -> Iterator[Promise]:
    """Find every promise in a binding."""
    match binding:
        case Promise():
            yield binding
        case Collected(items):
            for item in items:
                yield from promises_in(item)
        case Mapped(items):
            for item in items.values():
                yield from promises_in(item)
        case Constant():
            return
        case _:
            typing.assert_never(binding)


def _holds_promise(value: object) -> bool:
    match value:
        case Promise() | Node() | NodeOutputs():
            return True
        case list():
            return any(_holds_promise(item) for item in value)
        case dict():
            return any(_holds_promise(item) for item in value.values())
        case _:
            return False


def _member(python_type: typing.Any, container: type, where: str) -> typing.Any:
    """Find the type of a container's members; in a union, of the first variant that is such a container."""
    origin, arguments = typing.get_origin(python_type), typing.get_args(python_type)
    if origin is typing.Annotated:
        return _member(arguments[0], container, where)
    if origin is container:
        return arguments[-1]
    if origin in (typing.Union, types.UnionType):
        for variant in arguments:
            if typing.get_origin(variant) is container:
                return typing.get_args(variant)[-1]
    raise CompileError(
        f"{where}: a {container.__name__} with results of other nodes in it fits only an input of type "
        f"`{container.__name__}[...]`, this one is {python_type}. Build the value in a task."
    )


def _not_one_value(value: Node | NodeOutputs, where: str) -> str:
    node = value if isinstance(value, Node) else value.owner
    names = ", ".join(node.outputs)
    advice = f"choose one of its outputs: {names}" if names else "it has no output"
    hint = (
        ""
        if names
        else f" If it returns something, annotate its type, as in `def {node.entity.short_name}(...) -> int`."
    )
    return f"{where}: {node.entity.name} does not give one value; {advice}.{hint}"
