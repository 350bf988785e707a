"""Errors as values: what a failure handler declares and is given."""

import pytest
from flyteidl.core.types_pb2 import LiteralType, SimpleType

from flyweight.errors import TypeMismatch
from flyweight.types.flyte_error import FlyteError
from flyweight.types.registry import default_registry


def test_an_error_travels_as_an_error() -> None:
    registry = default_registry()
    error = FlyteError(message="no memory", failed_node_id="n3")
    literal = registry.to_literal(error, FlyteError)
    assert literal.scalar.error.message == "no memory"
    assert literal.scalar.error.failed_node_id == "n3"
    assert registry.to_python(literal, FlyteError) == error
    assert registry.literal_type(FlyteError) == LiteralType(simple=SimpleType.ERROR)
    assert registry.guess(LiteralType(simple=SimpleType.ERROR)) is FlyteError


def test_anything_else_is_refused() -> None:
    registry = default_registry()
    with pytest.raises(TypeMismatch, match="expected FlyteError, got 'no memory'"):
        registry.to_literal("no memory", FlyteError)
    with pytest.raises(TypeMismatch, match="holds integer"):
        registry.to_python(registry.to_literal(1, int), FlyteError)
