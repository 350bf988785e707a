"""The graph that is being drawn: while a workflow's body runs, each call of an entity becomes a node here."""

import contextlib
from collections.abc import Generator, Mapping
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING

from flyweight.errors import CompileError
from flyweight.sdk.binding import bind, promises_in
from flyweight.sdk.node import Node, NodeOutputs
from flyweight.sdk.promise import Promise

if TYPE_CHECKING:
    from flyweight.sdk.entity import AnyEntity


class Compilation:
    """Collects nodes. ``prefix`` stands before node ids (``d`` in a dynamic task's graph).

    What is drawn in a branch of a conditional may take values of the graph around it (``parent``), and its nodes are
    counted on from those of the branches before it (``first``).
    """

    def __init__(self, name: str, prefix: str = "", *, parent: "Compilation | None" = None, first: int = 0) -> None:
        self.name = name
        self.prefix = prefix
        self.parent = parent
        self.first = first
        self.nodes: list[Node] = []
        self.unfinished: list[str] = []
        """Conditionals that have no ``else_`` yet."""

    def add(self, entity: "AnyEntity", arguments: Mapping[str, object]) -> Node:
        """Draw a node for a call; inputs that were not given take the entity's defaults.

        Raises:
            CompileError: an input has no value, or an argument cannot be bound.

        """
        given = {**entity.bound_defaults(), **arguments}
        entity.interface.require_all(entity.title, (*entity.optional_inputs(), *given))
        bindings = {
            name: bind(given[name], entity.interface.inputs[name], f"{entity.title}, {entity.input_title(name)}")
            for name in sorted(given)
        }
        sources = [promise.ref.node for binding in bindings.values() for promise in promises_in(binding)]
        self._require_own(entity, sources)
        upstream = tuple(dict.fromkeys(node for node in sources if node is not None))
        node = Node(f"{self.prefix}n{self.first + len(self.nodes)}", entity, bindings, upstream)
        self.nodes.append(node)
        return node

    def _require_own(self, entity: "AnyEntity", sources: list[Node | None]) -> None:
        for node in sources:
            if node is not None and not self.knows(node):
                raise CompileError(
                    f"{self.name}: {entity.title} is given {node.id} of another workflow. "
                    "Pass values between workflows as inputs and outputs."
                )

    def knows(self, node: Node) -> bool:
        """Tell whether a node is of this graph or of one around it."""
        return node in self.nodes or (self.parent is not None and self.parent.knows(node))

    def check(self) -> None:
        """Refuse a conditional without end, and two nodes of one name.

        Raises:
            CompileError: names them.

        """
        if self.unfinished:
            raise CompileError(
                f"{self.name}: the conditional `{self.unfinished[-1]}` has no end. "
                "It ends with .else_().then(...) or .else_().fail(...)."
            )
        seen: dict[str, Node] = {}
        for node in self.nodes:
            if node.id in seen:
                raise CompileError(
                    f"{self.name}: two are called `{node.id}` ({seen[node.id].entity.name} and {node.entity.name}). "
                    "Give each its own node_name."
                )
            seen[node.id] = node


_current: ContextVar[Compilation | None] = ContextVar("flyweight_compilation", default=None)


def current_compilation() -> Compilation | None:
    """Give the graph being drawn, or None when calls are to run."""
    return _current.get()


def draw_into(compilation: Compilation | None) -> Token[Compilation | None]:
    """Let calls become nodes of this graph (None: let them run) until ``stop_drawing`` is given the token."""
    return _current.set(compilation)


def stop_drawing(token: Token[Compilation | None]) -> None:
    """Let calls become what they became before ``draw_into``."""
    _current.reset(token)


@contextlib.contextmanager
def drawing(compilation: Compilation | None) -> Generator[None]:
    """Let calls inside the block become nodes (None: let them run)."""
    token = draw_into(compilation)
    try:
        yield
    finally:
        stop_drawing(token)


def results_of(node: Node) -> Promise | NodeOutputs | Node:
    """Give what a call in a workflow's body evaluates to: one promise, several, or the node when it has no output."""
    outputs = node.outputs
    if not outputs:
        return node
    if len(outputs) == 1 and node.entity.interface.output_class is None:
        return next(iter(outputs.values()))
    return NodeOutputs(node)


def create_node(entity: "AnyEntity", *arguments: object, **inputs: object) -> Node:
    """Call an entity in a workflow's body and get its node, with outputs as attributes.

    Args:
        entity: a task, workflow, launch plan or reference.
        arguments: inputs by position.
        inputs: inputs by name: values, or results of other nodes.

    Raises:
        CompileError: not inside a workflow's body.

    """
    compilation = current_compilation()
    if compilation is None:
        raise CompileError(
            "create_node draws a node, so it works only inside a workflow's body. Call the entity itself."
        )
    return compilation.add(entity, entity.interface.bind(entity.name, arguments, inputs))
