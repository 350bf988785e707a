"""Recovery of an earlier execution: a node that succeeded there, and whose inputs are the same, does not run again.

flytepropeller's rules (nodes/executor.go, attemptRecovery), and one more: what waits for a node that ran anew runs
anew too, so that one node can be run again and the rest follows from it.
"""

from dataclasses import replace

from flyweight import literals
from flyweight.engine.machine import outcomes
from flyweight.engine.machine.turn import Turn
from flyweight.engine.model import ExecutionState, NodeState
from flyweight.engine.recollection import Past, Place
from flyweight.engine.records import NO_NODE


def recover(turn: Turn, node: NodeState) -> bool:
    """Take over what a node gave in the execution that is recovered, if it did; tell whether that ends it."""
    state = turn.state
    if state.past is None:
        return False
    past = node.past = past_of(state, node)
    if past is None or past.outputs is None:
        return False
    node.deck_uri = past.deck_uri
    node.reason = f"its outputs are those of execution {state.past.execution}, node {past.node}"
    outcomes.recover(turn, node, literals.to_bytes(past.outputs))
    return True


def past_of(state: ExecutionState, node: NodeState) -> Past | None:
    """Find what became of a node in the execution that is recovered; None if it has to be run as if there was none."""
    frame = node.frame
    if state.past is None or node.graph.index in frame.anew or node.graph.index == frame.graph.failure:
        return None
    place = _place_of(state, node)
    past = state.past.nodes.get(place) if place is not None else None
    if past is None or past.inputs != node.inputs_data:
        return None
    if frame.same_code:
        return past
    return _of_other_code(node, past)


def is_asked_for(state: ExecutionState, node: NodeState, item: int | None = None) -> bool:
    """Tell whether a node, or an item of it, is what was asked to run again, or is inside of that: no cache is read."""
    past = state.past
    if past is None or past.again is None:
        return False
    if past.again_item is not None:
        return item == past.again_item and _place_of(state, node) == past.again
    while _place_of(state, node) != past.again:
        if node.frame.parent == NO_NODE:
            return False
        node = state.nodes[node.frame.parent]
    return True


def _place_of(state: ExecutionState, node: NodeState) -> Place | None:
    """Tell where a node stood in the execution that is recovered; None if what it runs in was not there."""
    if node.frame.parent == NO_NODE:
        return NO_NODE, node.graph.id
    above = state.nodes[node.frame.parent].past
    return (above.node, node.graph.id) if above is not None else None


def _of_other_code(node: NodeState, past: Past) -> Past | None:
    """Take of newer code, or of what a dynamic task drew anew, what is surely meant: tasks, by their names."""
    task = node.graph.task if node.graph.array is None else node.graph.array.item.task
    if past.kind is not node.graph.kind or past.task != (task.id.name if task is not None else ""):
        return None
    if task is None:
        return replace(past, outputs=None, drawing="", child="", items={})
    names = task.interface.outputs.variables
    if node.graph.array is not None:
        items = {item: given for item, given in past.items.items() if all(name in given.literals for name in names)}
        return replace(past, outputs=None, child="", items=items)
    given = past.outputs is not None and all(name in past.outputs.literals for name in names)
    return past if given else replace(past, outputs=None, drawing="")
