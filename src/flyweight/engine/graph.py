"""Indexes a compiled workflow for quick stepping: who waits for how many, who follows whom, what each node runs.

Immutable, and shared by all executions of the same closure; only the machine's frames change.
"""

from collections.abc import Iterator, Mapping, MutableSequence, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from flyteidl.core import (
    compiler_pb2,
    condition_pb2,
    identifier_pb2,
    interface_pb2,
    literals_pb2,
    tasks_pb2,
    types_pb2,
    workflow_pb2,
)
from google.protobuf.duration_pb2 import Duration

from flyweight.clock import Micros
from flyweight.engine.interfaces import inner_nodes, takes_error
from flyweight.engine.pods import with_container
from flyweight.ids import END_NODE, START_NODE, entity_key
from flyweight.semantics.caching import Caching, caching_of

_KEPT = 128
"""How many closures stay indexed; an index costs about a kilobyte a node."""


SLEEP = "core-sleep"
"""The task type of flytekitplugins-sleep."""


class NodeKind(Enum):
    """What a node does; the value stands in ``NodeRecord.kind``."""

    START = "start"
    END = "end"
    TASK = "task"
    WORKFLOW = "workflow"
    LAUNCH_PLAN = "launch_plan"
    BRANCH = "branch"
    GATE = "gate"
    ARRAY = "array"


_MAPPED = frozenset({NodeKind.TASK, NodeKind.LAUNCH_PLAN})
"""What can be mapped over lists."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GraphNode:
    """One node, with everything about it that does not change while it runs."""

    index: int
    id: str
    kind: NodeKind
    inputs: Sequence[literals_pb2.Binding]
    downstream: tuple[int, ...]
    task: tasks_pb2.TaskTemplate | None = None
    """With the node's overrides applied."""
    target: str = ""
    """``str(EntityKey)`` of the task or sub-workflow that it runs."""
    retries: int = 0
    timeout: Micros = Micros(0)  # noqa: RUF009 - a NewType call gives the number itself
    """Of one attempt; 0 is none."""
    name: str = ""
    """Of what it runs, for messages."""
    deck: bool = False
    sleeps: bool = False
    """Whether all that its task does is to sleep: then the engine does it."""
    cache: Caching | None = None
    interruptible: bool | None = None
    branch: "Branch | None" = None
    array: "ArrayGraph | None" = None
    gate: workflow_pb2.GateNode | None = None
    launch_plan: identifier_pb2.Identifier | None = None
    error_inputs: tuple[tuple[str, types_pb2.LiteralType], ...] = ()
    """Of a workflow's failure node: its inputs that are told what went wrong, with the types they have."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Graph:
    """One workflow."""

    name: str
    nodes: tuple[GraphNode, ...]
    index: dict[str, int]
    waits: tuple[int, ...]
    """For how many nodes each node waits."""
    end: int
    fail_fast: bool
    """FAIL_IMMEDIATELY; otherwise whatever can still run is run before the workflow fails."""
    outputs: Sequence[literals_pb2.Binding]
    failure: int | None = None
    """The node that runs when the workflow has failed; it stands last, and nothing ever makes it ready."""
    interruptible: bool = False
    """What holds for tasks that say nothing themselves, where nobody who starts it says otherwise."""
    choice: bool = False
    """Whether it is the cases of a branch: one node runs, the others are skipped, and its outputs are the graph's."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Branch:
    """What a branch node chooses from."""

    cases: Graph
    conditions: tuple[tuple[condition_pb2.BooleanExpression, int], ...]
    """Conditions in the order they are tried, and the node in ``cases`` that each leads to."""
    otherwise: int | None
    """The node in ``cases`` that runs when no condition holds."""
    complaint: str
    """What the branch fails with when no condition holds and there is no such node."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArrayGraph:
    """What a node maps over lists."""

    item: GraphNode
    """Runs one item: a task or a launch plan."""
    bound: frozenset[str]
    """Inputs that every item is given alike."""
    outputs: tuple[str, ...]
    concurrency: int
    """How many items may be open at once; 0 is no limit."""
    min_successes: int | None
    min_success_ratio: float
    runs_all: bool
    """Whether all items run, also when too many have failed already."""
    takes_lists: bool
    """Whether the task's container is to be given the whole lists, and takes its own elements."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClosureGraph:
    """A workflow and all that run inside it."""

    digest: str
    primary: Graph
    workflows: dict[str, Graph]
    """Sub-workflows by ``str(EntityKey)``."""


class Graphs:
    """Keeps the graphs of the closures used last, by digest."""

    def __init__(self) -> None:
        self._kept: dict[str, ClosureGraph] = {}

    def get(self, digest: str) -> ClosureGraph | None:
        """Give the graph of a closure, if it is kept."""
        found = self._kept.pop(digest, None)
        if found is not None:
            self._kept[digest] = found
        return found

    def build(self, digest: str, closure: compiler_pb2.CompiledWorkflowClosure) -> ClosureGraph:
        """Index a closure and keep it; the one used longest ago is dropped."""
        return self.get(digest) or self.keep(index_closure(digest, closure))

    def keep(self, graph: ClosureGraph) -> ClosureGraph:
        """Keep a graph that was indexed elsewhere; gives the one that is kept if there is one already."""
        graph = self._kept.setdefault(graph.digest, graph)
        if len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]
        return graph


def index_closure(digest: str, closure: compiler_pb2.CompiledWorkflowClosure) -> ClosureGraph:
    """Index a closure that the linker made."""
    inner = {str(entity_key(workflow.template.id)): workflow for workflow in closure.sub_workflows}
    entities = _Entities(
        tasks={str(entity_key(task.template.id)): task.template for task in closure.tasks},
        workflows={key: workflow.template.interface for key, workflow in inner.items()},
        launch_plans={str(entity_key(plan.template.id)): plan.template.interface for plan in closure.launch_plans},
    )
    return ClosureGraph(
        digest=digest,
        primary=_index_workflow(closure.primary, entities),
        workflows={key: _index_workflow(workflow, entities) for key, workflow in inner.items()},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entities:
    """What the nodes of a closure run, by ``str(EntityKey)``."""

    tasks: Mapping[str, tasks_pb2.TaskTemplate]
    workflows: Mapping[str, interface_pb2.TypedInterface]
    launch_plans: Mapping[str, interface_pb2.TypedInterface]

    def interface(self, node: workflow_pb2.Node) -> interface_pb2.TypedInterface:
        """Give the interface of a node's task, workflow or launch plan."""
        if node.WhichOneof("target") == "task_node":
            return self.tasks[str(entity_key(node.task_node.reference_id))].interface
        if node.workflow_node.WhichOneof("reference") == "sub_workflow_ref":
            return self.workflows[str(entity_key(node.workflow_node.sub_workflow_ref))]
        return self.launch_plans[str(entity_key(node.workflow_node.launchplan_ref))]


def unsupported(graph: ClosureGraph) -> list[str]:
    """Say in words which nodes cannot run in this version; nothing when all can."""
    problems: list[str] = []
    for workflow in _all_graphs(graph):
        problems += [
            f"{workflow.name}: node {node.id} maps a node of kind {node.array.item.kind.value} over lists"
            for node in workflow.nodes
            if node.array is not None and node.array.item.kind not in _MAPPED
        ]
        problems += [
            f"{workflow.name}: node {node.id} maps a task that only sleeps"
            for node in workflow.nodes
            if node.array is not None and node.array.item.sleeps
        ]
    return problems


def _all_graphs(graph: ClosureGraph) -> Iterator[Graph]:
    """Give every workflow, and the cases of every branch."""
    waiting = [graph.primary, *graph.workflows.values()]
    while waiting:
        current = waiting.pop(0)
        yield current
        waiting += [node.branch.cases for node in current.nodes if node.branch is not None]


def _index_workflow(compiled: compiler_pb2.CompiledWorkflow, entities: _Entities) -> Graph:
    template = compiled.template
    index = {node.id: position for position, node in enumerate(template.nodes)}
    downstream = compiled.connections.downstream
    followers = {name: tuple(index[follower] for follower in downstream[name].ids) for name in downstream}
    nodes = tuple(
        _index_node(position, node, followers.get(node.id, ()), entities)
        for position, node in enumerate(template.nodes)
    )
    waits = [0] * len(nodes)
    for node in nodes:
        for follower in node.downstream:
            waits[follower] += 1
    failure = len(nodes) if template.HasField("failure_node") else None
    if failure is not None:
        nodes = (*nodes, _index_failure_node(failure, template.failure_node, entities))
        index[template.failure_node.id] = failure
        waits.append(1)
    policy = workflow_pb2.WorkflowMetadata.FAIL_IMMEDIATELY
    return Graph(
        name=template.id.name,
        nodes=nodes,
        index=index,
        waits=tuple(waits),
        end=index[END_NODE],
        fail_fast=template.metadata.on_failure == policy,
        outputs=tuple(template.outputs),
        failure=failure,
        interruptible=template.metadata_defaults.interruptible,
    )


def _index_failure_node(position: int, node: workflow_pb2.Node, entities: _Entities) -> GraphNode:
    variables = entities.interface(node).inputs.variables
    told = tuple((name, variables[name].type) for name in sorted(variables) if takes_error(variables[name].type))
    return replace(_index_node(position, node, (), entities), error_inputs=told)


def _index_node(position: int, node: workflow_pb2.Node, downstream: tuple[int, ...], entities: _Entities) -> GraphNode:
    kind = _kind(node)
    plain = GraphNode(
        index=position,
        id=node.id,
        kind=kind,
        inputs=tuple(node.inputs),
        downstream=downstream,
        name=node.metadata.name or node.id,
    )
    match kind:
        case NodeKind.TASK:
            return _task_node(plain, node, entities.tasks[str(entity_key(node.task_node.reference_id))])
        case NodeKind.WORKFLOW:
            runs = node.workflow_node.sub_workflow_ref
            return replace(plain, target=str(entity_key(runs)), name=runs.name)
        case NodeKind.LAUNCH_PLAN:
            starts = node.workflow_node.launchplan_ref
            return replace(plain, launch_plan=starts, name=starts.name)
        case NodeKind.BRANCH:
            return replace(plain, branch=_index_branch(node, entities))
        case NodeKind.ARRAY:
            return _array_node(plain, node.array_node, entities)
        case NodeKind.GATE:
            return replace(plain, gate=node.gate_node, timeout=micros(node.metadata.timeout))
        case _:
            return plain


def _task_node(plain: GraphNode, node: workflow_pb2.Node, task: tasks_pb2.TaskTemplate) -> GraphNode:
    task = with_container(task)
    return replace(
        plain,
        task=_overridden(task, node.task_node.overrides) if node.task_node.HasField("overrides") else task,
        target=str(entity_key(task.id)),
        name=task.id.name,
        retries=node.metadata.retries.retries or task.metadata.retries.retries,
        timeout=micros(node.metadata.timeout) or micros(task.metadata.timeout),
        deck=task.metadata.generates_deck.value,
        sleeps=task.type == SLEEP,
        cache=caching_of(task, node.metadata),
        interruptible=_interruptible(node, task),
    )


def _array_node(plain: GraphNode, array: workflow_pb2.ArrayNode, entities: _Entities) -> GraphNode:
    item = _index_node(plain.index, array.node, (), entities)
    runs = ArrayGraph(
        item=item,
        bound=frozenset(array.bound_inputs),
        outputs=tuple(entities.interface(array.node).outputs.variables) if item.kind in _MAPPED else (),
        concurrency=array.parallelism,
        min_successes=array.min_successes if array.WhichOneof("success_criteria") == "min_successes" else None,
        min_success_ratio=array.min_success_ratio if array.HasField("min_success_ratio") else 1.0,
        runs_all=array.run_all_sub_nodes,
        takes_lists=not array.is_original_sub_node_interface.value,
    )
    return replace(plain, array=runs, target=item.target, name=item.name)


def _index_branch(node: workflow_pb2.Node, entities: _Entities) -> Branch:
    """Make a graph of a branch's cases: each follows the start, and the end follows each."""
    block = node.branch_node.if_else
    cases = list(inner_nodes(node))
    end = len(cases) + 1
    nodes = (
        GraphNode(index=0, id=START_NODE, kind=NodeKind.START, inputs=(), downstream=tuple(range(1, end))),
        *(_index_node(position, case, (end,), entities) for position, case in enumerate(cases, start=1)),
        GraphNode(index=end, id=END_NODE, kind=NodeKind.END, inputs=(), downstream=()),
    )
    graph = Graph(
        name=node.metadata.name or node.id,
        nodes=nodes,
        index={each.id: each.index for each in nodes},
        waits=(0, *(1 for _ in cases), len(cases)),
        end=end,
        fail_fast=False,
        outputs=(),
        choice=True,
    )
    conditions = [block.case.condition, *(other.condition for other in block.other)]
    return Branch(
        cases=graph,
        conditions=tuple((condition, position) for position, condition in enumerate(conditions, start=1)),
        otherwise=len(cases) if block.WhichOneof("default") == "else_node" else None,
        complaint=block.error.message if block.WhichOneof("default") == "error" else "",
    )


def _kind(node: workflow_pb2.Node) -> NodeKind:
    if node.id in {START_NODE, END_NODE}:
        return NodeKind.START if node.id == START_NODE else NodeKind.END
    match node.WhichOneof("target"):
        case "task_node":
            return NodeKind.TASK
        case "workflow_node":
            inline = node.workflow_node.WhichOneof("reference") == "sub_workflow_ref"
            return NodeKind.WORKFLOW if inline else NodeKind.LAUNCH_PLAN
        case target:
            # The linker lets no node without a target through.
            return NodeKind((target or "").removesuffix("_node"))


def micros(duration: Duration) -> Micros:
    """Give a duration in microseconds."""
    return Micros(duration.seconds * 1_000_000 + duration.nanos // 1000)


def _interruptible(node: workflow_pb2.Node, task: tasks_pb2.TaskTemplate) -> bool | None:
    if node.metadata.WhichOneof("interruptible_value"):
        return node.metadata.interruptible
    return task.metadata.interruptible if task.metadata.WhichOneof("interruptible_value") else None


def _overridden(task: tasks_pb2.TaskTemplate, overrides: workflow_pb2.TaskNodeOverrides) -> tasks_pb2.TaskTemplate:
    if not overrides.ByteSize():
        return task
    changed = tasks_pb2.TaskTemplate()
    changed.CopyFrom(task)
    if overrides.container_image:
        changed.container.image = overrides.container_image
    _merge_resources(changed.container.resources.requests, overrides.resources.requests)
    _merge_resources(changed.container.resources.limits, overrides.resources.limits)
    changed.extended_resources.MergeFrom(overrides.extended_resources)
    return changed


def _merge_resources(
    entries: MutableSequence[tasks_pb2.Resources.ResourceEntry], overrides: Sequence[tasks_pb2.Resources.ResourceEntry]
) -> None:
    """Replace entry by entry: an override of memory leaves the task's cpu as it is."""
    names = {entry.name for entry in overrides}
    kept = [entry for entry in entries if entry.name not in names]
    del entries[:]
    entries.extend([*kept, *overrides])
