"""Values of a call become literals: by the caller's hints, the entity's own types, or what the platform declares."""

from collections.abc import Mapping
from typing import Any

from flyteidl.core import interface_pb2, literals_pb2, types_pb2

from flyweight import literals
from flyweight.client.data import ClientData
from flyweight.client.executions import FlyteWorkflowExecution
from flyweight.client.result import plain
from flyweight.errors import InvalidInput, TypeMismatch
from flyweight.semantics.offloading import Limits, file_name, pointer
from flyweight.types.data import use_data
from flyweight.types.mismatch import unknown_name, within
from flyweight.types.registry import default_registry

_PLAIN_TYPES = frozenset({int, float, str, bool, list, dict, tuple, type(None)})


def input_literals(
    values: Mapping[str, Any],
    variables: Mapping[str, interface_pb2.Variable],
    types: Mapping[str, Any],
    data: ClientData,
) -> dict[str, literals_pb2.Literal]:
    """Convert the values of a call; files and dataframes are uploaded on the way.

    Args:
        values: by input name; literals and results of other executions are taken as they are.
        variables: what the platform declares.
        types: Python types by input name, as far as they are known.
        data: where files go.

    Raises:
        InvalidInput: an input does not exist.
        TypeMismatch: a value does not fit.

    """
    for name in values:
        if name not in variables:
            raise InvalidInput(unknown_name(name, variables))
    with use_data(data):
        made = {name: _literal(name, value, variables[name], types) for name, value in values.items()}
        return {name: _put_apart(name, literal, variables[name].type, data) for name, literal in made.items()}


def _put_apart(
    name: str, literal: literals_pb2.Literal, kind: types_pb2.LiteralType, data: ClientData
) -> literals_pb2.Literal:
    """Upload a value that is large, and give what points at it: a request has no room for many of these."""
    size = literal.ByteSize()
    if not Limits().apart(name, size):
        return literal
    path = data.local_path(file_name(name))
    path.write_bytes(literals.to_bytes(literal))
    return pointer(literal, data.store(path, path.name), size, kind)


def _literal(name: str, value: Any, variable: interface_pb2.Variable, types: Mapping[str, Any]) -> literals_pb2.Literal:
    if isinstance(value, literals_pb2.Literal):
        return value
    if issubclass(type(value), FlyteWorkflowExecution):  # a result stands for its value, so ask for its own class
        value = plain(value)
    python_type = types[name] if name in types else _type_for(value, variable)
    try:
        return default_registry().to_literal(value, python_type, variable.type)
    except TypeMismatch as error:
        raise within(name, error) from error


def _type_for(value: Any, variable: interface_pb2.Variable) -> Any:
    """Choose a type for a value of a fetched entity: its own class says most, if it is more than a plain container."""
    own = type(value)
    return default_registry().guess(variable.type) if own in _PLAIN_TYPES else own
