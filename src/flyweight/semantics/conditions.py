"""Decides a branch's condition over the inputs of its node: comparisons of plain values, joined by AND and OR.

By flytepropeller's rules (nodes/branch/comparator.go), widened where a user would only stumble: an integer may be
compared with a float, None with anything for equality, and the right side of AND or OR is looked at only if it matters.
"""

import operator
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TypeGuard

import msgpack
from flyteidl.core import condition_pb2, literals_pb2

from flyweight import literals
from flyweight.errors import InvalidInput, TypeMismatch

Comparison = condition_pb2.ComparisonExpression
Conjunction = condition_pb2.ConjunctionExpression

_ORDERED: dict[int, Callable[..., bool]] = {
    Comparison.GT: operator.gt,
    Comparison.GTE: operator.ge,
    Comparison.LT: operator.lt,
    Comparison.LTE: operator.le,
}
_SIGNS = {
    Comparison.EQ: "==",
    Comparison.NEQ: "!=",
    Comparison.GT: ">",
    Comparison.GTE: ">=",
    Comparison.LT: "<",
    Comparison.LTE: "<=",
}


def evaluate(expression: condition_pb2.BooleanExpression, inputs: Mapping[str, literals_pb2.Literal]) -> bool:
    """Decide a condition.

    Args:
        expression: a comparison, or two expressions joined by AND or OR.
        inputs: what the branch node is given; its variables are named there (``n0.o0``, ``.x``).

    Raises:
        InvalidInput: a variable is not there, a value is not plain, or two values cannot be compared.
    """
    match expression.WhichOneof("expr"):
        case "comparison":
            return _compare(expression.comparison, inputs)
        case "conjunction":
            joined = expression.conjunction
            left = evaluate(joined.left_expression, inputs)
            if left == (joined.operator == Conjunction.OR):
                return left
            return evaluate(joined.right_expression, inputs)
        case _:
            raise InvalidInput("the condition is empty: it must compare two values")


def variables(expression: condition_pb2.BooleanExpression) -> list[str]:
    """List the inputs of the branch node that a condition looks at, in the order they are written."""
    if expression.WhichOneof("expr") == "conjunction":
        joined = expression.conjunction
        return [*variables(joined.left_expression), *variables(joined.right_expression)]
    operands = (expression.comparison.left_value, expression.comparison.right_value)
    return [operand.var for operand in operands if operand.WhichOneof("val") == "var"]


def written(expression: condition_pb2.BooleanExpression) -> str:
    """Write a condition as its author did: ``x > 3 and n0.o0 == 'left'``; nothing for one that is empty."""
    if expression.HasField("conjunction"):
        joined = expression.conjunction
        sides = [_side(side, joined.operator) for side in (joined.left_expression, joined.right_expression)]
        return (" and " if joined.operator == Conjunction.AND else " or ").join(sides)
    if not expression.HasField("comparison"):
        return ""
    comparison = expression.comparison
    if comparison.operator == Comparison.EQ and comparison.right_value.primitive == literals_pb2.Primitive(
        boolean=True
    ):
        return _written(comparison.left_value)
    left, right = _written(comparison.left_value), _written(comparison.right_value)
    return f"{left} {_SIGNS.get(comparison.operator, '?')} {right}"


def _side(side: condition_pb2.BooleanExpression, around: int) -> str:
    """Write a side of AND or OR, in brackets where it is the other of them."""
    other = side.HasField("conjunction") and side.conjunction.operator != around
    return f"({written(side)})" if other else written(side)


def _written(operand: condition_pb2.Operand) -> str:
    """Write a side of a comparison: ``.x`` is an input of the workflow."""
    return operand.var.removeprefix(".") if operand.WhichOneof("val") == "var" else repr(_value(operand, {}))


def _compare(comparison: Comparison, inputs: Mapping[str, literals_pb2.Literal]) -> bool:
    left, right = _value(comparison.left_value, inputs), _value(comparison.right_value, inputs)
    wanted = comparison.operator
    alike = left is None or right is None or _alike(left, right)
    if alike and wanted in {Comparison.EQ, Comparison.NEQ}:
        return (left == right) == (wanted == Comparison.EQ)
    ordered = alike and not isinstance(left, bool) and left is not None and right is not None
    if not ordered or wanted not in _ORDERED:
        sign = _SIGNS.get(wanted, "?")
        raise InvalidInput(
            f"{_shown(comparison.left_value, left)} {sign} {_shown(comparison.right_value, right)}: "
            f"{type(left).__name__} and {type(right).__name__} cannot be compared so"
        )
    return _ORDERED[wanted](left, right)


def _alike(left: object, right: object) -> bool:
    return type(left) is type(right) or (_is_number(left) and _is_number(right))


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(operand: condition_pb2.Operand, value: object) -> str:
    return f"{operand.var} ({value!r})" if operand.WhichOneof("val") == "var" else repr(value)


def _value(operand: condition_pb2.Operand, inputs: Mapping[str, literals_pb2.Literal]) -> object:
    match operand.WhichOneof("val"):
        case "var":
            if operand.var not in inputs:
                known = ", ".join(sorted(inputs)) or "none"
                raise InvalidInput(f"failed to find a value for the variable {operand.var}; there are: {known}")
            return _plain(operand.var, inputs[operand.var])
        case "primitive":
            return literals.primitive_value(
                literals_pb2.Literal(scalar=literals_pb2.Scalar(primitive=operand.primitive))
            )
        case "scalar":
            return _plain("the constant", literals_pb2.Literal(scalar=operand.scalar))
        case _:
            raise InvalidInput("one side of the comparison is empty")


def _plain(name: str, literal: literals_pb2.Literal) -> object:
    """Read a primitive or None, also one that was taken out of a dataclass and is still MessagePack."""
    inner = literals.unwrap(literal)
    if inner.scalar.WhichOneof("value") == "binary" and inner.scalar.binary.tag == literals.MSGPACK:
        try:
            packed: object = msgpack.unpackb(inner.scalar.binary.value, strict_map_key=False)
        except (ValueError, msgpack.UnpackException) as error:
            raise InvalidInput(f"{name} is not valid MessagePack: the task that made it is at fault") from error
        if packed is None or isinstance(packed, int | float | str | bool | datetime | timedelta):
            return packed
        raise InvalidInput(f"{name} is a {type(packed).__name__}: only plain values can be compared")
    try:
        return literals.primitive_value(inner)
    except TypeMismatch as error:
        raise InvalidInput(f"{name} cannot be compared: {error.message}") from error
