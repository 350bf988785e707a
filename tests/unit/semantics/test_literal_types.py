"""The type that a literal shows, types in words, and why a value does not fit."""

import pytest
from flyteidl.core import literals_pb2, types_pb2

from flyweight import literals
from flyweight.semantics.literal_types import describe, mismatch, type_of

LiteralType, Simple = types_pb2.LiteralType, types_pb2.SimpleType
INTEGER, STRING, STRUCT = (LiteralType(simple=kind) for kind in (Simple.INTEGER, Simple.STRING, Simple.STRUCT))
OPTIONAL = LiteralType(union_type=types_pb2.UnionType(variants=[INTEGER, LiteralType(simple=Simple.NONE)]))
ENUM = LiteralType(enum_type=types_pb2.EnumType(values=["red", "blue"]))


@pytest.mark.parametrize(
    ("literal", "words"),
    [
        (literals.primitive(1), "integer"),
        (literals.primitive(1.0), "float"),
        (literals.none(), "None"),
        (literals.collection([]), "list of None"),
        (literals.collection([literals.primitive(1)] * 3), "list of integer"),
        (literals.collection([literals.primitive(1), literals.primitive("a")]), "list of (integer or string)"),
        (literals.mapping({"k": literals.primitive(value=True)}), "dictionary of boolean"),
        (literals.binary(b"\x80"), "struct"),
        (literals.binary(b"", tag="other"), "binary"),
        (literals.union(literals.primitive(1), INTEGER), "integer"),
        (
            literals_pb2.Literal(
                scalar=literals_pb2.Scalar(
                    blob=literals_pb2.Blob(
                        metadata=literals_pb2.BlobMetadata(type=types_pb2.BlobType(format="csv", dimensionality=1))
                    )
                )
            ),
            "directory (csv)",
        ),
        (
            literals_pb2.Literal(offloaded_metadata=literals_pb2.LiteralOffloadedMetadata(inferred_type=INTEGER)),
            "integer",
        ),
    ],
)
def test_a_literal_shows_its_type(literal, words):
    assert describe(type_of(literal)) == words


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (OPTIONAL, "integer or None"),
        (LiteralType(collection_type=OPTIONAL), "list of (integer or None)"),
        (ENUM, "one of 'red', 'blue'"),
        (LiteralType(structured_dataset_type=types_pb2.StructuredDatasetType(format="csv")), "dataframe (csv)"),
        (
            LiteralType(
                simple=Simple.STRUCT, structure=types_pb2.TypeStructure(tag="Person", dataclass_type={"age": INTEGER})
            ),
            "struct Person with fields age",
        ),
        (LiteralType(), "no type"),
    ],
)
def test_types_in_words(kind, words):
    assert describe(kind) == words


@pytest.mark.parametrize(
    ("literal", "kind", "fault"),
    [
        (literals.primitive(1), INTEGER, ""),
        (literals.primitive("1"), INTEGER, "expected integer, got string"),
        (literals.primitive(1), OPTIONAL, ""),
        (literals.union(literals.none(), OPTIONAL.union_type.variants[1]), OPTIONAL, ""),
        (literals.primitive("red"), ENUM, ""),
        (literals.primitive("green"), ENUM, "expected one of 'red', 'blue', got 'green'"),
        (literals.binary(b"\x80"), STRUCT, ""),
    ],
)
def test_why_a_value_does_not_fit(literal, kind, fault):
    assert mismatch(literal, kind) == fault
