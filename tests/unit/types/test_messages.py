"""Protobuf messages as inputs and outputs."""

import pytest
from flyteidl.core.types_pb2 import BlobType
from google.protobuf.struct_pb2 import ListValue, Struct
from google.protobuf.wrappers_pb2 import Int64Value

from flyweight.errors import TypeMismatch
from flyweight.types import Registry
from tests.unit.types.wire import round_trip


def test_there_and_back(registry: Registry):
    for value in (BlobType(format="csv", dimensionality=BlobType.MULTIPART), BlobType(), nested()):
        assert round_trip(registry, value, type(value)) == value
    assert registry.guess(registry.literal_type(BlobType)) is BlobType


def nested() -> Struct:
    value = Struct()
    value.update({"a": [1, {"b": None}], "c": "x"})
    return value


def test_a_list_of_values_is_a_collection(registry: Registry):
    value = ListValue()
    value.extend([1.5, "a", True, None, {"a": 1}, [2]])
    literal = registry.to_literal(value, ListValue)
    assert len(literal.collection.literals) == 6
    assert registry.to_python(literal, ListValue) == value


def test_what_does_not_fit_is_told(registry: Registry):
    with pytest.raises(TypeMismatch, match="expected BlobType, got 3"):
        registry.to_literal(3, BlobType)
    with pytest.raises(TypeMismatch, match="no fields in JSON"):
        registry.to_literal(Int64Value(value=3), Int64Value)
    with pytest.raises(TypeMismatch, match="does not fit BlobType"):
        registry.to_python(registry.to_literal(nested(), Struct), BlobType)
    foreign = registry.literal_type(BlobType)
    foreign.metadata.update({"pb_type": "nowhere_pb2.Thing"})
    with pytest.raises(TypeMismatch, match=r"nowhere_pb2\.Thing is not here.*install its package"):
        registry.guess(foreign)
