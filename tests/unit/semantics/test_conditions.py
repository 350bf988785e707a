"""Conditions of branches: what compares with what, and how it is said when two values do not."""

from datetime import UTC, datetime, timedelta

import msgpack
import pytest
from flyteidl.core import condition_pb2, types_pb2

from flyweight import literals
from flyweight.errors import InvalidInput
from flyweight.semantics import conditions

INTEGER = types_pb2.LiteralType(simple=types_pb2.INTEGER)


def operand(value):
    if isinstance(value, str) and "." in value:
        return condition_pb2.Operand(var=value)
    if value is None:
        return condition_pb2.Operand(scalar=literals.none().scalar)
    return condition_pb2.Operand(primitive=literals.primitive(value).scalar.primitive)


def compare(left, sign, right):
    made = condition_pb2.ComparisonExpression(
        operator=condition_pb2.ComparisonExpression.Operator.Value(sign),
        left_value=operand(left),
        right_value=operand(right),
    )
    return condition_pb2.BooleanExpression(comparison=made)


def both(left, sign, right):
    made = condition_pb2.ConjunctionExpression(
        operator=condition_pb2.ConjunctionExpression.LogicalOperator.Value(sign),
        left_expression=left,
        right_expression=right,
    )
    return condition_pb2.BooleanExpression(conjunction=made)


TRUE, FALSE, BROKEN = compare(1, "EQ", 1), compare(1, "EQ", 2), compare(".missing", "EQ", 1)


@pytest.mark.parametrize(
    ("left", "sign", "right", "expected"),
    [
        (1, "EQ", 1, True),
        (1, "NEQ", 1, False),
        (2, "GT", 1, True),
        (1, "GTE", 1, True),
        (1, "LT", 1, False),
        (1, "LTE", 1.5, True),
        ("a", "LT", "b", True),
        (True, "EQ", True, True),
        (True, "NEQ", False, True),
        (None, "EQ", None, True),
        (1, "NEQ", None, True),
        (datetime(2024, 1, 1, tzinfo=UTC), "LT", datetime(2024, 1, 2, tzinfo=UTC), True),
        (timedelta(seconds=2), "GT", timedelta(seconds=1), True),
    ],
)
def test_plain_values_compare_as_in_python(left, sign, right, expected):
    assert conditions.evaluate(compare(left, sign, right), {}) is expected


def test_variables_are_looked_up_in_the_inputs_through_unions_and_messagepack():
    inputs = {
        "n0.o0": literals.union(literals.primitive(3), INTEGER),
        ".x": literals.binary(msgpack.packb(3)),
        ".none": literals.none(),
    }
    assert conditions.evaluate(compare("n0.o0", "EQ", ".x"), inputs)
    assert conditions.evaluate(compare(".none", "EQ", None), inputs)
    assert conditions.variables(both(compare("n0.o0", "GT", 1), "AND", compare(2, "LT", ".x"))) == ["n0.o0", ".x"]


@pytest.mark.parametrize(
    ("left", "sign", "right", "expected"),
    [
        (TRUE, "AND", TRUE, True),
        (TRUE, "AND", FALSE, False),
        (FALSE, "OR", TRUE, True),
        (FALSE, "OR", FALSE, False),
        (FALSE, "AND", BROKEN, False),
        (TRUE, "OR", BROKEN, True),
    ],
)
def test_the_right_side_is_looked_at_only_if_it_matters(left, sign, right, expected):
    assert conditions.evaluate(both(left, sign, right), {}) is expected


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (BROKEN, "failed to find a value for the variable .missing; there are: .list, .map, .x"),
        (compare(1, "EQ", "a"), "1 == 'a': int and str cannot be compared so"),
        (compare(True, "GT", False), "True > False: bool and bool cannot be compared so"),
        (compare(True, "EQ", 1), "True == 1: bool and int cannot be compared so"),
        (compare(".x", "LT", None), r".x \(1\) < None: int and NoneType cannot be compared so"),
        (compare(".list", "EQ", 1), ".list cannot be compared: .* not collection"),
        (compare(".map", "EQ", 1), ".map is a dict: only plain values can be compared"),
        (condition_pb2.BooleanExpression(), "the condition is empty"),
    ],
)
def test_what_cannot_be_compared_is_said_in_words(expression, words):
    inputs = {
        ".x": literals.primitive(1),
        ".list": literals.collection([]),
        ".map": literals.binary(msgpack.packb({"a": 1})),
    }
    with pytest.raises(InvalidInput, match=words):
        conditions.evaluate(expression, inputs)
