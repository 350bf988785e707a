"""The state of one execution in memory: what its rows say, indexed for the machine, which alone changes it.

A frame is one running workflow graph with its inputs: the execution's own, or a sub-workflow's. Nodes that run other
nodes open a frame below themselves.
"""

from collections import deque
from dataclasses import dataclass, field

from flyteidl.admin import node_execution_pb2
from flyteidl.core import execution_pb2, identifier_pb2, literals_pb2, tasks_pb2, types_pb2

from flyweight import literals
from flyweight.clock import Micros
from flyweight.engine.graph import ClosureGraph, Graph, GraphNode, NodeKind
from flyweight.engine.items import Items
from flyweight.engine.jobs import Lists, LogSpan, Template, Usage
from flyweight.engine.phases import AttemptPhase, ExecutionPhase, NodePhase
from flyweight.engine.recollection import Past, Recollection
from flyweight.engine.records import NO_NODE, NOT_YET, CacheRecord, NewExecution
from flyweight.ids import AttemptId, NodeId
from flyweight.semantics import budgets
from flyweight.semantics.layout import ExecutionLayout


@dataclass(slots=True, kw_only=True)
class AttemptState:
    """One try of a task."""

    id: AttemptId
    task: str
    """``str(EntityKey)`` of the task that it runs."""
    output_prefix: str
    deck_uri: str = ""
    phase: AttemptPhase = AttemptPhase.QUEUED
    error: execution_pb2.ExecutionError | None = None
    """While the attempt is open: why it is being stopped. Afterwards: what it failed of."""
    worker: str = ""
    log: LogSpan | None = None
    usage: Usage = field(default_factory=Usage)
    deck_revision: int = 0
    queued_at: Micros = NOT_YET
    started_at: Micros = NOT_YET
    updated_at: Micros = NOT_YET
    ended_at: Micros = NOT_YET

    @property
    def open(self) -> bool:
        """Tell whether an executor has it, or is about to be given it."""
        return not self.phase.terminal


@dataclass(slots=True, kw_only=True)
class NodeState:
    """One node that has become ready."""

    id: NodeId
    graph: GraphNode
    frame: "Frame" = field(repr=False, compare=False)
    phase: NodePhase
    inputs_data: bytes
    """``flyteidl.core.LiteralMap``. Values stand here as their rows have them: parsed, one small number takes 1.5 KB,
    its bytes take 60, and an execution holds thousands."""
    outputs_data: bytes | None = None
    """``flyteidl.core.LiteralMap``; None until there are any."""
    outputs_uri: str = ""
    """Where an executor has put them, or where they were put because they are large; else empty."""
    error: execution_pb2.ExecutionError | None = None
    cache: node_execution_pb2.TaskNodeMetadata | None = None
    """What the catalog had for it; None while it was not asked, or has not answered."""
    reason: str = ""
    """Why it stands where it stands, in words, where its phase does not say so."""
    deck_uri: str = ""
    """Of a recovered node: where its deck stands, if there is one. A task's own follows from its attempt."""
    past: Past | None = field(default=None, repr=False, compare=False)
    """What became of it in the execution that is recovered, if it is the same still."""
    attempts: list[AttemptState] = field(default_factory=list[AttemptState])
    items: Items | None = None
    """Of one that maps over lists, while it runs."""
    drawn: ClosureGraph | None = None
    """Of a dynamic task: what its last attempt drew, which runs in the frame below the node."""
    created_at: Micros = NOT_YET
    started_at: Micros = NOT_YET
    updated_at: Micros = NOT_YET
    ended_at: Micros = NOT_YET
    inputs_uri: str = field(default="", compare=False)
    """Where they were put because they are large; empty if they are not, or no record of it was made."""

    @property
    def inputs(self) -> literals_pb2.LiteralMap:
        """What it runs with; parsed whenever it is asked for."""
        return literals.map_from_bytes(self.inputs_data)

    @property
    def outputs(self) -> literals_pb2.LiteralMap | None:
        """What it gave; parsed whenever it is asked for."""
        return None if self.outputs_data is None else literals.map_from_bytes(self.outputs_data)

    @property
    def attempt(self) -> AttemptState | None:
        """The attempt that is open, if there is one."""
        return self.attempts[-1] if self.attempts and self.attempts[-1].open else None

    @property
    def pausing(self) -> bool:
        """Tell whether its task is to be tried again after a while, because the last try failed for our fault."""
        last = self.attempts[-1] if self.attempts else None
        if last is None or last.phase is not AttemptPhase.RETRYABLE_FAILED or last.error is None:
            return False
        return self.phase is NodePhase.RUNNING and budgets.payer(last.error) is budgets.Payer.SYSTEM

    @property
    def took_over(self) -> bool:
        """Tell whether its task did not run, because what it had drawn in the execution that is recovered runs here."""
        return len(self.attempts) == 1 and self.past is not None and bool(self.past.drawing)

    @property
    def compiling(self) -> bool:
        """Tell whether its task has drawn something that is not checked and indexed yet."""
        drew = bool(self.attempts) and self.attempts[-1].phase is AttemptPhase.SUCCEEDED
        return drew and self.drawn is None and self.phase is NodePhase.RUNNING


@dataclass(slots=True, kw_only=True)
class Frame:
    """One running workflow graph."""

    parent: NodeId = NO_NODE
    """The node that it runs under; empty for the execution's own workflow."""
    attempt: int = 0
    """Which attempt of that node drew it; 0 for what no task drew."""
    closure: ClosureGraph
    """Where the workflows that its nodes run are found."""
    graph: Graph
    inputs: literals_pb2.LiteralMap
    same_code: bool = field(default=False, compare=False)
    """Whether the very same ran in the execution that is recovered."""
    scope: "Frame | None" = field(default=None, repr=False, compare=False)
    """The frame whose values its bindings name: of a branch's cases the workflow around them; its own if None."""
    waits: list[int]
    """For how many nodes each node still waits."""
    nodes: dict[int, NodeState] = field(default_factory=dict[int, NodeState])
    active: set[int] = field(default_factory=set[int])
    """Nodes that have begun and not ended."""
    failed: set[int] = field(default_factory=set[int])
    anew: set[int] = field(default_factory=set[int], compare=False)
    """Nodes that wait for one that ran, while an execution is recovered: they have to run, too."""
    fetched: dict[int, dict[str, literals_pb2.Literal]] = field(
        default_factory=dict[int, dict[str, literals_pb2.Literal]], compare=False
    )
    """Nodes that are ready but for values that stand apart, with those that are here by now, by URI."""
    stop: str = ""
    """Why nothing more may begin here; empty while all is well."""
    ended: bool = False


@dataclass(slots=True, kw_only=True)
class SignalState:
    """Something that gates wait for."""

    id: str
    type: types_pb2.LiteralType
    value: literals_pb2.Literal | None = None
    """What was given; None until then."""
    created_at: Micros = NOT_YET
    updated_at: Micros = NOT_YET


@dataclass(slots=True, kw_only=True)
class ExecutionState:
    """One execution that has not ended, or has just done so."""

    new: NewExecution
    graph: ClosureGraph
    layout: ExecutionLayout
    identifier: identifier_pb2.WorkflowExecutionIdentifier
    inputs: literals_pb2.LiteralMap
    max_parallelism: int = 0
    """How many tasks may be open at once; 0 is no limit."""
    environment: dict[str, str] = field(default_factory=dict[str, str])
    interruptible: bool = False
    """What holds for tasks that say nothing themselves."""
    overwrite_cache: bool = False
    """Whether tasks are run although their outputs are cached; what they give is cached anew."""
    past: Recollection | None = field(default=None, repr=False, compare=False)
    """What is taken over from the execution that this one recovers."""
    phase: ExecutionPhase = ExecutionPhase.QUEUED
    outputs: literals_pb2.LiteralMap | None = None
    error: execution_pb2.ExecutionError | None = None
    abort_cause: str = ""
    abort_principal: str = ""
    started_at: Micros = NOT_YET
    updated_at: Micros = NOT_YET
    ended_at: Micros = NOT_YET
    frames: dict[NodeId, Frame] = field(default_factory=dict[NodeId, Frame])
    nodes: dict[NodeId, NodeState] = field(default_factory=dict[NodeId, NodeState])
    signals: dict[str, SignalState] = field(default_factory=dict[str, SignalState])
    waiting: dict[str, set[NodeId]] = field(default_factory=dict[str, set[NodeId]])
    """Gates that wait for a signal, by its id."""
    open_attempts: int = 0
    maps: dict[NodeId, NodeState] = field(default_factory=dict[NodeId, NodeState], compare=False)
    """Nodes with items that wait to be begun; whose turn is next stands first."""
    held: list[tuple[Micros, NodeId]] = field(default_factory=list[tuple[Micros, NodeId]])
    """Tasks that are ready and wait for ``max_parallelism`` to let them in, as a heap: the longest wait first."""
    lost: deque[AttemptState] = field(default_factory=deque[AttemptState], compare=False)
    """Attempts that were with an executor when the platform died, and are open still."""
    lost_at: Micros = field(default=NOT_YET, compare=False)
    """When the platform was last known to live before it died, if that is known."""
    ready: deque[tuple[Frame, int]] = field(default_factory=deque[tuple[Frame, int]], compare=False)
    """Nodes for which nothing more is to be waited, and which have not begun. No row says so: the graph does."""
    closing: deque[Frame] = field(default_factory=deque[Frame], compare=False)
    """Frames in which something ended badly, to be closed once nothing runs there."""
    changed: "Changed" = field(default_factory=lambda: Changed(), compare=False)  # noqa: PLW0108 - defined below
    templates: dict[int, Template] = field(default_factory=dict[int, Template], compare=False, repr=False)
    """What jobs have in common, by the identity of the task that each keeps; of tasks that no map runs."""

    def template(self, task: tasks_pb2.TaskTemplate, *, deck: bool) -> Template:
        """Give what the jobs of a task have in common, the same object to all."""
        found = self.templates.get(id(task))
        if found is None:
            found = self.templates[id(task)] = self.new_template(task, deck=deck)
        return found

    def new_template(self, task: tasks_pb2.TaskTemplate, *, deck: bool, lists: Lists | None = None) -> Template:
        """Make one."""
        return Template(
            execution=self.identifier,
            workflow=self.graph.primary.name,
            task=task,
            layout=self.layout,
            environment=self.environment,
            deck=deck,
            lists=lists,
        )


@dataclass(slots=True, kw_only=True)
class Changed:
    """What of an execution differs from its rows."""

    execution: bool = False
    nodes: dict[NodeId, NodeState] = field(default_factory=dict[NodeId, NodeState])
    attempts: dict[AttemptId, AttemptState] = field(default_factory=dict[AttemptId, AttemptState])
    signals: dict[str, SignalState] = field(default_factory=dict[str, SignalState])
    entries: dict[NodeId, NodeState] = field(default_factory=dict[NodeId, NodeState])
    """Nodes whose outputs the catalog is to keep."""
    item_entries: list[CacheRecord] = field(default_factory=list[CacheRecord])
    """Outputs of items that it is to keep."""
    chunks: dict[tuple[NodeId, int], NodeState] = field(default_factory=dict[tuple[NodeId, int], NodeState])
    """Of items: which node's, and its number there."""
    uploads: list[tuple[str, bytes]] = field(default_factory=list[tuple[str, bytes]])
    """Outputs of items that are too large for a row, and where they are to stand."""


def root_frame(state: ExecutionState) -> Frame:
    """Open the frame of the execution's own workflow."""
    frame = new_frame(state.graph, state.graph.primary, state.inputs)
    frame.same_code = state.past is not None and state.past.same_code
    return frame


def new_frame(closure: ClosureGraph, graph: Graph, inputs: literals_pb2.LiteralMap, parent: NodeId = NO_NODE) -> Frame:
    """Open a frame in which nothing has begun."""
    return Frame(parent=parent, closure=closure, graph=graph, inputs=inputs, waits=list(graph.waits))


def frame_below(node: NodeState) -> Frame | None:
    """Make the frame that a node runs its own nodes in; None for a node that has none."""
    closure = node.frame.closure
    if node.drawn is not None:
        frame = new_frame(node.drawn, node.drawn.primary, node.inputs, node.id)
        frame.attempt = len(node.attempts) - 1
    elif node.graph.kind is NodeKind.WORKFLOW:
        frame = new_frame(closure, closure.workflows[node.graph.target], node.inputs, node.id)
    elif node.graph.branch is not None:
        frame = new_frame(closure, node.graph.branch.cases, literals_pb2.LiteralMap(), node.id)
        frame.scope = node.frame.scope or node.frame
    else:
        return None
    frame.same_code = node.frame.same_code and (node.drawn is None or node.took_over)
    return frame
