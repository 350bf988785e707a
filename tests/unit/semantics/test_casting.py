"""Which type may flow into which: flytepropeller's rules, one by one."""

import pytest
from flyteidl.core import types_pb2
from google.protobuf import struct_pb2

from flyweight.semantics.casting import castable

LiteralType, Simple = types_pb2.LiteralType, types_pb2.SimpleType
Column, SchemaColumn = types_pb2.StructuredDatasetType.DatasetColumn, types_pb2.SchemaType.SchemaColumn

INTEGER, FLOAT = LiteralType(simple=Simple.INTEGER), LiteralType(simple=Simple.FLOAT)
STRING, NONE = LiteralType(simple=Simple.STRING), LiteralType(simple=Simple.NONE)
ENUM = LiteralType(enum_type=types_pb2.EnumType(values=["a", "b"]))


def listed(kind):
    return LiteralType(collection_type=kind)


def mapped(kind):
    return LiteralType(map_value_type=kind)


def union(*kinds):
    return LiteralType(union_type=types_pb2.UnionType(variants=kinds))


def blob(form="", many=False):
    return LiteralType(blob=types_pb2.BlobType(format=form, dimensionality=int(many)))


def tagged(kind, tag):
    made = LiteralType()
    made.CopyFrom(kind)
    made.structure.tag = tag
    return made


def dataset(form="", **columns):
    made = [Column(name=name, literal_type=kind) for name, kind in columns.items()]
    return LiteralType(structured_dataset_type=types_pb2.StructuredDatasetType(format=form, columns=made))


def schema(**columns):
    made = [SchemaColumn(name=name, type=kind) for name, kind in columns.items()]
    return LiteralType(schema=types_pb2.SchemaType(columns=made))


def struct(**properties):
    made = LiteralType(simple=Simple.STRUCT)
    if properties:
        fields = struct_pb2.Struct()
        fields.update({"properties": {name: {"type": kind} for name, kind in properties.items()}})
        made.metadata.CopyFrom(fields)
    return made


FITS = [
    (INTEGER, INTEGER),
    (ENUM, STRING),
    (STRING, ENUM),
    (ENUM, ENUM),
    (tagged(INTEGER, "int"), tagged(INTEGER, "int")),
    (INTEGER, tagged(INTEGER, "int")),
    (listed(INTEGER), listed(INTEGER)),
    (listed(NONE), listed(mapped(INTEGER))),
    (mapped(NONE), mapped(FLOAT)),
    (blob("csv"), blob()),
    (blob(), blob("csv")),
    (NONE, dataset()),
    (dataset("parquet"), dataset("Parquet")),
    (dataset("csv"), dataset()),
    (dataset(a=INTEGER, b=STRING), dataset(b=STRING)),
    (dataset(), dataset(b=STRING)),
    (schema(a=SchemaColumn.INTEGER), dataset("parquet", a=INTEGER)),
    (dataset(a=FLOAT), schema(a=SchemaColumn.FLOAT)),
    (struct(), struct(a="integer")),
    (struct(a="integer"), struct()),
    (struct(a="integer", b="string"), struct(a="integer")),
    (INTEGER, union(INTEGER, NONE)),
    (NONE, union(INTEGER, NONE)),
    (union(INTEGER, NONE), union(STRING, NONE, INTEGER)),
    (union(INTEGER), INTEGER),
]
REFUSED = [
    (INTEGER, FLOAT),
    (FLOAT, INTEGER),
    (INTEGER, STRING),
    (INTEGER, ENUM),
    (LiteralType(enum_type=types_pb2.EnumType(values=["a"])), ENUM),
    (tagged(INTEGER, "int"), tagged(INTEGER, "count")),
    (tagged(INTEGER, "int"), INTEGER),
    (listed(INTEGER), listed(FLOAT)),
    (INTEGER, listed(INTEGER)),
    (mapped(INTEGER), listed(INTEGER)),
    (NONE, listed(INTEGER)),
    (blob("csv"), blob("json")),
    (blob("csv"), blob("csv", many=True)),
    (STRING, blob()),
    (NONE, schema()),
    (dataset("csv"), dataset("parquet")),
    (dataset("csv"), schema()),
    (dataset(a=INTEGER), dataset(b=INTEGER)),
    (dataset(a=INTEGER), dataset(a=STRING)),
    (struct(a="integer"), struct(a="string")),
    (struct(a="integer"), struct(a="integer", b="string")),
    (STRING, union(STRING, ENUM)),
    (FLOAT, union(INTEGER, NONE)),
    (union(INTEGER, STRING), union(INTEGER, NONE)),
    (union(INTEGER, NONE), INTEGER),
]


@pytest.mark.parametrize(("upstream", "downstream"), FITS)
def test_fits(upstream, downstream):
    assert castable(upstream, downstream)


@pytest.mark.parametrize(("upstream", "downstream"), REFUSED)
def test_is_refused(upstream, downstream):
    assert not castable(upstream, downstream)
