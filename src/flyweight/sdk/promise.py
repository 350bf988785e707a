"""What stands for a value that is not there yet: an output of a node, or an input of the workflow being compiled."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, Unpack

from flyweight.errors import CompileError, TypeMismatch
from flyweight.sdk.expression import Compared, Expression, Joined, Sign
from flyweight.types.mismatch import type_name
from flyweight.types.paths import type_of_step

if TYPE_CHECKING:
    from flyweight.sdk.node import Node, Overrides

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputReference:
    """Which value: a node's output (no node: the workflow's own input), and the way into it."""

    node: "Node | None"
    var: str
    path: tuple[str | int, ...] = ()

    def __str__(self) -> str:
        owner = self.node.id if self.node is not None else "input"
        return f"{owner}.{self.var}" + "".join(f"[{step!r}]" for step in self.path)


def _refused(what: str) -> "Callable[..., NoReturn]":
    """Make a method that says why Python's operator or call cannot work on a promise."""

    def refuse(self: "Promise", *_: object, **__: object) -> NoReturn:
        self.refuse(what)

    return refuse


class NoSuchPart(CompileError, AttributeError):
    """A value of the future has no such field or place; an AttributeError too, so that ``hasattr`` can ask."""


class Promise:
    """A value of the future. ``p.field``, ``p["key"]`` and ``p[0]`` reach into it; ``a >> b`` orders two nodes."""

    __slots__ = ("python_type", "ref")

    def __init__(self, ref: OutputReference, python_type: type) -> None:
        self.ref = ref
        self.python_type = python_type

    def __repr__(self) -> str:
        return f"Promise({self.ref})"

    def __str__(self) -> str:
        return f"<{self.ref}: a value of type {type_name(self.python_type)} once the workflow runs>"

    def __getattr__(self, name: str) -> "Promise":
        if name.startswith("__"):
            raise AttributeError(name)  # protocols that Python looks for (copy, pickle, ...) are not fields
        return self._into(name)

    def __getitem__(self, key: str | int) -> "Promise":
        return self._into(key)

    def _into(self, step: str | int) -> "Promise":
        """Reach one step deeper.

        Raises:
            NoSuchPart: a value of this type has no such part.

        """
        try:
            inside = type_of_step(self.python_type, step)
        except TypeMismatch as error:
            raise NoSuchPart(f"{self.ref}: {error}") from error
        return Promise(OutputReference(node=self.ref.node, var=self.ref.var, path=(*self.ref.path, step)), inside)

    @property
    def owner(self) -> "Node":
        """The node that will give this value.

        Raises:
            CompileError: it is an input of the workflow, which no node gives.

        """
        if self.ref.node is None:
            raise CompileError(f"`{self.ref.var}` is an input of the workflow, not the result of a node.")
        return self.ref.node

    def __rshift__(self, other: T) -> T:
        return self.owner >> other

    def runs_before(self, other: object) -> None:
        """Let another node wait for this one, without passing data."""
        self.owner.runs_before(other)

    def with_overrides(self, **overrides: "Unpack[Overrides]") -> "Promise":
        """Change settings of the node that gives this value (see ``Overrides``), for this call only."""
        self.owner.with_overrides(**overrides)
        return self

    def refuse(self, what: str) -> NoReturn:
        """Say that something cannot be done with a value that is not there yet.

        Raises:
            CompileError: always.

        """
        node = self.ref.node
        owner = f"the result of {node.entity.title} ({self.ref})" if node else f"the input `{self.ref.var}`"
        raise CompileError(
            f"{owner}: {what} inside a workflow, because the value is not there yet: the workflow's body runs once, "
            "to draw the graph. Do it in a task, which gets the value."
        )

    def __bool__(self) -> bool:
        return self.refuse("a value cannot be tested with `if`, `and`, `or` or `not`")

    __iter__ = _refused("a value cannot be looped over or unpacked")
    __len__ = _refused("len() cannot be taken")
    __call__ = _refused("a value's methods cannot be called")
    __int__ = __float__ = __complex__ = __index__ = _refused("a value is no number that Python could use")
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __matmul__ = _refused("a value has no arithmetic")
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __add__
    __pow__ = __rpow__ = __neg__ = __pos__ = __abs__ = __round__ = __invert__ = __add__

    def is_true(self) -> Compared:
        """Ask whether the value is True."""
        return Compared(self, Sign.EQUAL, True)  # noqa: FBT003 - the value that it is compared with

    def is_false(self) -> Compared:
        """Ask whether the value is False."""
        return Compared(self, Sign.EQUAL, False)  # noqa: FBT003 - the value that it is compared with

    def is_none(self) -> Compared:
        """Ask whether the value is None."""
        return Compared(self, Sign.EQUAL, None)

    def __and__(self, other: object) -> Joined:
        return self.is_true() & other

    def __or__(self, other: object) -> Joined:
        return self.is_true() | other

    def __lt__(self, other: object) -> Expression:
        return Compared(self, Sign.LESS, other)

    def __le__(self, other: object) -> Expression:
        return Compared(self, Sign.LESS_OR_EQUAL, other)

    def __gt__(self, other: object) -> Expression:
        return Compared(self, Sign.GREATER, other)

    def __ge__(self, other: object) -> Expression:
        return Compared(self, Sign.GREATER_OR_EQUAL, other)

    # Python's own signature says bool; a condition has no truth yet, and asking for one is refused.
    def __eq__(self, other: object) -> Any:
        return Compared(self, Sign.EQUAL, other)

    def __ne__(self, other: object) -> Any:
        return Compared(self, Sign.NOT_EQUAL, other)

    __hash__ = object.__hash__
