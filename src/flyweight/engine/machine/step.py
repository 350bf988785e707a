"""The machine's one step: an event, the time, and the state it changes, to the commands that follow."""

from typing import assert_never

from flyteidl.core import execution_pb2

from flyweight.clock import Micros
from flyweight.engine.catalog import Answer, Answers, CacheClaimed, CacheDue, CacheHit, CacheMiss
from flyweight.engine.children import ChildEnded, ChildStarted
from flyweight.engine.items import CHUNK
from flyweight.engine.machine import attempts, caching, dynamic, frames, gates, launches, maps
from flyweight.engine.machine.commands import CancelAttempt, Command, StopChild
from flyweight.engine.machine.events import (
    Compiled,
    CompileFailed,
    Continued,
    Created,
    Event,
    Fetched,
    FetchFailed,
    GateDue,
    Reported,
    Restarted,
    SignalSet,
    SignalWanted,
    Terminate,
    TimerFired,
)
from flyweight.engine.machine.turn import NO_LIMIT, Turn
from flyweight.engine.model import ExecutionState, root_frame
from flyweight.engine.phases import AttemptPhase, ExecutionPhase, NodePhase
from flyweight.ids import NO_ITEM, AttemptId

SHARE = 500
"""How many nodes one step may begin or close: some hundredths of a second's work."""


def step(
    state: ExecutionState, event: Event, now: Micros, share: int = SHARE, queue_timeout: Micros = NO_LIMIT
) -> list[Command]:
    """Take an event. The state is changed in place; the commands are to be carried out after its rows are committed.

    Events that come twice, or too late, change nothing. The cost grows with the nodes that change, not with the graph.
    Past ``share`` nodes the rest is left for a ``Continued`` event (see ``unsettled``), so that others get their turn.
    """
    turn = Turn(state=state, now=now, share=share, queue_timeout=queue_timeout)
    match event:
        case Reported():  # first: nearly all events are these
            _reported(turn, event)
        case Created() | Terminate() | Continued() | Restarted():
            _go(turn, event)
        case TimerFired():
            (attempts if event.attempt.item == NO_ITEM else maps).timer(turn, event)
        case GateDue() | SignalWanted() | SignalSet():
            gates.take(turn, event)
        case ChildStarted() | ChildEnded():
            _child_told(turn, event)
        case CacheHit() | CacheMiss() | CacheClaimed() | CacheDue() | Answers():
            _catalog_told(turn, event)
        case Compiled() | CompileFailed():
            frames.run_drawn(turn, event)
        case Fetched() | FetchFailed():
            frames.go_on(turn, event)
        case _:
            assert_never(event)
    frames.settle(turn)
    return turn.commands


def unsettled(state: ExecutionState) -> bool:
    """Tell whether a step left work that a ``Continued`` event is to do."""
    return bool(state.lost or state.ready or state.closing or maps.unsettled(state)) and not state.phase.terminal


def _reported(turn: Turn, event: Reported) -> None:
    for each in event.reports:
        (attempts if each.attempt.item == NO_ITEM else maps).report(turn, each)
        if turn.stopping:  # what is to be stopped is, whatever is reported next
            frames.settle(turn)


def _catalog_told(turn: Turn, event: Answer | Answers | CacheDue) -> None:
    for each in event.answers if isinstance(event, Answers) else (event,):
        if each.item == NO_ITEM:
            caching.take(turn, each)
        else:
            maps.answer(turn, each)


def _child_told(turn: Turn, event: ChildStarted | ChildEnded) -> None:
    node = turn.state.nodes.get(event.node)
    if node is not None and node.items is not None:
        maps.child(turn, node, event)
    elif node is not None and launches.is_launched(node):
        launches.take(turn, node, event)


def _go(turn: Turn, event: Created | Terminate | Continued | Restarted) -> None:
    """Take what is told of the execution as a whole."""
    match event:
        case Created():
            _begin(turn)
        case Terminate():
            frames.terminate(turn, event.cause, event.principal)
        case Restarted():
            turn.state.lost_at = event.last_seen
            for part in (attempts, caching, dynamic, gates, launches, maps):
                part.restarted(turn)
        case Continued():
            pass
        case _:
            assert_never(event)


def _begin(turn: Turn) -> None:
    state = turn.state
    if state.phase is not ExecutionPhase.QUEUED:
        return
    state.phase = ExecutionPhase.RUNNING
    state.started_at = turn.now
    turn.touch_execution()
    frames.open_frame(turn, root_frame(state))


def open_attempts(state: ExecutionState) -> list[AttemptId]:
    """List what an executor may have, whatever shape the state is in; takes nothing for granted, and never raises."""
    found: list[AttemptId] = []
    for node in state.nodes.values():
        found += [attempt.id for attempt in node.attempts if attempt.open]
        chunks = node.items.chunks if node.items is not None else {}
        for item in sorted(node.items.open) if node.items is not None else ():
            number, at = divmod(item, CHUNK)
            if number in chunks and at < len(chunks[number].attempts):
                found.append(AttemptId(state.new.key, node.id, chunks[number].attempts[at] - 1, item))
    return found


def crash(state: ExecutionState, error: execution_pb2.ExecutionError, now: Micros) -> list[Command]:
    """End an execution at once, because a step of it raised: its state may be in any shape."""
    turn = Turn(state=state, now=now, share=0)
    for node in state.nodes.values():
        attempt = node.attempt
        if attempt is not None:
            attempt.phase = AttemptPhase.ABORTED
            attempt.error = error
            attempt.ended_at = now
            turn.touch_attempt(attempt)
            turn.commands.append(CancelAttempt(attempt=attempt.id, reason=error.message))
        if node.items is not None:
            maps.abandon(turn, node, error)
        if launches.is_launched(node):
            turn.commands.append(StopChild(child=launches.child_of(state, node), cause=error.message))
        if not node.phase.terminal:
            node.phase = NodePhase.ABORTED
            node.error = error
            node.ended_at = now
            turn.touch(node)
    state.phase = ExecutionPhase.FAILED
    state.error = error
    state.outputs = None
    state.ended_at = now
    turn.touch_execution()
    return turn.commands
