"""Conditions over values of the future: what comparing promises gives, joined by ``&`` and ``|``."""

from dataclasses import dataclass
from enum import Enum
from typing import NoReturn

from flyweight.errors import CompileError


class Sign(Enum):
    """How two values are compared."""

    EQUAL = "=="
    NOT_EQUAL = "!="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    LESS = "<"
    LESS_OR_EQUAL = "<="


class Junction(Enum):
    """How two conditions are joined."""

    AND = "&"
    OR = "|"


class Expression:
    """A condition; it has no truth value yet, ``conditional`` decides by it when the workflow runs."""

    __slots__ = ()

    def __and__(self, other: object) -> "Joined":
        return Joined(self, Junction.AND, other)

    def __or__(self, other: object) -> "Joined":
        return Joined(self, Junction.OR, other)

    def __rand__(self, other: object) -> "Joined":
        return Joined(other, Junction.AND, self)

    def __ror__(self, other: object) -> "Joined":
        return Joined(other, Junction.OR, self)

    def __bool__(self) -> NoReturn:
        raise CompileError(
            f"`{self}` cannot be tested inside a workflow, because the value is not there yet: the workflow's body "
            "runs once, to draw the graph. Let conditional(...).if_(...) decide, with `&` and `|` in place of `and` "
            "and `or`, each comparison in brackets; or decide in a task, which gets the value."
        )


@dataclass(frozen=True, slots=True, eq=False)
class Compared(Expression):
    """Two values compared; at least one of them is a promise."""

    left: object
    sign: Sign
    right: object

    def __str__(self) -> str:
        return f"{_named(self.left)} {self.sign.value} {_named(self.right)}"


@dataclass(frozen=True, slots=True, eq=False)
class Joined(Expression):
    """Two conditions joined; a promise stands for its own truth."""

    left: object
    junction: Junction
    right: object

    def __str__(self) -> str:
        return f"({_named(self.left)}) {self.junction.value} ({_named(self.right)})"


def _named(side: object) -> str:
    """Show a promise by what it refers to."""
    return str(getattr(side, "ref", side))
