"""From a compiled workflow to the list of its steps in the order they can run, what is inside one below it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flyteidl.admin import node_execution_pb2
from flyteidl.core import catalog_pb2, compiler_pb2, execution_pb2, identifier_pb2, workflow_pb2

from flyweight.ids import END_NODE, START_NODE, NodeId, readable_name, single_node_id
from flyweight.semantics.nesting import NOTHING_DRAWN, Drawn, Level, cases_of, level

NodePhase = execution_pb2.NodeExecution


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
    gate: workflow_pb2.GateNode | None = None
    """What it waits for, if it is a gate."""
    alone: bool = False
    """Whether it is a task that is run by itself, so that its node was made up around it."""
    case: str = ""
    """Of a case of a conditional, when it runs: ``if x > 3``, or ``else``."""
    needs: tuple[NodeId, ...] = ()
    """The nodes beside it that it waits for."""


def steps(closure: compiler_pb2.CompiledWorkflowClosure, drawn: Mapping[NodeId, Drawn] = NOTHING_DRAWN) -> list[Step]:
    """List the steps of a workflow and of all inside it: conditionals' cases, what was drawn; failure nodes last."""
    return list(_steps(level(closure, drawn), 0))


def single(task: identifier_pb2.Identifier) -> Step:
    """Make the one step of a task that runs by itself."""
    title = readable_name(task.name.rpartition(".")[2])
    return Step(node=NodeId(single_node_id(task.name)), title=title, kind="task", entity=task, alone=True)


def unplanned(node: str, depth: int) -> Step:
    """Make a step of a node that the workflow does not name: it was made while it ran."""
    return Step(node=NodeId(node), title=node, kind="task", depth=depth)


WAITING, NOT_STARTED, SKIPPED, RECOVERED = "waiting", "not_started", "skipped", "recovered"
_MISSED = frozenset({catalog_pb2.CACHE_MISS, catalog_pb2.CACHE_POPULATED, catalog_pb2.CACHE_PUT_FAILURE})
_WITH_WHAT_IS_AROUND: Mapping[int, str] = {
    NodePhase.SKIPPED: SKIPPED,
    NodePhase.SUCCEEDED: SKIPPED,
    NodePhase.RECOVERED: RECOVERED,
    NodePhase.FAILED: NOT_STARTED,
    NodePhase.ABORTED: NOT_STARTED,
    NodePhase.TIMED_OUT: NOT_STARTED,
}


def unbegun(planned: Sequence[Step], phases: Mapping[str, int], *, ended: bool) -> dict[NodeId, str]:
    """Say how each step stands that has no row, given the phases of those that have: what it is inside of decides."""
    found: dict[NodeId, str] = {}
    around: list[str] = []
    for step in planned:
        del around[step.depth :]
        phase = phases.get(step.node)
        inherited = around[-1] if around else ""
        if phase is None:
            found[step.node] = inherited or (NOT_STARTED if ended else WAITING)
        around.append(inherited if phase is None else _WITH_WHAT_IS_AROUND.get(phase, ""))
    return found


def reason_of(closure: node_execution_pb2.NodeExecutionClosure, told: str) -> str:
    """Give what is told of a node, but for why the cache had nothing of what has succeeded: that is no news."""
    return "" if closure.phase == NodePhase.SUCCEEDED and closure.task_node_metadata.cache_status in _MISSED else told


def following(planned: Sequence[Step], node: str) -> set[NodeId]:
    """Give the outermost step that a node is, or is inside of, and all that come after it."""
    outermost, found = NodeId(node), set[NodeId]()
    for step in planned:
        if not step.depth:
            outermost = step.node
        if step.node == node:
            found = {outermost}
    for step in planned:
        if not step.depth and found.intersection(step.needs):
            found.add(step.node)
    return found


def _steps(within: Level, depth: int, cases: Mapping[str, str] | None = None) -> Iterator[Step]:
    handler = [within.template.failure_node] if within.template.HasField("failure_node") else []
    for node in [*_in_order(within.template), *handler]:
        yield _step(within, node, depth, (cases or {}).get(node.id, ""))
        inside = within.inside(node)
        if inside is not None:
            yield from _steps(inside, depth + 1, {case.id: when for when, case in cases_of(node)})


def _step(within: Level, node: workflow_pb2.Node, depth: int, case: str = "") -> Step:
    entity = _entity(node)
    name = readable_name(node.metadata.name) or (entity.name.rpartition(".")[2] if entity is not None else node.id)
    return Step(
        node=within.unique(node),
        title=name,
        kind=node_kind(node),
        depth=depth,
        entity=entity,
        gate=node.gate_node if node.HasField("gate_node") else None,
        case=case,
        needs=tuple(within.unique_id(each) for each in node.upstream_node_ids if each != START_NODE),
    )


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


def node_kind(node: workflow_pb2.Node) -> str:
    """Tell in words what a node runs."""
    match node.WhichOneof("target"):
        case "workflow_node":
            return "launch plan" if node.workflow_node.WhichOneof("reference") == "launchplan_ref" else "workflow"
        case "branch_node":
            return "branch"
        case "gate_node":
            return "gate"
        case "array_node":
            return "array"
        case _:
            return "task"


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
