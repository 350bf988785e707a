"""Checks a workflow's bindings against the interfaces of its nodes and says in words what does not hold together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from flyteidl.core import interface_pb2, literals_pb2, types_pb2, workflow_pb2

from flyweight.engine.interfaces import Interface
from flyweight.ids import START_NODE
from flyweight.semantics import bindings, literal_types
from flyweight.semantics.casting import castable
from flyweight.semantics.literal_types import describe

LiteralType = types_pb2.LiteralType


@dataclass(frozen=True, slots=True, kw_only=True)
class Problems:
    """Collects every fault of one workflow, so that a user sees all of them at once."""

    workflow: str
    found: list[str] = field(default_factory=list[str])

    def add(self, place: str, fault: str) -> None:
        """Note a fault at a place such as ``node n1 (train), input rate``."""
        self.found.append(f"{self.workflow}: {place}: {fault}")


def named(node: workflow_pb2.Node) -> str:
    """Name a node for people: its id and what it runs."""
    match node.WhichOneof("target"):
        case "task_node":
            target = node.task_node.reference_id.name
        case "workflow_node":
            workflow = node.workflow_node
            target = workflow.sub_workflow_ref.name or workflow.launchplan_ref.name
        case _:
            target = node.metadata.name
    return f"node {node.id} ({target})" if target else f"node {node.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingCheck:
    """Checks bindings of one workflow: promises against what nodes give, values against what is expected."""

    outputs: Mapping[str, Mapping[str, interface_pb2.Variable]]
    """What each node gives, by node id; the start node gives the workflow's inputs."""
    opaque: frozenset[str]
    """Nodes whose outputs are not known, because what they run is not: nothing more is said about those."""
    problems: Problems

    def inputs(self, node: workflow_pb2.Node, interface: Interface) -> None:
        """Check that a node's bindings give exactly what it takes."""
        place = named(node)
        if interface.inputs is None:
            for bound in node.inputs:
                self._promises(f"{place}, input {bound.var}", bound.binding)
            return
        self._variables(place, "input", node.inputs, interface.inputs)
        given = {bound.var for bound in node.inputs}
        for name in sorted(interface.required - given):
            kind = describe(interface.inputs[name].type)
            self.problems.add(f"{place}, input {name}", f"nothing is bound to it; it takes {kind}")

    def results(self, template: workflow_pb2.WorkflowTemplate) -> None:
        """Check that every output of the workflow is bound."""
        variables = template.interface.outputs.variables
        self._variables("the workflow", "output", template.outputs, variables)
        given = {bound.var for bound in template.outputs}
        for name in sorted(set(variables) - given):
            self.problems.add(f"output {name}", "no node's output is bound to it: the workflow must return it")

    def _variables(
        self,
        place: str,
        word: str,
        bound: Iterable[literals_pb2.Binding],
        variables: Mapping[str, interface_pb2.Variable],
    ) -> None:
        seen: set[str] = set()
        for binding in bound:
            where = f"{place}, {word} {binding.var}"
            if binding.var in seen:
                self.problems.add(where, "it is bound twice")
            seen.add(binding.var)
            if binding.var not in variables:
                known = ", ".join(sorted(variables)) or "none"
                self.problems.add(where, f"there is no such {word}; there are: {known}")
                continue
            self._fits(where, binding.binding, variables[binding.var].type)

    def _fits(self, where: str, data: literals_pb2.BindingData, expected: LiteralType) -> None:
        form = data.WhichOneof("value")
        if form == "promise":
            given = self._promised(where, data.promise)
            if given is not None and not castable(given, expected):
                self.problems.add(
                    where, f"it takes {describe(expected)}, but {_source(data.promise)} is {describe(given)}"
                )
        elif form == "scalar":
            fault = literal_types.mismatch(literals_pb2.Literal(scalar=data.scalar), expected)
            if fault:
                self.problems.add(where, fault)
        elif form in {"collection", "map"}:
            self._fits_container(where, data, expected)

    def _fits_container(self, where: str, data: literals_pb2.BindingData, expected: LiteralType) -> None:
        field = "collection_type" if data.WhichOneof("value") == "collection" else "map_value_type"
        variants = [kind for kind in (expected.union_type.variants or [expected]) if kind.WhichOneof("type") == field]
        if len(variants) != 1:
            self._promises(where, data)
            if not variants:
                word = "a list" if field == "collection_type" else "a dictionary"
                self.problems.add(where, f"it takes {describe(expected)}, but is bound to {word}")
            return
        if field == "collection_type":
            for index, item in enumerate(data.collection.bindings):
                self._fits(f"{where}[{index}]", item, variants[0].collection_type)
        else:
            for name in sorted(data.map.bindings):
                self._fits(f"{where}[{name!r}]", data.map.bindings[name], variants[0].map_value_type)

    def _promises(self, where: str, data: literals_pb2.BindingData) -> None:
        for promise in bindings.promises(data):
            self._promised(where, promise)

    def _promised(self, where: str, promise: types_pb2.OutputReference) -> LiteralType | None:
        """Give the type that a promise brings; None when it cannot be known, or does not exist and was noted."""
        node = promise.node_id or START_NODE
        if node in self.opaque:
            return None
        if node not in self.outputs:
            self.problems.add(where, f"it is bound to the node {node}, which does not exist in this workflow")
            return None
        variables = self.outputs[node]
        if promise.var not in variables:
            known = ", ".join(sorted(variables)) or "none"
            owner = "the workflow has no input" if node == START_NODE else f"node {node} has no output"
            self.problems.add(where, f"{owner} {promise.var}; there are: {known}")
            return None
        path = [bindings.step(part) for part in promise.attr_path]
        kind, fault = type_at(variables[promise.var].type, path)
        if fault:
            self.problems.add(where, f"{_source(promise)}: {fault}")
        return kind


def _source(promise: types_pb2.OutputReference) -> str:
    path = bindings.path_text(bindings.step(part) for part in promise.attr_path)
    if promise.node_id in {"", START_NODE}:
        return f"the workflow's input {promise.var}{path}"
    return f"output {promise.var}{path} of node {promise.node_id}"


def type_at(kind: LiteralType, path: Sequence[bindings.Step]) -> tuple[LiteralType | None, str]:
    """Follow an attribute path through a type.

    Returns the type found there, or None where only the value will tell (inside a struct); and the fault, if the path
    cannot exist.
    """
    for position, part in enumerate(path):
        options = [variant for variant in kind.union_type.variants if variant.simple != types_pb2.SimpleType.NONE]
        if kind.WhichOneof("type") == "union_type":
            if len(options) != 1:
                return None, ""
            kind = options[0]
        form = kind.WhichOneof("type")
        if form == "map_value_type" and isinstance(part, str):
            kind = kind.map_value_type
        elif form == "collection_type" and isinstance(part, int):
            kind = kind.collection_type
        elif form == "simple" and kind.simple == types_pb2.SimpleType.STRUCT:
            return None, _field_fault(kind, part)
        else:
            return None, f"{describe(kind)} has no {bindings.path_text(path[position : position + 1])}"
    return kind, ""


def _field_fault(kind: LiteralType, part: bindings.Step) -> str:
    fields = kind.structure.dataclass_type
    if not fields or part in fields:
        return ""
    return f"there is no field {part}; there are: {', '.join(sorted(fields))}"
