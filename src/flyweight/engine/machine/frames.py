"""Runs frames: begins nodes that are ready, opens frames for sub-workflows, stops and closes frames."""

from flyteidl.core import literals_pb2, types_pb2

from flyweight import literals
from flyweight.engine.graph import GraphNode, NodeKind
from flyweight.engine.machine import (
    attempts,
    branches,
    caching,
    dynamic,
    errors,
    fetching,
    gates,
    launches,
    maps,
    outcomes,
    recovering,
)
from flyweight.engine.machine.events import Compiled, CompileFailed, Fetched, FetchFailed
from flyweight.engine.machine.turn import ExecutionError, Turn, system_error, user_error
from flyweight.engine.model import ExecutionState, Frame, NodeState, frame_below
from flyweight.engine.phases import ExecutionPhase, NodePhase
from flyweight.engine.records import NO_NODE
from flyweight.errors import InvalidInput, PlatformError
from flyweight.ids import START_NODE, NodeId, child_node_id
from flyweight.semantics import bindings
from flyweight.semantics.offloading import Read, whole

BINDING_FAILED = "BindingResolutionError"
UNSUPPORTED = "UnsupportedNode"
TERMINATED = "the execution was terminated"
_OUTSIDE = frozenset({"", START_NODE})
"""What a binding calls the node that stands for a workflow's inputs."""


def settle(turn: Turn) -> None:
    """Do the work that is queued, until nothing is left to do without another event, or the turn's share is done.

    What is left then is done at the next event: other executions want their turn too.
    """
    state = turn.state
    for _ in range(turn.share):
        if turn.stopping:
            _stop(turn, turn.stopping.popleft())
        elif state.lost:
            attempts.close_lost(turn, state.lost.popleft())
        elif state.ready:
            _begin(turn, *state.ready.popleft())
        elif state.closing:
            _close(turn, state.closing.popleft())
        else:
            break
    while turn.stopping:
        _stop(turn, turn.stopping.popleft())
    attempts.release(turn)
    maps.release(turn)


def open_frame(turn: Turn, frame: Frame) -> None:
    """Let a frame run: whatever waits for its start node alone is ready."""
    turn.state.frames[frame.parent] = frame
    start = frame.graph.nodes[frame.graph.index[START_NODE]]
    for follower in start.downstream:
        frame.waits[follower] -= 1
        if not frame.waits[follower]:
            turn.state.ready.append((frame, follower))


def _begin(turn: Turn, frame: Frame, index: int) -> None:
    if frame.stop or frame.ended or index in frame.nodes:
        return
    graph_node = frame.graph.nodes[index]
    if graph_node.kind is NodeKind.END:
        _finish(turn, frame)
        return
    node = _with_inputs(turn, frame, graph_node)
    if node is not None and not recovering.recover(turn, node):
        _run(turn, node)


def _with_inputs(turn: Turn, frame: Frame, graph_node: GraphNode) -> NodeState | None:
    """Make a node with its inputs; None if they are being fetched, or are not there, so that it has failed."""

    def resolve(read: Read) -> literals_pb2.LiteralMap:
        found = bindings.resolve_all(graph_node.inputs, _lookup(turn, frame), read)
        if graph_node.kind is NodeKind.BRANCH:
            return whole(found, read)
        return whole(found, read, but=graph_node.array.bound) if graph_node.array is not None else found

    try:
        inputs = fetching.resolved(turn, frame, graph_node.index, resolve)
    except InvalidInput as error:
        node = _new_node(turn, frame, graph_node)
        outcomes.fail(turn, node, user_error(BINDING_FAILED, f"node {node.id}, input {error.message}"))
        return None
    if inputs is None:
        return None
    node = _new_node(turn, frame, graph_node)
    node.inputs_data = literals.to_bytes(inputs)
    return node


def go_on(turn: Turn, event: Fetched | FetchFailed) -> None:
    """Go on with a node that waited for a value, if it still does."""
    frame = fetching.take(turn, event)
    if frame is None:
        return
    graph_node = frame.graph.nodes[event.place.index]
    if isinstance(event, FetchFailed):
        if graph_node.kind is NodeKind.END:
            _end_badly(turn, frame, event.error)
        else:
            outcomes.fail(turn, _new_node(turn, frame, graph_node), event.error)
    elif graph_node.index == frame.graph.failure:
        turn.state.closing.append(frame)
    else:
        turn.state.ready.append((frame, graph_node.index))


def _new_node(turn: Turn, frame: Frame, graph_node: GraphNode) -> NodeState:
    node = NodeState(
        id=_node_id(turn.state, frame, graph_node.id),
        graph=graph_node,
        frame=frame,
        phase=NodePhase.QUEUED,
        inputs_data=b"",
        created_at=turn.now,
    )
    frame.nodes[graph_node.index] = node
    frame.active.add(graph_node.index)
    turn.state.nodes[node.id] = node
    turn.touch(node)
    return node


def _run(turn: Turn, node: NodeState) -> None:
    match node.graph.kind:
        case NodeKind.TASK:
            caching.run(turn, node)
        case NodeKind.WORKFLOW:
            _run_inside(turn, node)
        case NodeKind.BRANCH:
            _branch(turn, node)
        case NodeKind.GATE:
            gates.open_gate(turn, node)
        case NodeKind.LAUNCH_PLAN:
            launches.launch(turn, node)
        case NodeKind.ARRAY:
            maps.begin(turn, node)
        case NodeKind.START | NodeKind.END as kind:
            message = f"node {node.id} is a {kind.value} node, which this version cannot run"
            outcomes.fail(turn, node, system_error(UNSUPPORTED, message))


def run_drawn(turn: Turn, event: Compiled | CompileFailed) -> None:
    """Run what a dynamic task drew in its node's place, if it can be run."""
    node = dynamic.take(turn, event)
    if node is not None:
        _run_inside(turn, node)
        node.phase = NodePhase.DYNAMIC_RUNNING


def _run_inside(turn: Turn, node: NodeState) -> Frame:
    """Run a node's own nodes, in a frame below it."""
    frame = frame_below(node)
    if frame is None:
        raise PlatformError(f"node {node.id} has no nodes inside")
    node.phase = NodePhase.RUNNING
    node.started_at = node.started_at or turn.now
    turn.touch(node)
    open_frame(turn, frame)
    return frame


def _branch(turn: Turn, node: NodeState) -> None:
    """Choose a case and run it; what was chosen stands in the rows of the others, which are skipped."""
    try:
        chosen = branches.choose(node)
    except branches.NoCaseError as error:
        outcomes.fail(turn, node, error.error)
        return
    frame = _run_inside(turn, node)
    for case in frame.graph.nodes:
        if case.index not in {chosen, frame.graph.index[START_NODE], frame.graph.end}:
            outcomes.skip(turn, _new_node(turn, frame, case))


def _node_id(state: ExecutionState, frame: Frame, name: str) -> NodeId:
    if frame.parent == NO_NODE:
        return NodeId(name)
    made = child_node_id(frame.parent, frame.attempt, name)
    while made in state.nodes:  # long ids are hashed to 32 bits, so two can meet in a large execution
        name += "+"
        made = child_node_id(frame.parent, frame.attempt, name)
    return made


def _lookup(turn: Turn, inner: Frame) -> bindings.Lookup:
    frame = inner.scope or inner

    def find(promise: types_pb2.OutputReference) -> literals_pb2.Literal:
        name, var = promise.node_id, promise.var
        node = None if name in _OUTSIDE else frame.nodes[frame.graph.index[name]]
        source = frame.inputs if node is None else turn.outputs_of(node)
        if source is None or var not in source.literals:
            owner = "the workflow was given no input" if node is None else f"node {node.id} gave no output"
            raise InvalidInput(f"{owner} {var}")
        return source.literals[var]

    return find


def _finish(turn: Turn, frame: Frame) -> None:
    """Everything in the frame has succeeded: what it returns is known."""
    if frame.graph.choice:
        _hand_up(turn, frame)
        return
    try:
        outputs = fetching.resolved(
            turn,
            frame,
            frame.graph.end,
            lambda read: bindings.resolve_all(frame.graph.outputs, _lookup(turn, frame), read),
        )
    except InvalidInput as error:
        message = f"workflow {frame.graph.name}, output {error.message}"
        _end_badly(turn, frame, user_error(BINDING_FAILED, message))
        return
    if outputs is None:
        return
    frame.ended = True
    if frame.parent != NO_NODE:
        outcomes.succeed(turn, turn.state.nodes[frame.parent], literals.to_bytes(outputs))
        return
    turn.state.outputs = outputs
    _end_execution(turn, ExecutionPhase.SUCCEEDED)


def _hand_up(turn: Turn, frame: Frame) -> None:
    """Give a branch the outputs of the case that ran."""
    frame.ended = True
    for case in frame.nodes.values():
        if case.outputs_data is not None:
            outcomes.succeed(turn, turn.state.nodes[frame.parent], case.outputs_data, case.outputs_uri)


def _end_badly(turn: Turn, frame: Frame, error: ExecutionError | None) -> None:
    """Close a frame that failed of that error, or was stopped from outside if there is none."""
    cause = frame.stop
    frame.ended = True
    frame.stop = ""
    if frame.parent != NO_NODE:
        owner = turn.state.nodes[frame.parent]
        if error is None:
            outcomes.abort(turn, owner, cause)
        elif owner.drawn is not None:
            attempts.drawing_failed(turn, owner, error)
        else:
            outcomes.fail(turn, owner, error)
    elif turn.state.phase is ExecutionPhase.ABORTING or error is None:
        _end_execution(turn, ExecutionPhase.ABORTED)
    else:
        turn.state.error = error
        _end_execution(turn, ExecutionPhase.FAILED)


def _end_execution(turn: Turn, phase: ExecutionPhase) -> None:
    turn.state.phase = phase
    turn.state.ended_at = turn.now
    turn.touch_execution()


def _close(turn: Turn, frame: Frame) -> None:
    if frame.ended or frame.active or not (frame.stop or frame.failed):
        return
    if frame.fetched.keys() - {frame.graph.failure}:  # these nodes are about to begin
        return
    if _to_be_handled(turn.state, frame):
        _handle_failure(turn, frame)
    else:
        _end_badly(turn, frame, outcomes.failure_of(frame))


def _to_be_handled(state: ExecutionState, frame: Frame) -> bool:
    """Tell whether the failure node is to run: once, and only where the workflow failed and was not stopped."""
    failure = frame.graph.failure
    return (
        failure is not None
        and failure not in frame.nodes
        and bool(frame.failed)
        and not stopped_from_outside(state, frame)
    )


def _handle_failure(turn: Turn, frame: Frame) -> None:
    failed, failure = outcomes.culprit(frame), frame.graph.failure
    if failed is None or failure is None:
        raise PlatformError(f"workflow {frame.graph.name} did not fail, or has no failure node")
    _failing(turn, frame)
    node = _with_inputs(turn, frame, frame.graph.nodes[failure])
    if node is not None:
        error = errors.failed_node(failed)
        inputs = node.inputs
        for name, kind in node.graph.error_inputs:
            inputs.literals[name].CopyFrom(errors.literal(error, kind))
        node.inputs_data = literals.to_bytes(inputs)
        _run(turn, node)


def stopped_from_outside(state: ExecutionState, frame: Frame) -> str:
    """Tell why a frame is stopping although none of its own nodes failed; empty if it is not."""
    if state.phase is ExecutionPhase.ABORTING:
        return state.abort_cause or TERMINATED
    if frame.parent == NO_NODE:
        return ""
    above = state.nodes[frame.parent]
    if above.graph.index == above.frame.graph.failure:
        return stopped_from_outside(state, above.frame)  # what failed around a failure node does not stop it
    return above.frame.stop


def terminate(turn: Turn, cause: str, principal: str) -> None:
    """Stop everything; the execution is ABORTED once nothing runs any more."""
    state = turn.state
    if state.phase.terminal or state.phase is ExecutionPhase.ABORTING:
        return
    state.phase = ExecutionPhase.ABORTING
    state.abort_cause = cause
    state.abort_principal = principal
    turn.touch_execution()
    root = state.frames[NO_NODE]
    root.stop = cause or TERMINATED
    turn.stopping.append(root)


def _stop(turn: Turn, frame: Frame) -> None:
    """Stop what runs in a frame and in the frames below it."""
    _failing(turn, frame)
    waiting = [frame]
    while waiting:
        current = waiting.pop()
        current.stop = frame.stop
        current.fetched.clear()
        for index in sorted(current.active):
            below = _stop_node(turn, current.nodes[index], frame.stop)
            if below is not None:
                waiting.append(below)
        turn.state.closing.append(current)
    attempts.drop_held(turn.state)


def _failing(turn: Turn, frame: Frame) -> None:
    if frame.parent == NO_NODE and turn.state.phase is ExecutionPhase.RUNNING:
        turn.state.phase = ExecutionPhase.FAILING
        turn.touch_execution()


def _stop_node(turn: Turn, node: NodeState, cause: str) -> Frame | None:
    """Stop a node; give the frame below it if that must be stopped first."""
    attempt = node.attempt
    if attempt is not None:
        attempts.stop(turn, attempt, user_error(outcomes.NODE_ABORTED, cause))
        return None
    if launches.is_launched(node):
        launches.stop(turn, node, cause)
        return None
    if node.items is not None:
        maps.stop(turn, node, cause)
        return None
    below = turn.state.frames.get(node.id)
    if below is None:
        gates.leave(turn.state, node)
        outcomes.abort(turn, node, cause)
        return None
    node.phase = NodePhase.FAILING
    turn.touch(node)
    return below
