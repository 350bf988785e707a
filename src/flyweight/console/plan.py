"""From a compiled workflow to the list of its steps in the order they can run, sub-workflows' below their own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flyteidl.core import compiler_pb2, identifier_pb2, workflow_pb2

from flyweight.console.graph import node_kind
from flyweight.console.nesting import NOTHING_DRAWN, Level, level
from flyweight.engine.linker import single_node_id
from flyweight.ids import END_NODE, START_NODE, NodeId, readable_name
from flyweight.services.drawings import Drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One node that the workflow's author wrote."""

    node: NodeId
    """Its unique id in an execution."""
    title: str
    kind: str
    depth: int = 0
    entity: identifier_pb2.Identifier | None = None
    """The task, sub-workflow or launch plan that it runs."""


def steps(closure: compiler_pb2.CompiledWorkflowClosure, drawn: Mapping[NodeId, Drawn] = NOTHING_DRAWN) -> list[Step]:
    """List the steps of a workflow, and of what its dynamic tasks drew."""
    found = list(_steps(level(closure, drawn), 0))
    if closure.primary.template.HasField("failure_node"):
        found.append(_step(closure.primary.template.failure_node, NodeId(closure.primary.template.failure_node.id), 0))
    return found


def single(task: identifier_pb2.Identifier) -> Step:
    """Make the one step of a task that runs by itself."""
    title = readable_name(task.name.rpartition(".")[2])
    return Step(node=NodeId(single_node_id(task.name)), title=title, kind="task", entity=task)


def unplanned(node: str, depth: int) -> Step:
    """Make a step of a node that the workflow does not name: it was made while it ran."""
    return Step(node=NodeId(node), title=node, kind="task", depth=depth)


def _steps(within: Level, depth: int) -> Iterator[Step]:
    for node in _in_order(within.template):
        yield _step(node, within.unique(node), depth)
        inside = within.inside(node)
        if inside is not None:
            yield from _steps(inside, depth + 1)


def _step(node: workflow_pb2.Node, unique: NodeId, depth: int) -> Step:
    entity = _entity(node)
    name = readable_name(node.metadata.name) or (entity.name.rpartition(".")[2] if entity is not None else node.id)
    return Step(node=unique, title=name, kind=node_kind(node), depth=depth, entity=entity)


def _entity(node: workflow_pb2.Node) -> identifier_pb2.Identifier | None:
    match node.WhichOneof("target"):
        case "task_node":
            return node.task_node.reference_id
        case "workflow_node":
            of = node.workflow_node
            sub = of.WhichOneof("reference") == "sub_workflow_ref"
            return of.sub_workflow_ref if sub else of.launchplan_ref
        case "array_node":
            return _entity(node.array_node.node)
        case _:
            return None


def _in_order(template: workflow_pb2.WorkflowTemplate) -> list[workflow_pb2.Node]:
    """Put each node behind all that it needs, and else where its author put it."""
    nodes = {node.id: node for node in template.nodes if node.id not in {START_NODE, END_NODE}}
    needs = {name: set(node.upstream_node_ids) & nodes.keys() for name, node in nodes.items()}
    ordered: list[workflow_pb2.Node] = []
    while needs:
        ready = [name for name, missing in needs.items() if not missing] or list(needs)
        ordered += [nodes[name] for name in ready]
        for name in ready:
            del needs[name]
        for missing in needs.values():
            missing.difference_update(ready)
    return ordered
