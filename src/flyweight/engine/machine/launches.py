"""Launch-plan nodes: each stands for an execution of its own, which is started, waited for, and stopped with it."""

from typing import assert_never

from flyteidl.core import execution_pb2, literals_pb2

from flyweight import literals
from flyweight.engine.children import Child, ChildEnded, ChildStarted
from flyweight.engine.graph import GraphNode, NodeKind
from flyweight.engine.machine import outcomes, recovering
from flyweight.engine.machine.commands import StartChild, StopChild
from flyweight.engine.machine.turn import ExecutionError, Turn, system_error
from flyweight.engine.model import ExecutionState, NodeState
from flyweight.engine.phases import ExecutionPhase, NodePhase
from flyweight.errors import PlatformError
from flyweight.ids import child_execution_name, item_name

CHILD_FAILED = "RemoteChildWorkflowExecutionFailed"


def take(turn: Turn, node: NodeState, event: ChildStarted | ChildEnded) -> None:
    """Take what is told of a node's execution."""
    match event:
        case ChildStarted():
            _started(turn, node)
        case ChildEnded():
            _ended(turn, node, event)
        case _:
            assert_never(event)


def launch(turn: Turn, node: NodeState) -> None:
    """Have the node's execution started; the node is QUEUED until it is."""
    turn.commands.append(StartChild(child=child_of(turn.state, node)))


def child_of(state: ExecutionState, node: NodeState) -> Child:
    """Say what a node's execution is; the same whenever it is asked."""
    return _child(state, node, node.graph, node.inputs)


def item_child(state: ExecutionState, node: NodeState, item: int, inputs: literals_pb2.LiteralMap) -> Child:
    """Say what the execution of one item of a map is."""
    return _child(state, node, node.graph.array.item if node.graph.array else node.graph, inputs, item)


def _child(
    state: ExecutionState, node: NodeState, runs: GraphNode, inputs: literals_pb2.LiteralMap, item: int | None = None
) -> Child:
    if runs.launch_plan is None:
        raise PlatformError(f"node {node.id} runs no launch plan")
    return Child(
        parent=state.new.key,
        node=node.id,
        parent_id=state.identifier,
        parent_spec=state.new.spec,
        name=child_execution_name(state.identifier, node.id if item is None else item_name(node.id, item)),
        launch_plan=runs.launch_plan,
        inputs=inputs,
        overwrite_cache=recovering.is_asked_for(state, node, item),
        recovers=node.past.child if node.past is not None else "",
    )


def is_launched(node: NodeState) -> bool:
    """Tell whether a node stands for an execution that may be under way."""
    return node.graph.kind is NodeKind.LAUNCH_PLAN and not node.phase.terminal


def _started(turn: Turn, node: NodeState) -> None:
    if node.phase is NodePhase.QUEUED:
        node.phase = NodePhase.RUNNING
        node.started_at = turn.now
        turn.touch(node)


def stop(turn: Turn, node: NodeState, cause: str) -> None:
    """Have the node's execution stopped; the node ends when that has."""
    node.phase = NodePhase.FAILING
    turn.touch(node)
    turn.commands.append(StopChild(child=child_of(turn.state, node), cause=stop_cause(turn.state, cause)))


def stop_cause(state: ExecutionState, cause: str) -> str:
    """Say to an execution why it is stopped, in propeller's words."""
    return f"cascading abort as parent execution id [{state.identifier.name}] aborted, reason [{cause}]"


def _ended(turn: Turn, node: NodeState, event: ChildEnded) -> None:
    """End the node as its execution did; one that was being stopped is ABORTED, whatever became of it meanwhile."""
    if node.phase is NodePhase.FAILING:
        outcomes.abort(turn, node, node.frame.stop)
    elif event.phase is ExecutionPhase.SUCCEEDED:
        node.started_at = node.started_at or turn.now
        outcomes.succeed(turn, node, literals.to_bytes(event.outputs or literals_pb2.LiteralMap()))
    else:
        started = bool(node.started_at)
        outcomes.fail(turn, node, failure(event, node.graph.name, node.id, started=started))


def restarted(turn: Turn) -> None:
    """Ask for each open node's execution again: it is found if it is there, and its end too, if it has ended."""
    for node in turn.state.nodes.values():
        if is_launched(node):
            if node.phase is NodePhase.FAILING:
                stop(turn, node, node.frame.stop)
            else:
                launch(turn, node)


def failure(event: ChildEnded, launch_plan: str, place: str, *, started: bool) -> ExecutionError:
    """Say what a node, or an item, fails of whose execution ended badly, or did not start."""
    if event.error is None:
        return system_error(CHILD_FAILED, f"launchplan [{event.name}] aborted")
    error = execution_pb2.ExecutionError()
    error.CopyFrom(event.error)
    if started:
        error.message += f"\n\nin execution {event.name} of launch plan {launch_plan}, started by node {place}"
    return error
