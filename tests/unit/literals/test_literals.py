"""Literals are built, read back, and given the same bytes whenever they are equal."""

from datetime import UTC, datetime, timedelta

import pytest
from flyteidl.core import literals_pb2, types_pb2

from flyweight import literals
from flyweight.errors import TypeMismatch


@pytest.mark.parametrize(
    "value",
    [3, -(2**63), 2.5, "text", True, False, datetime(2026, 1, 2, 3, 4, 5, 6, UTC), timedelta(days=-1, microseconds=7)],
)
def test_a_primitive_comes_back_as_it_went_in(value):
    found = literals.primitive_value(literals.primitive(value))
    assert found == value
    assert type(found) is type(value)


def test_a_naive_datetime_is_taken_as_utc():
    assert literals.primitive_value(literals.primitive(datetime(2026, 1, 1))) == datetime(2026, 1, 1, tzinfo=UTC)  # noqa: DTZ001


def test_an_integer_past_64_bits_is_refused_with_a_way_out():
    with pytest.raises(TypeMismatch, match=r"64 bits\. Pass it as a string"):
        literals.primitive(2**63)


def test_unions_in_unions_are_unwrapped():
    kind = types_pb2.LiteralType(simple=types_pb2.INTEGER)
    nested = literals.union(literals.union(literals.primitive(4), kind), kind)
    assert literals.primitive_value(nested) == 4
    assert literals.is_none(literals.union(literals.none(), kind))
    assert not literals.is_none(nested)


def test_a_collection_is_no_primitive():
    with pytest.raises(TypeMismatch, match="not collection"):
        literals.primitive_value(literals.collection([]))


@pytest.mark.parametrize(
    ("literal", "word"),
    [
        (literals.primitive(1.5), "float_value"),
        (literals.none(), "none_type"),
        (literals.mapping({}), "map"),
        (literals.binary(b"x"), "binary"),
        (literals_pb2.Literal(), ""),
    ],
)
def test_a_literal_says_what_form_it_has(literal, word):
    assert literals.kind(literal) == word


def test_equal_maps_have_equal_bytes_whatever_their_order():
    forward, backward = literals_pb2.LiteralMap(), literals_pb2.LiteralMap()
    names = [f"name{index}" for index in range(50)]
    for name in names:
        forward.literals[name].CopyFrom(literals.primitive(name))
    for name in reversed(names):
        backward.literals[name].CopyFrom(literals.primitive(name))
    assert literals.to_bytes(forward) == literals.to_bytes(backward)
    assert literals.digest(forward) == literals.digest(backward)
    assert len(literals.digest(forward)) == 64
    assert literals.map_from_bytes(literals.to_bytes(forward)) == forward
    assert literals.digest(literals_pb2.LiteralMap()) != literals.digest(forward)
