"""``conditional``: a place in a workflow where one of several calls is made, decided by values when it runs."""

from collections.abc import Iterator, Mapping
from contextvars import Token
from dataclasses import dataclass
from typing import Any, Generic, Never, TypeVar, cast

from flyteidl.core import condition_pb2

from flyweight.errors import CompileError
from flyweight.sdk.compilation import Compilation, current_compilation, draw_into, results_of, stop_drawing
from flyweight.sdk.conditions import Conditions
from flyweight.sdk.entity import Entity
from flyweight.sdk.expression import Expression
from flyweight.sdk.interface import Interface
from flyweight.sdk.kinds import require_kinds
from flyweight.sdk.node import Node, NodeOutputs
from flyweight.sdk.promise import Promise

T = TypeVar("T")
U = TypeVar("U")
DEFAULT_FAILURE = "Condition failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchCase:
    """What runs when a condition holds."""

    condition: condition_pb2.BooleanExpression
    node: Node


class Branch(Entity[..., Any]):
    """The entity of a branch node: cases in order, then a node or, without one, an error.

    Its inputs are the values that the conditions look at; what its nodes take, they take from the graph around it.
    """

    def __init__(self, name: str, inputs: Mapping[str, type], cases: tuple[BranchCase, ...], last: Node | str) -> None:
        self._name = name
        self.cases = cases
        self.last = last
        """The node that runs when no condition holds, or the message of the error."""
        self._interface = Interface(inputs=inputs, outputs=_common_outputs(self.nodes))
        super().__init__()

    @property
    def name(self) -> str:
        """The name that the user gave it."""
        return self._name

    @property
    def short_name(self) -> str:
        """The same name."""
        return self._name

    @property
    def interface(self) -> Interface:
        """What the conditions look at, and the outputs that every case has."""
        return self._interface

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Every node of which one runs."""
        last = (self.last,) if isinstance(self.last, Node) else ()
        return (*(case.node for case in self.cases), *last)


class Conditional:
    """A conditional that is being written."""

    def __init__(self, name: str, around: Compilation) -> None:
        self.name = name
        self._around = around
        self._conditions = Conditions(where=name)
        self._cases: list[BranchCase] = []
        self._drawn: Compilation | None = None
        self._token: Token[Compilation | None] | None = None
        self._counted = 0
        around.unfinished.append(name)

    def if_(self, condition: bool | Expression) -> "Case[Never]":  # noqa: FBT001 - to a type checker, a comparison is one
        """Say what decides about the first case; a promise of a bool stands for itself.

        Raises:
            CompileError: it is no condition.

        """
        return self.case(condition)

    def case(self, condition: object) -> "Case[Any]":
        """Start a case; calls until its ``then`` belong to it."""
        message = self._conditions.message(condition)
        self.start()
        return Case(self, message)

    def start(self) -> None:
        """Let calls become nodes of the next case."""
        self._drawn = Compilation(self.name, self._around.prefix, parent=self._around, first=self._counted)
        self._token = draw_into(self._drawn)

    def node_of_case(self, value: object) -> Node:
        """End a case, and give the one node that it runs.

        Raises:
            CompileError: there is none, or there are several.

        """
        drawn = self.stop()
        node = _node_behind(value)
        if node is None or node not in drawn.nodes:
            raise CompileError(
                f"conditional `{self.name}`: then(...) takes the call of a task, workflow or launch plan, written "
                f"inside its brackets; {value!r} is none. To give a value on, pass it through a task."
            )
        others = [other.entity.name for other in drawn.nodes if other is not node]
        if others:
            raise CompileError(
                f"conditional `{self.name}`: a case runs one call, and {', '.join(others)} would be called beside "
                f"{node.entity.name}. Put them into a workflow and call that, or call them before the conditional."
            )
        return node

    def stop(self) -> Compilation:
        """Let calls become nodes of the graph around again; gives what was drawn since ``start``.

        Raises:
            CompileError: a case was not ended, or ended twice.

        """
        drawn, token = self._drawn, self._token
        if drawn is None or token is None or current_compilation() is not drawn:
            raise CompileError(
                f"conditional `{self.name}`: if_, elif_ and else_ are each followed by one then(...), or else_ by "
                "fail(...); write the conditional as one expression."
            )
        self._drawn = self._token = None
        stop_drawing(token)
        drawn.check()
        self._counted += len(drawn.nodes)
        return drawn

    def add(self, condition: condition_pb2.BooleanExpression, node: Node) -> None:
        """Keep a case."""
        self._cases.append(BranchCase(condition=condition, node=node))

    def finish(self, last: Node | str) -> Promise | NodeOutputs | Node:
        """Draw the branch node."""
        promises = self._conditions.promises
        types = {name: promise.python_type for name, promise in sorted(promises.items())}
        node = self._around.add(Branch(self.name, types, tuple(self._cases), last), promises)
        self._around.unfinished.remove(self.name)
        return results_of(node)


class Case(Generic[T]):
    """A condition that waits for its ``then``."""

    def __init__(self, conditional: Conditional, condition: condition_pb2.BooleanExpression) -> None:
        self._conditional = conditional
        self._condition = condition

    def then(self, value: U) -> "Condition[T | U]":
        """Say what is called when the condition holds: the call itself, written inside the brackets.

        Raises:
            CompileError: it is not one call.

        """
        self._conditional.add(self._condition, self._conditional.node_of_case(value))
        return Condition(self._conditional)

    def fail(self, message: str) -> Never:
        """Say that only ``else_`` can fail.

        Raises:
            CompileError: always.

        """
        raise CompileError(
            f"conditional `{self._conditional.name}`: only else_() can fail ({message!r}). Turn the condition around, "
            "or call a task that raises the error."
        )


class Condition(Generic[T]):
    """A conditional with a case or more, that waits for the next one."""

    def __init__(self, conditional: Conditional) -> None:
        self._conditional = conditional

    def elif_(self, condition: bool | Expression) -> Case[T]:  # noqa: FBT001 - to a type checker, a comparison is one
        """Say what decides about the next case, when none of those before holds.

        Raises:
            CompileError: it is no condition.

        """
        return self._conditional.case(condition)

    def else_(self) -> "LastCase[T]":
        """Say what happens when no condition holds."""
        self._conditional.start()
        return LastCase(self._conditional)


class LastCase(Generic[T]):
    """What happens when no condition holds; ends the conditional."""

    def __init__(self, conditional: Conditional) -> None:
        self._conditional = conditional

    def then(self, value: U) -> T | U:
        """Say what is called; gives what stands for the result of whichever call is made.

        Raises:
            CompileError: it is not one call.

        """
        node = self._conditional.node_of_case(value)
        # The promise stands for whatever the chosen call returns.
        return cast("T | U", self._conditional.finish(node))

    def fail(self, message: str) -> T:
        """Say that the workflow fails with this message; gives what stands for the result of the other cases.

        Raises:
            InvalidInput: the message is no text.

        """
        require_kinds(f"conditional `{self._conditional.name}`, fail", {"message": message}, {"message": (str,)})
        self._conditional.stop()
        return cast("T", self._conditional.finish(message or DEFAULT_FAILURE))  # as above


def conditional(name: str) -> Conditional:
    """Start a place in a workflow where one of several calls is made.

    Args:
        name: what the console shows.

    Example:
        >>> from flyweight.sdk.task import task
        >>> from flyweight.sdk.workflow import workflow
        >>> @task
        ... def half(x: float) -> float:
        ...     return x / 2
        >>> @task
        ... def double(x: float) -> float:
        ...     return 2 * x
        >>> @workflow
        ... def nearer(x: float) -> float:
        ...     return conditional("size").if_((x > 1.0) & (x < 9.0)).then(half(x=x)).else_().then(double(x=x))
        >>> nearer(x=4.0)
        2.0

    Raises:
        CompileError: not inside a workflow's body.
        InvalidInput: the name is no text.

    """
    require_kinds("conditional", {"name": name}, {"name": (str,)})
    around = current_compilation()
    if around is None:
        raise CompileError(
            f"conditional `{name}` draws a part of a graph, so it works only inside a workflow's body. "
            "In a task, use Python's own `if`."
        )
    return Conditional(name, around)


def nodes_within(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """Walk nodes, and the nodes of branches among them."""
    for node in nodes:
        yield node
        if isinstance(node.entity, Branch):
            yield from nodes_within(node.entity.nodes)


def dependencies(node: Node) -> tuple[Node, ...]:
    """Give every node that must succeed before this one starts; for a branch also what its cases take."""
    inside = tuple(nodes_within((node,)))
    return tuple(dict.fromkeys(before for inner in inside for before in inner.upstream if before not in inside))


def _node_behind(value: object) -> Node | None:
    match value:
        case Node():
            return value
        case NodeOutputs():
            return value.owner
        case Promise():
            return value.ref.node
        case _:
            return None


def _common_outputs(nodes: tuple[Node, ...]) -> Mapping[str, type]:
    """Give the outputs that every case has, in the order and with the types of the first."""
    first, *others = [node.entity.interface.outputs for node in nodes]
    return {name: kind for name, kind in first.items() if all(name in other for other in others)}
