"""Nodes that map over lists: a few items are open at a time, and what becomes of all decides the node's end."""

import heapq
from typing import assert_never

from flyteidl.core import execution_pb2, literals_pb2

from flyweight import literals
from flyweight.engine.catalog import Answer, CacheDue
from flyweight.engine.children import Child, ChildEnded, ChildStarted
from flyweight.engine.items import ABORTED, CHUNK, FAILED, SUCCEEDED, Items
from flyweight.engine.jobs import Cancelled, DeckPublished, Failed, Report, Started, Succeeded
from flyweight.engine.machine import item_caching, items, launches, outcomes
from flyweight.engine.machine.commands import CancelAttempt, LetGo, StartChild, StopChild
from flyweight.engine.machine.events import Timer, TimerFired
from flyweight.engine.machine.items import Item
from flyweight.engine.machine.turn import ExecutionError, Turn, user_error
from flyweight.engine.model import ExecutionState, NodeState
from flyweight.engine.phases import AttemptPhase, ExecutionPhase, NodePhase
from flyweight.errors import InvalidInput
from flyweight.ids import readable_name, shown_item
from flyweight.semantics import elements

INVALID_LENGTH = "InvalidArrayLength"
OPEN_ITEMS = 1024
"""So many items of a map are with an executor where nothing else limits them: more would only wait there."""
_NAMED = 5
"""How many of the items that failed are named."""


def begin(turn: Turn, node: NodeState) -> None:
    """Begin to map; a map over nothing is over."""
    array = node.graph.array
    if array is None:
        raise InvalidInput(f"node {node.id} maps nothing")
    try:
        inputs = node.inputs
        size = elements.count(readable_name(node.graph.name), inputs, array.bound)
    except InvalidInput as error:
        outcomes.fail(turn, node, user_error(INVALID_LENGTH, error.message))
        return
    needed = elements.required(size, min_successes=array.min_successes, min_success_ratio=array.min_success_ratio)
    node.items = Items(size=size, needed=needed, inputs=inputs)
    node.phase = NodePhase.RUNNING
    node.started_at = turn.now
    turn.state.maps[node.id] = node
    _settle(turn, node)


def release(turn: Turn) -> None:
    """Begin items as far as there is room, one of each map in turn. Called last: nothing is about to be stopped."""
    maps, left, passed = turn.state.maps, turn.share, 0
    while left and passed < len(maps):
        name = next(iter(maps))
        node = maps.pop(name)
        if _release(turn, node):
            left, passed = left - 1, 0
        else:
            passed += 1
        if items.parts(node)[1].waiting:
            maps[name] = node


def unsettled(state: ExecutionState) -> bool:
    """Tell whether an item could go on, and waits only for its turn."""
    return any(_can_let_in(state, node) or _can_begin(state, node) for node in state.maps.values())


def _release(turn: Turn, node: NodeState) -> bool:
    """Let in an item that is held back, or else begin one; tell whether there was one, and room for it."""
    _, found = items.parts(node)
    if found.held and _has_place(turn.state):
        items.let_in(turn, items.at_hand(node, heapq.heappop(found.held)))
    elif _can_begin(turn.state, node):
        _begin_item(turn, node)
    else:
        return False
    return True


def _can_let_in(state: ExecutionState, node: NodeState) -> bool:
    return bool(items.parts(node)[1].held) and _has_place(state)


def _can_begin(state: ExecutionState, node: NodeState) -> bool:
    array, found = items.parts(node)
    if not found.to_begin or len(found.open) >= (array.concurrency or OPEN_ITEMS):
        return False
    return array.item.task is None or array.item.cache is not None or _has_place(state)


def _has_place(state: ExecutionState) -> bool:
    return not 0 < state.max_parallelism <= state.open_attempts


def _begin_item(turn: Turn, node: NodeState) -> None:
    item = items.begin(turn, node)
    known = node.past.items.get(item.number) if node.past is not None else None
    if known is not None:
        items.succeed(turn, item, known)
        _settle(turn, node)
    elif item.array.item.task is not None:
        item_caching.run(turn, item)
    else:
        _launch(turn, item)


def answer(turn: Turn, event: Answer | CacheDue) -> None:
    """Take what the catalog says of an item; what comes twice or too late lets go of a claim, if anything."""
    node = turn.state.nodes.get(event.node)
    item = item_caching.asking(node, event.item) if node is not None else None
    if item is not None:
        item_caching.take(turn, item, event)
        _settle(turn, item.node)
    elif node is None or node.items is None or event.item not in node.items.open:
        turn.commands.append(LetGo(node=event.node, item=event.item))


def report(turn: Turn, event: Report) -> None:
    """Take a report on an item; one about an attempt that is over changes nothing."""
    node = turn.state.nodes.get(event.attempt.node)
    item = items.opened(node, event.attempt) if node is not None else None
    if item is None:
        return
    match event:
        case Succeeded() | Failed() | Cancelled():
            items.take(turn, item, event)
            _settle(turn, item.node)
        case Started():
            items.started(turn, item, event)
        case DeckPublished():
            revisions = item.chunk.deck_revisions
            revisions[item.at] = max(revisions[item.at], event.revision)
        case _:
            assert_never(event)


def timer(turn: Turn, event: TimerFired) -> None:
    """Take an item's timer; one of an attempt that is over changes nothing."""
    node = turn.state.nodes.get(event.attempt.node)
    if node is None or node.items is None:
        return
    item = items.opened(node, event.attempt)
    if item is not None:
        items.timer(turn, item, event)
        _settle(turn, node)
    elif event.timer is Timer.RETRY:
        items.pause_over(turn, node, event)


def child(turn: Turn, node: NodeState, event: ChildStarted | ChildEnded) -> None:
    """Take what is told of an item's execution; what comes too late changes nothing."""
    _, found = items.parts(node)
    number = found.children.get(event.name)
    if number is None:
        return
    item = items.at_hand(node, number)
    chunk, at = item.chunk, item.at
    match event:
        case ChildStarted():
            if chunk.states[at] == AttemptPhase.QUEUED.value:
                chunk.states[at] = AttemptPhase.RUNNING.value
                chunk.started_at[at] = turn.now
                turn.touch_item(node, number)
        case ChildEnded():
            del found.children[event.name]
            _child_ended(turn, item, event)
            _settle(turn, node)
        case _:
            assert_never(event)


def _child_ended(turn: Turn, item: Item, event: ChildEnded) -> None:
    if item.node.phase is NodePhase.FAILING:
        items.close(turn, item, ABORTED)
    elif event.phase is ExecutionPhase.SUCCEEDED:
        items.succeed(turn, item, event.outputs or literals_pb2.LiteralMap())
    else:
        place = shown_item(item.node.id, item.number)
        error = launches.failure(event, item.array.item.name, place, started=bool(item.chunk.started_at[item.at]))
        items.fail(turn, item, error, recoverable=False)


def _launch(turn: Turn, item: Item) -> None:
    """Have an item's execution started, or found."""
    turn.commands.append(StartChild(child=_child_of(turn, item)))


def _child_of(turn: Turn, item: Item) -> Child:
    made = launches.item_child(turn.state, item.node, item.number, item.inputs)
    item.items.children[made.name] = item.number
    return made


def stop(turn: Turn, node: NodeState, cause: str) -> None:
    """Stop all items; the node ends once none is open."""
    array, found = items.parts(node)
    node.phase = NodePhase.FAILING
    turn.touch(node)
    turn.state.maps.pop(node.id, None)
    found.held.clear()
    for item in [items.at_hand(node, number) for number in sorted(found.open)]:
        if item.has_place:
            items.stop(turn, item, cause)
        elif array.item.task is not None:
            items.close(turn, item, ABORTED)
        else:
            child = _child_of(turn, item)
            turn.commands.append(StopChild(child=child, cause=launches.stop_cause(turn.state, cause)))
    _settle(turn, node)


def _settle(turn: Turn, node: NodeState) -> None:
    """End the node if it is time, or begin to stop it if too many items have failed."""
    array, found = items.parts(node)
    all_ended = found.succeeded + found.failed == found.size
    if node.phase is NodePhase.FAILING:
        if found.open:
            return
        if found.lost:
            outcomes.fail(turn, node, failure(node))
        else:
            outcomes.abort(turn, node, node.frame.stop)
    elif found.lost and (all_ended or not array.runs_all):
        stop(turn, node, f"{found.failed} of its {found.size} items failed")
    elif all_ended:
        turn.state.maps.pop(node.id, None)
        outcomes.succeed(turn, node, literals.to_bytes(_outputs(node)))


def _outputs(node: NodeState) -> literals_pb2.LiteralMap:
    """Gather what the items gave; one that failed gives None."""
    array, found = items.parts(node)
    gathered = literals_pb2.LiteralMap()
    for name in array.outputs:
        gathered.literals[name].collection.SetInParent()
    lists = [(name, gathered.literals[name].collection.literals) for name in array.outputs]
    for number in range((found.size + CHUNK - 1) // CHUNK):
        chunk = found.chunks[number]
        for at, (state, data) in enumerate(zip(chunk.states, chunk.outputs, strict=True)):
            body = found.large[number * CHUNK + at] if chunk.stored[at] else data
            outputs = literals.map_from_bytes(body if state == SUCCEEDED else b"")
            for name, into in lists:
                into.append(outputs.literals[name] if name in outputs.literals else literals.none())
    return gathered


def failure(node: NodeState) -> ExecutionError:
    """Say which items failed, as people name them elsewhere, and of what the first one did."""
    _, found = items.parts(node)
    failed = [
        (chunk.ended_at[at], number * CHUNK + at)
        for number, chunk in sorted(found.chunks.items())
        for at, state in enumerate(chunk.states)
        if state == FAILED
    ]
    _, first = min(failed)
    chunk, at = found.find(first)
    error = execution_pb2.ExecutionError.FromString(chunk.errors[at])
    named = ", ".join(shown_item(node.id, item) for _, item in failed[:_NAMED])
    more = f" and {len(failed) - _NAMED} more" if len(failed) > _NAMED else ""
    rule = "" if found.needed == found.size else f" (at least {found.needed} must succeed)"
    which = f"{named}{more}; the first was {shown_item(node.id, first)}" if len(failed) > 1 else named
    error.message = f"{len(failed)} of {found.size} items failed{rule}: {which}: {error.message}"
    return error


def restarted(turn: Turn) -> None:
    """Take up maps again after the platform died."""
    for node in list(turn.state.nodes.values()):
        if node.items is None:
            continue
        array, found = items.parts(node)
        if array.item.task is not None:
            items.restarted(turn, node)
            _settle(turn, node)
        elif node.phase is NodePhase.FAILING:
            stop(turn, node, node.frame.stop)
        else:
            for number in sorted(found.open):
                _launch(turn, items.at_hand(node, number))


def abandon(turn: Turn, node: NodeState, error: ExecutionError) -> None:
    """Close all items at once, because the execution's state may be in any shape."""
    array, found = items.parts(node)
    for item in [items.at_hand(node, number) for number in sorted(found.open)]:
        if array.item.task is not None:
            turn.commands.append(CancelAttempt(attempt=items.attempt_of(turn, item), reason=error.message))
        else:
            turn.commands.append(StopChild(child=_child_of(turn, item), cause=error.message))
        items.close(turn, item, ABORTED)
