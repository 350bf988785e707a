"""Ends a node, well or badly, and queues what follows from that for its frame."""

from flyteidl.core import catalog_pb2, execution_pb2

from flyweight.engine.catalog import COMPUTED, CacheDue
from flyweight.engine.machine.commands import DropTimers, LetGo
from flyweight.engine.machine.events import GateDue
from flyweight.engine.machine.turn import ExecutionError, Turn, user_error
from flyweight.engine.model import Frame, NodeState
from flyweight.engine.phases import NodePhase
from flyweight.ids import readable_name

AUTO_ABORT = "Some node execution failed, auto-abort."
"""propeller's words, which its clients know."""
NODE_ABORTED = "NodeAborted"
_FAILED_NODE = "\n\nfailed node: "


def succeed(turn: Turn, node: NodeState, outputs: bytes, outputs_uri: str = "") -> None:
    """End a node well; the nodes that waited for it alone are ready."""
    node.outputs_data = outputs
    node.outputs_uri = outputs_uri
    if node.cache is not None and node.cache.cache_status in COMPUTED:
        node.cache.cache_status = catalog_pb2.CACHE_POPULATED
        turn.state.changed.entries[node.id] = node
    if turn.state.past is not None:
        node.frame.anew.update(node.graph.downstream)
    _passed(turn, node, NodePhase.SUCCEEDED)


def recover(turn: Turn, node: NodeState, outputs: bytes) -> None:
    """End a node well that does not have to run, because it did in the execution that is recovered."""
    node.outputs_data = outputs
    node.started_at = turn.now
    _passed(turn, node, NodePhase.RECOVERED)


def _passed(turn: Turn, node: NodeState, phase: NodePhase) -> None:
    frame = _end(turn, node, phase)
    for follower in node.graph.downstream:
        frame.waits[follower] -= 1
        if not frame.waits[follower] and not frame.stop:
            turn.state.ready.append((frame, follower))
    if frame.stop or frame.failed:
        turn.state.closing.append(frame)


def skip(turn: Turn, node: NodeState) -> None:
    """End a node that is not to run: what waits for it waits no longer."""
    frame = _end(turn, node, NodePhase.SKIPPED)
    for follower in node.graph.downstream:
        frame.waits[follower] -= 1


def fail(turn: Turn, node: NodeState, error: ExecutionError, phase: NodePhase = NodePhase.FAILED) -> None:
    """End a node badly (FAILED or TIMED_OUT); by the workflow's policy, the rest of its frame stops."""
    node.error = error
    frame = _end(turn, node, phase)
    frame.failed.add(node.graph.index)
    if frame.graph.fail_fast and not frame.stop:
        frame.stop = AUTO_ABORT
        turn.stopping.append(frame)
    turn.state.closing.append(frame)


def abort(turn: Turn, node: NodeState, cause: str) -> None:
    """End a node because something else did."""
    node.error = user_error(NODE_ABORTED, cause)
    turn.state.closing.append(_end(turn, node, NodePhase.ABORTED))


def _end(turn: Turn, node: NodeState, phase: NodePhase) -> Frame:
    if node.pausing:
        turn.commands.append(DropTimers(of=node.attempts[-1].id))
    node.phase = phase
    node.ended_at = turn.now
    turn.touch(node)
    node.frame.active.discard(node.graph.index)
    if node.graph.cache is not None and node.graph.cache.serialize:
        turn.commands += [LetGo(node=node.id), DropTimers(of=CacheDue(node=node.id))]
    if node.graph.gate is not None:
        turn.commands.append(DropTimers(of=GateDue(node=node.id)))
    return node.frame


def culprit(frame: Frame) -> NodeState | None:
    """Give the node that a frame fails of: the first that failed, or as in Flyte the last where the others went on."""
    failed = [frame.nodes[index] for index in frame.failed if index != frame.graph.failure]
    if not failed:
        return None
    choose = min if frame.graph.fail_fast else max
    return choose(failed, key=lambda node: (node.ended_at, node.graph.index))


def failure_of(frame: Frame) -> ExecutionError | None:
    """Give the error that a frame fails of. The message says which node it was, and which others failed too."""
    chosen = culprit(frame)
    if chosen is None:
        return None
    error = execution_pb2.ExecutionError()
    if chosen.error is not None:
        error.CopyFrom(chosen.error)
    if _FAILED_NODE not in error.message:  # a sub-workflow's error names the node inside it already
        error.message += f"{_FAILED_NODE}{chosen.id} ({readable_name(chosen.graph.name)})"
    failed = sorted((frame.nodes[index] for index in frame.failed), key=lambda node: (node.ended_at, node.graph.index))
    others = [node.id for node in failed if node is not chosen]
    if others:
        error.message += f"\nalso failed: {', '.join(others)}"
    return error
