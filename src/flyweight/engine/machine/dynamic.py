"""Dynamic tasks: what an attempt has drawn is compiled, runs in a frame below its node, and may be drawn anew."""

from flyweight.engine.machine import outcomes
from flyweight.engine.machine.commands import CompileDrawn
from flyweight.engine.machine.events import Compiled, CompileFailed
from flyweight.engine.machine.turn import Turn
from flyweight.engine.model import AttemptState, ExecutionState, NodeState
from flyweight.engine.phases import AttemptPhase, NodePhase
from flyweight.errors import PlatformError


def compile_drawn(turn: Turn, node: NodeState, attempt: AttemptState) -> None:
    """Have what an attempt left in futures.pb compiled; until then its node is RUNNING, without an open attempt."""
    if node.graph.task is None:
        raise PlatformError(f"node {node.id} runs no task")
    node.phase = NodePhase.RUNNING
    turn.touch(node)
    source = node.past.drawing if node.past is not None and node.took_over else ""
    turn.commands.append(
        CompileDrawn(attempt=attempt.id, task=node.graph.task, output_prefix=attempt.output_prefix, source=source)
    )


def take_over(turn: Turn, node: NodeState, attempt: AttemptState) -> None:
    """Run what the task drew in the execution that is recovered, as if this attempt had drawn it."""
    if node.past is None or turn.state.past is None:
        raise PlatformError(f"node {node.id} recovers nothing")
    attempt.phase = AttemptPhase.SUCCEEDED
    attempt.started_at = attempt.ended_at = node.started_at = turn.now
    node.reason = f"what it runs was drawn in execution {turn.state.past.execution}, node {node.past.node}"
    compile_drawn(turn, node, attempt)


def take(turn: Turn, event: Compiled | CompileFailed) -> NodeState | None:
    """Take what came of compiling; gives the node if its frame is to be opened. What comes too late changes nothing."""
    node = turn.state.nodes.get(event.attempt.node)
    if node is None or not node.compiling or node.attempts[-1].id != event.attempt:
        return None
    if isinstance(event, CompileFailed):
        outcomes.fail(turn, node, event.error)
        return None
    node.drawn = event.graph
    return node


def restarted(turn: Turn) -> None:
    """Have compiled again what the platform was about to compile when it died."""
    for node in turn.state.nodes.values():
        if node.compiling:
            compile_drawn(turn, node, node.attempts[-1])


def forget(state: ExecutionState, node: NodeState) -> None:
    """Forget what a task had drawn, and all that ran below: it has ended, and its rows say how."""
    node.drawn = None
    node.phase = NodePhase.QUEUED
    waiting = [node.id]
    while waiting:
        frame = state.frames.pop(waiting.pop(), None)
        for child in frame.nodes.values() if frame is not None else ():
            del state.nodes[child.id]
            waiting.append(child.id)
