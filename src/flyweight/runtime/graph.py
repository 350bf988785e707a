"""Walks a workflow's graph here: nodes in order, one case of each branch, and what the failure policy leaves to run."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from flyteidl.core import literals_pb2, types_pb2

from flyweight import literals
from flyweight.compile.bindings import binding_data
from flyweight.errors import CompileError, InvalidInput, TaskFailed, TypeMismatch
from flyweight.ids import START_NODE
from flyweight.runtime.failures import summary, user_failure
from flyweight.sdk.binding import Binding
from flyweight.sdk.conditional import Branch, dependencies
from flyweight.sdk.entity import AnyEntity
from flyweight.sdk.node import Node, Overrides
from flyweight.sdk.workflow import Graph, WorkflowFailurePolicy
from flyweight.semantics import bindings, conditions
from flyweight.types.flyte_error import FlyteError, error_literal
from flyweight.types.registry import default_registry

LOGGER = logging.getLogger("flyweight.local")
T = TypeVar("T")

Runner = Callable[[AnyEntity, literals_pb2.LiteralMap, Overrides], literals_pb2.LiteralMap]
"""Runs what a node calls, with what the node changes of its settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphRun:
    """One run of a graph: what went in, and what came out of its nodes so far."""

    name: str
    inputs: literals_pb2.LiteralMap
    run: Runner
    results: dict[str, literals_pb2.LiteralMap] = field(default_factory=dict[str, literals_pb2.LiteralMap])

    def walk(self, nodes: Iterable[Node], policy: WorkflowFailurePolicy) -> "Failure | None":
        """Run nodes one after the other; gives the first failure, if there is one.

        Raises:
            CompileError: nodes wait for each other.

        """
        failure: Failure | None = None
        lost: set[Node] = set()
        for node in in_order(self.name, nodes):
            if not lost.isdisjoint(dependencies(node)):
                lost.add(node)
                continue
            try:
                self.results[node.id] = self._run_node(node)
            except Exception as error:  # whatever user code raises is kept and comes out
                failure = failure or Failure(node=node, error=error)
                if policy is WorkflowFailurePolicy.FAIL_IMMEDIATELY:
                    break
                LOGGER.warning("Node %s failed (%r); what does not depend on it still runs.", node.id, error)
                lost.add(node)
        return failure

    def handle(self, failure: "Failure", handler: Node) -> None:
        """Run the node for failures; should it fail too, the first error says so in a note."""
        where = f"{self.name}, node {handler.id}"
        try:
            given = self.resolve(where, handler.bindings)
            told = error_inputs(handler.entity, failure)
            self.run(handler.entity, literals.literal_map({**given.literals, **told}), handler.overrides)
        except Exception as error:  # whatever user code raises; the first error must come out
            failure.error.add_note(f"{handler.entity.name}, which handles failures, failed too: {summary(error)}")

    def resolve(self, where: str, bound: Mapping[str, Binding]) -> literals_pb2.LiteralMap:
        """Give the literals that inputs or outputs are bound to."""
        data = [literals_pb2.Binding(var=var, binding=binding_data(binding)) for var, binding in bound.items()]
        return located(where, lambda: bindings.resolve_all(data, self._lookup, default_registry().fetched))

    def _lookup(self, reference: types_pb2.OutputReference) -> literals_pb2.Literal:
        source = self.inputs if reference.node_id in ("", START_NODE) else self.results[reference.node_id]
        return source.literals[reference.var]

    def _run_node(self, node: Node) -> literals_pb2.LiteralMap:
        where = f"{self.name}, node {node.id}"
        given = self.resolve(where, node.bindings)
        if isinstance(node.entity, Branch):
            branch = node.entity
            return self._run_node(located(where, lambda: choose(self.name, branch, given)))
        return self.run(node.entity, given, node.overrides)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A node that failed, and what its code raised."""

    node: Node
    error: Exception


def run_drawn(name: str, graph: Graph, run: Runner) -> literals_pb2.LiteralMap:
    """Run the graph that a dynamic task drew.

    Raises:
        Exception: whatever the first node that fails raises.

    """
    drawn = GraphRun(name=name, inputs=literals_pb2.LiteralMap(), run=run)
    failure = drawn.walk(graph.nodes, WorkflowFailurePolicy.FAIL_IMMEDIATELY)
    if failure is not None:
        raise failure.error
    return drawn.resolve(f"{name}, outputs", graph.outputs)


def error_inputs(handler: AnyEntity, failure: Failure) -> dict[str, literals_pb2.Literal]:
    """Give every input of a handler that takes a FlyteError, whatever was bound to it."""
    error = FlyteError(message=user_failure(failure.error).message, failed_node_id=failure.node.id)
    literal = error_literal(error)
    found: dict[str, literals_pb2.Literal] = {}
    for name, python_type in handler.interface.inputs.items():
        kind = default_registry().literal_type(python_type)
        if kind.simple == types_pb2.SimpleType.ERROR:
            found[name] = literal
        for variant in kind.union_type.variants:
            if variant.simple == types_pb2.SimpleType.ERROR:
                found[name] = literals.union(literal, variant)
    return found


def choose(workflow: str, branch: Branch, inputs: literals_pb2.LiteralMap) -> Node:
    """Give the node that a branch of a workflow runs.

    Raises:
        TaskFailed: no condition holds, and the conditional was told to fail then.
        InvalidInput: values cannot be compared.

    """
    for case in branch.cases:
        if conditions.evaluate(case.condition, inputs.literals):
            return case.node
    if isinstance(branch.last, Node):
        return branch.last
    raise TaskFailed(f"conditional `{branch.name}` of {workflow}: {branch.last}")


def in_order(name: str, nodes: Iterable[Node]) -> list[Node]:
    """Put nodes behind what they wait for, else in the order of the calls.

    Raises:
        CompileError: nodes wait for each other.

    """
    waiting = list(nodes)
    before = {node: dependencies(node) for node in waiting}
    done: dict[Node, None] = {}
    while waiting:
        ready = next((node for node in waiting if all(other in done for other in before[node])), None)
        if ready is None:
            circle = ", ".join(node.id for node in waiting)
            raise CompileError(f"{name}: these nodes wait for each other: {circle}. Take one `>>` away.")
        done[ready] = None
        waiting.remove(ready)
    return list(done)


def located(where: str, convert: Callable[[], T], place: str = "") -> T:
    """Say where a value did not fit; ``place`` is the line of the user's file, where it is known."""
    try:
        return convert()
    except TypeMismatch as error:
        raise TypeMismatch(f"{where}: {error}{place}") from error
    except InvalidInput as error:
        raise InvalidInput(f"{where}: {error}{place}") from error
