"""Tells the LiteralType that a Literal has, puts LiteralTypes into words, and says why a value does not fit."""

from collections.abc import Iterable

from flyteidl.core import interface_pb2, literals_pb2, types_pb2

from flyweight import literals
from flyweight.semantics.casting import castable, is_optional

SimpleType = types_pb2.SimpleType
LiteralType = types_pb2.LiteralType

_PRIMITIVES = {
    "integer": SimpleType.INTEGER,
    "float_value": SimpleType.FLOAT,
    "string_value": SimpleType.STRING,
    "boolean": SimpleType.BOOLEAN,
    "datetime": SimpleType.DATETIME,
    "duration": SimpleType.DURATION,
}
_SCALARS = {"binary": SimpleType.BINARY, "error": SimpleType.ERROR, "generic": SimpleType.STRUCT}
_WORDS = {
    SimpleType.NONE: "None",
    SimpleType.INTEGER: "integer",
    SimpleType.FLOAT: "float",
    SimpleType.STRING: "string",
    SimpleType.BOOLEAN: "boolean",
    SimpleType.DATETIME: "datetime",
    SimpleType.DURATION: "duration",
    SimpleType.BINARY: "binary",
    SimpleType.ERROR: "error",
    SimpleType.STRUCT: "struct",
}


def type_of(literal: literals_pb2.Literal) -> LiteralType:
    """Give the type that the literal shows by itself; an empty list is a list of None, a mixed one a list of unions."""
    match literal.WhichOneof("value"):
        case "scalar":
            return _scalar_type(literal.scalar)
        case "collection":
            return LiteralType(collection_type=_common(literal.collection.literals))
        case "map":
            return LiteralType(map_value_type=_common(literal.map.literals.values()))
        case "offloaded_metadata":
            return literal.offloaded_metadata.inferred_type
        case _:
            return LiteralType(simple=SimpleType.NONE)


def _scalar_type(scalar: literals_pb2.Scalar) -> LiteralType:
    form = scalar.WhichOneof("value") or ""
    match form:
        case "primitive":
            return LiteralType(simple=_PRIMITIVES.get(scalar.primitive.WhichOneof("value") or "", SimpleType.NONE))
        case "blob":
            return LiteralType(blob=scalar.blob.metadata.type)
        case "schema":
            return LiteralType(schema=scalar.schema.type)
        case "structured_dataset":
            return LiteralType(structured_dataset_type=scalar.structured_dataset.metadata.structured_dataset_type)
        case "union":
            return LiteralType(union_type=types_pb2.UnionType(variants=[scalar.union.type]))
        case _:
            # Flyte sends every dataclass and untyped dictionary as tagged MessagePack and types it as a struct.
            packed = form == "binary" and scalar.binary.tag == literals.MSGPACK
            return LiteralType(simple=SimpleType.STRUCT if packed else _SCALARS.get(form, SimpleType.NONE))


def _common(items: Iterable[literals_pb2.Literal]) -> LiteralType:
    found: dict[bytes, LiteralType] = {}
    for item in items:
        kind = type_of(item)
        found.setdefault(literals.to_bytes(kind), kind)
    kinds = list(found.values())
    if not kinds:
        return LiteralType(simple=SimpleType.NONE)
    return kinds[0] if len(kinds) == 1 else LiteralType(union_type=types_pb2.UnionType(variants=kinds))


def mismatch(literal: literals_pb2.Literal, expected: LiteralType) -> str:
    """Say in words why the literal does not fit the type, or nothing if it does."""
    given = type_of(literal)
    if not castable(given, expected):
        return f"expected {describe(expected)}, got {describe(given)}"
    if expected.WhichOneof("type") == "enum_type":
        value, choices = literals.primitive_value(literal), list(expected.enum_type.values)
        if value not in choices:
            return f"expected {describe(expected)}, got {value!r}"
    return ""


def describe(kind: LiteralType) -> str:
    """Put a type into words that somebody who writes Python reads at once: ``list of integer``, ``file (csv)``."""
    match kind.WhichOneof("type"):
        case "simple":
            name = kind.structure.tag if kind.simple == SimpleType.STRUCT else ""
            return _WORDS.get(kind.simple, "unknown type") + (_fields(kind) if not name else f" {name}{_fields(kind)}")
        case "collection_type":
            return f"list of {_enclosed(kind.collection_type)}"
        case "map_value_type":
            return f"dictionary of {_enclosed(kind.map_value_type)}"
        case "enum_type":
            return "one of " + ", ".join(repr(value) for value in kind.enum_type.values)
        case "union_type":
            return " or ".join(describe(variant) for variant in kind.union_type.variants)
        case _:
            return _describe_data(kind)


def _describe_data(kind: LiteralType) -> str:
    match kind.WhichOneof("type"):
        case "blob":
            single = kind.blob.dimensionality == types_pb2.BlobType.SINGLE
            return ("file" if single else "directory") + (f" ({kind.blob.format})" if kind.blob.format else "")
        case "schema":
            columns = ", ".join(column.name for column in kind.schema.columns)
            return "schema" + (f" with columns {columns}" if columns else "")
        case "structured_dataset_type":
            dataset = kind.structured_dataset_type
            columns = ", ".join(f"{column.name}: {describe(column.literal_type)}" for column in dataset.columns)
            form = f" ({dataset.format})" if dataset.format else ""
            return f"dataframe{form}" + (f" with columns {columns}" if columns else "")
        case _:
            return "no type"


def _enclosed(kind: LiteralType) -> str:
    words = describe(kind)
    return f"({words})" if kind.WhichOneof("type") in {"union_type", "enum_type"} else words


def _fields(kind: LiteralType) -> str:
    fields = kind.structure.dataclass_type
    return f" with fields {', '.join(sorted(fields))}" if fields else ""


def describe_variables(variables: interface_pb2.VariableMap) -> str:
    """List variables with their types: ``rate: float, epochs: integer``; ``none`` when there are none."""
    return ", ".join(f"{name}: {describe(variables.variables[name].type)}" for name in sorted(variables.variables)) or (
        "none"
    )


def required(variable: interface_pb2.Variable) -> bool:
    """Tell whether a node must bind the variable: one that accepts None may be left out."""
    return not is_optional(variable.type)
