"""Recovery of an earlier execution: a node that succeeded there, and whose inputs are the same, does not run again.

flytepropeller's rules (nodes/executor.go, attemptRecovery), and one more: what waits for a node that ran anew runs
anew too, so that one node can be run again and the rest follows from it.
"""

from flyweight import literals
from flyweight.engine.graph import NodeKind
from flyweight.engine.machine import outcomes
from flyweight.engine.machine.turn import Turn
from flyweight.engine.model import ExecutionState, NodeState
from flyweight.engine.recollection import Past
from flyweight.engine.records import NO_NODE

_WITH_NODES_INSIDE = frozenset({NodeKind.WORKFLOW, NodeKind.BRANCH})


def recover(turn: Turn, node: NodeState) -> bool:
    """Take over what a node gave in the execution that is recovered, if it did; tell whether that ends it."""
    state = turn.state
    if state.past is None:
        return False
    past = node.past = past_of(state, node)
    if past is None or past.outputs is None:
        return False
    if node.graph.kind in _WITH_NODES_INSIDE and not state.past.same_code:
        return False
    node.deck_uri = past.deck_uri
    node.reason = f"its outputs are those of execution {state.past.execution}, node {past.node}"
    outcomes.recover(turn, node, past.outputs)
    return True


def past_of(state: ExecutionState, node: NodeState) -> Past | None:
    """Find what became of a node in the execution that is recovered; None if it has to be run as if there was none."""
    frame = node.frame
    if state.past is None or node.graph.index in frame.anew or node.graph.index == frame.graph.failure:
        return None
    parent = NO_NODE
    if frame.parent != NO_NODE:
        above = state.nodes[frame.parent].past
        if above is None:
            return None
        parent = above.node
    past = state.past.nodes.get((parent, node.graph.id))
    if past is None or past.inputs != literals.to_bytes(node.inputs) or not _fits(node, past):
        return None
    return past


def _fits(node: NodeState, past: Past) -> bool:
    """Tell whether it is the same task, also if its code is newer."""
    task = node.graph.task
    if task is None:
        return True
    if past.task and past.task != task.id.name:
        return False
    return past.outputs is None or all(name in past.outputs.literals for name in task.interface.outputs.variables)
