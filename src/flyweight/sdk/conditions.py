"""Turns a condition into flyteidl's BooleanExpression; the promises it looks at become inputs of the branch node."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from flyteidl.core import condition_pb2

from flyweight.errors import CompileError, TypeMismatch
from flyweight.literals import kind, unwrap
from flyweight.sdk.expression import Compared, Joined, Junction, Sign
from flyweight.sdk.promise import Promise
from flyweight.types.registry import default_registry

_Comparison = condition_pb2.ComparisonExpression
_Conjunction = condition_pb2.ConjunctionExpression

_OPERATORS: Final[Mapping[Sign, condition_pb2.ComparisonExpression.Operator]] = {
    Sign.EQUAL: _Comparison.EQ,
    Sign.NOT_EQUAL: _Comparison.NEQ,
    Sign.GREATER: _Comparison.GT,
    Sign.GREATER_OR_EQUAL: _Comparison.GTE,
    Sign.LESS: _Comparison.LT,
    Sign.LESS_OR_EQUAL: _Comparison.LTE,
}
_JUNCTIONS: Final[Mapping[Junction, condition_pb2.ConjunctionExpression.LogicalOperator]] = {
    Junction.AND: _Conjunction.AND,
    Junction.OR: _Conjunction.OR,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """The conditions of one conditional; ``promises`` are what they look at, by the names that the messages use."""

    where: str
    """The conditional's name, for errors."""
    promises: dict[str, Promise] = field(default_factory=dict[str, Promise])

    def message(self, condition: object) -> condition_pb2.BooleanExpression:
        """Give a condition on the wire.

        Raises:
            CompileError: it is no condition, or compares what is not a plain value.

        """
        match condition:
            case Promise():
                return self.message(condition.is_true())
            case Joined(left, junction, right):
                return condition_pb2.BooleanExpression(
                    conjunction=_Conjunction(
                        left_expression=self.message(left),
                        right_expression=self.message(right),
                        operator=_JUNCTIONS[junction],
                    )
                )
            case Compared(left, sign, right):
                return condition_pb2.BooleanExpression(
                    comparison=_Comparison(
                        left_value=self._operand(left), right_value=self._operand(right), operator=_OPERATORS[sign]
                    )
                )
            case _:
                raise CompileError(
                    f"conditional `{self.where}`: {condition!r} is no condition on a value of the workflow. Compare a "
                    "result or an input (`x > 1`), join comparisons with `&` and `|`, each in brackets, and ask for "
                    "None with `x.is_none()`."
                )

    def _name(self, promise: Promise) -> str:
        """Name a value as flytekit does, ``n0.o0`` or ``.x`` for an input; further parts of it by the way into them."""
        reference = promise.ref
        name = f"{reference.node.id if reference.node is not None else ''}.{reference.var}"
        if name in self.promises and self.promises[name].ref != reference:
            return ".".join([name, *map(str, reference.path)])
        return name

    def _operand(self, value: object) -> condition_pb2.Operand:
        if isinstance(value, Promise):
            name = self._name(value)
            self.promises.setdefault(name, value)
            return condition_pb2.Operand(var=name)
        try:
            literal = unwrap(default_registry().to_literal(value, type(value)))
        except TypeMismatch as error:
            raise CompileError(f"conditional `{self.where}`: {error}") from error
        match literal.scalar.WhichOneof("value"):
            case "primitive":
                return condition_pb2.Operand(primitive=literal.scalar.primitive)
            case "none_type":
                return condition_pb2.Operand(scalar=literal.scalar)
            case _:
                raise CompileError(
                    f"conditional `{self.where}`: {value!r} is a {kind(literal)}; only numbers, strings, truth values, "
                    "times and None can be compared. Compare in a task that returns a bool, and use that."
                )
