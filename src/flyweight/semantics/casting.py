"""Decides which LiteralType may flow into which, by flytepropeller's rules (compiler/validators/typing.go).

Used where an edge is checked (linker, local compile) and where a caller's inputs come in.
"""

import json
from collections.abc import Sequence
from typing import TypeGuard

from flyteidl.core import types_pb2
from google.protobuf import json_format

SimpleType = types_pb2.SimpleType
PARQUET = "parquet"


def castable(upstream: types_pb2.LiteralType, downstream: types_pb2.LiteralType) -> bool:
    """Tell whether a value of the upstream type may be given where the downstream type is expected."""
    variants = upstream.union_type.variants
    if len(variants) == 1 and castable(variants[0], downstream):
        return True
    match downstream.WhichOneof("type"):
        case "union_type":
            return _to_union(upstream, downstream.union_type.variants)
        case "collection_type" | "map_value_type" as form:
            return _to_container(upstream, downstream, form)
        case "blob":
            return _to_blob(upstream, downstream)
        case "schema" | "structured_dataset_type":
            return _to_table(upstream, downstream)
        case _:
            return _to_plain(upstream, downstream)


def is_optional(kind: types_pb2.LiteralType) -> bool:
    """Tell whether None is among what the type accepts."""
    return _is_none(kind) or any(is_optional(variant) for variant in kind.union_type.variants)


def _is_none(kind: types_pb2.LiteralType) -> bool:
    return kind.WhichOneof("type") == "simple" and kind.simple == SimpleType.NONE


def _is(kind: types_pb2.LiteralType, simple: types_pb2.SimpleType) -> bool:
    return kind.WhichOneof("type") == "simple" and kind.simple == simple


def _to_union(upstream: types_pb2.LiteralType, variants: Sequence[types_pb2.LiteralType]) -> bool:
    if upstream.WhichOneof("type") == "union_type":
        return all(any(castable(given, taken) for taken in variants) for given in upstream.union_type.variants)
    # A single type must choose its variant without doubt: the worker could not tell two apart.
    return sum(castable(upstream, variant) for variant in variants) == 1


def _to_container(upstream: types_pb2.LiteralType, downstream: types_pb2.LiteralType, form: str) -> bool:
    if upstream.WhichOneof("type") != form:
        return False
    inner: types_pb2.LiteralType = getattr(upstream, form)
    # An empty list or map has no type of its own and fits every element type.
    return _is_none(inner) or castable(inner, getattr(downstream, form))


def _to_blob(upstream: types_pb2.LiteralType, downstream: types_pb2.LiteralType) -> bool:
    if upstream.WhichOneof("type") != "blob" or upstream.blob.dimensionality != downstream.blob.dimensionality:
        return False
    given, taken = upstream.blob.format, downstream.blob.format
    return not given or not taken or given == taken


def _to_plain(upstream: types_pb2.LiteralType, downstream: types_pb2.LiteralType) -> bool:
    given, taken = upstream.WhichOneof("type"), downstream.WhichOneof("type")
    if given == "enum_type" and _is(downstream, SimpleType.STRING):
        return True
    if taken == "enum_type" and _is(upstream, SimpleType.STRING):
        return True
    if given != taken or (upstream.structure.tag and upstream.structure.tag != downstream.structure.tag):
        return False
    if given == "enum_type":
        return list(upstream.enum_type.values) == list(downstream.enum_type.values)
    same = upstream.simple == downstream.simple
    return same and (upstream.simple != SimpleType.STRUCT or _schemas_agree(upstream, downstream))


def _schemas_agree(upstream: types_pb2.LiteralType, downstream: types_pb2.LiteralType) -> bool:
    given, taken = _schema(upstream), _schema(downstream)
    return not given or not taken or given == taken or _covers(given, taken)


def _schema(kind: types_pb2.LiteralType) -> dict[str, object]:
    if not kind.HasField("metadata"):
        return {}
    read: object = json.loads(json_format.MessageToJson(kind.metadata, indent=None))
    return _resolved(read, read)


def _resolved(schema: object, root: object) -> dict[str, object]:
    """Follow ``$ref`` into ``definitions``: old marshmallow schemas name the class there."""
    if not _is_object(schema):
        return {}
    reference = schema.get("$ref")
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return schema
    found: object = root
    for part in reference[2:].split("/"):
        found = found.get(part) if _is_object(found) else None
    return found if _is_object(found) and found is not schema else {}


def _is_object(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def _covers(given: dict[str, object], taken: dict[str, object]) -> bool:
    """Tell whether every field that is taken is given, with a type that agrees; more may be given."""
    fields, wanted = given.get("properties"), taken.get("properties")
    if not _is_object(fields) or not _is_object(wanted):
        return given.get("type") == taken.get("type") and given.get("items") == taken.get("items")
    return all(name in fields and _field_agrees(fields[name], field) for name, field in wanted.items())


def _field_agrees(given: object, taken: object) -> bool:
    if given == taken:
        return True
    if not _is_object(given) or not _is_object(taken):
        return False
    if "properties" in given and "properties" in taken:
        return _covers(given, taken)
    ignored = ("title", "description", "default")  # words for people; they decide nothing
    return {k: v for k, v in given.items() if k not in ignored} == {k: v for k, v in taken.items() if k not in ignored}


def _to_table(upstream: types_pb2.LiteralType, downstream: types_pb2.LiteralType) -> bool:
    if _is_none(upstream):
        return downstream.WhichOneof("type") == "structured_dataset_type"
    if upstream.WhichOneof("type") not in {"schema", "structured_dataset_type"}:
        return False
    given, taken = _table_format(upstream), _table_format(downstream)
    if given and taken and given != taken:
        return False
    columns, wanted = _columns(upstream), _columns(downstream)
    if not columns or not wanted:
        return True
    return all(name in columns and _column_agrees(columns[name], kind) for name, kind in wanted.items())


def _table_format(kind: types_pb2.LiteralType) -> str:
    return PARQUET if kind.WhichOneof("type") == "schema" else kind.structured_dataset_type.format.lower()


_SCHEMA_COLUMNS = {
    types_pb2.SchemaType.SchemaColumn.INTEGER: SimpleType.INTEGER,
    types_pb2.SchemaType.SchemaColumn.FLOAT: SimpleType.FLOAT,
    types_pb2.SchemaType.SchemaColumn.STRING: SimpleType.STRING,
    types_pb2.SchemaType.SchemaColumn.BOOLEAN: SimpleType.BOOLEAN,
    types_pb2.SchemaType.SchemaColumn.DATETIME: SimpleType.DATETIME,
    types_pb2.SchemaType.SchemaColumn.DURATION: SimpleType.DURATION,
}


def _columns(kind: types_pb2.LiteralType) -> dict[str, types_pb2.LiteralType]:
    if kind.WhichOneof("type") == "schema":
        return {
            column.name: types_pb2.LiteralType(simple=_SCHEMA_COLUMNS[column.type]) for column in kind.schema.columns
        }
    return {column.name: column.literal_type for column in kind.structured_dataset_type.columns}


def _column_agrees(given: types_pb2.LiteralType, taken: types_pb2.LiteralType) -> bool:
    return given.WhichOneof("type") == taken.WhichOneof("type") and castable(given, taken)
