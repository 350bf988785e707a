"""The values of a call as a whole: annotations to a TypedInterface, values to a LiteralMap and back.

Every fault of a call is found at once, each naming the input, the place inside it, what was expected and what came.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from flyteidl.core.interface_pb2 import TypedInterface, Variable, VariableMap
from flyteidl.core.literals_pb2 import Literal, LiteralMap

from flyweight.errors import InvalidInput, TypeMismatch
from flyweight.types.mismatch import type_name, unknown_name, within
from flyweight.types.pickles import PickleCodec
from flyweight.types.registry import Registry, default_registry

Converted = TypeVar("Converted")

PythonTypes = Mapping[str, Any]
"""Names of inputs or outputs, in order, with their annotations."""


def typed_interface(
    inputs: PythonTypes,
    outputs: PythonTypes,
    descriptions: Mapping[str, str] | None = None,
    output_descriptions: Mapping[str, str] | None = None,
    registry: Registry | None = None,
) -> TypedInterface:
    """Give the interface on the wire of an entity with these inputs and outputs.

    Descriptions come from the docstring; a variable without one is described by its name, as Flyte does. Raises
    TypeMismatch naming the input or output whose annotation cannot be used.

    Args:
        inputs: annotations by name.
        outputs: annotations by name.
        descriptions: texts of inputs, by name.
        output_descriptions: texts of outputs, by name.
        registry: the codecs to use; this process's by default.

    """
    chosen = registry or default_registry()
    return TypedInterface(
        inputs=_variables(inputs, descriptions or {}, chosen),
        outputs=_variables(outputs, output_descriptions or {}, chosen),
    )


def to_literal_map(values: Mapping[str, Any], types: PythonTypes, registry: Registry | None = None) -> LiteralMap:
    """Convert the values of a call; every name of ``types`` must have one.

    Raises TypeMismatch if values do not fit and InvalidInput if names are missing or unknown; all faults in one error.

    Args:
        values: by name.
        types: annotations by name.
        registry: the codecs to use; this process's by default.

    """
    _check_names(values, types)
    chosen = registry or default_registry()
    literals: dict[str, Literal] = _each(types, lambda name: chosen.to_literal(values[name], types[name]))
    made = LiteralMap()
    for name, literal in literals.items():  # one by one: a map made of a dictionary takes twice as long
        made.literals[name].CopyFrom(literal)
    return made


def to_python_values(literal_map: LiteralMap, types: PythonTypes, registry: Registry | None = None) -> dict[str, Any]:
    """Convert a LiteralMap back to the values of ``types``, in their order; raises as ``to_literal_map`` does.

    Args:
        literal_map: literals by name.
        types: annotations by name.
        registry: the codecs to use; this process's by default.

    """
    literals = literal_map.literals
    _check_names(literals, types)
    chosen = registry or default_registry()
    return _each(types, lambda name: chosen.to_python(literals[name], types[name]))


def _variables(types: PythonTypes, descriptions: Mapping[str, str], registry: Registry) -> VariableMap:
    for python_type in types.values():
        codec = registry.codec_for(python_type)
        if isinstance(codec, PickleCodec):  # said here too, where the author sees it, and not only by the task's log
            codec.warn(python_type)
    found = _each(types, lambda name: registry.literal_type(types[name]))
    return VariableMap(
        variables={
            name: Variable(type=literal_type, description=descriptions.get(name) or name)
            for name, literal_type in found.items()
        }
    )


def _check_names(given: Mapping[str, Any], types: PythonTypes) -> None:
    # Each name is asked for: to go through a map of messages costs several times as much.
    if len(given) == len(types) and all(map(given.__contains__, types)):
        return
    problems = [unknown_name(name, types) for name in given if name not in types]
    problems += [
        f"'{name}' is missing: it needs a value of type {type_name(types[name])}" for name in types if name not in given
    ]
    if problems:
        raise InvalidInput("; ".join(problems))


def _each(names: Iterable[str], convert: Callable[[str], Converted]) -> dict[str, Converted]:
    converted: dict[str, Converted] = {}
    mismatches: list[TypeMismatch] = []
    for name in names:
        try:
            converted[name] = convert(name)
        except TypeMismatch as error:
            mismatches.append(within(name, error))
    if len(mismatches) == 1:
        raise mismatches[0]
    if mismatches:
        raise TypeMismatch("\n".join([f"{len(mismatches)} values do not fit:", *(f"  - {one}" for one in mismatches)]))
    return converted
