"""Steps executions: events in, rows to write and commands out; a fault of ours ends the execution it meets, alone."""

import logging
from dataclasses import dataclass

from flyteidl.core import execution_pb2

from flyweight.clock import Clock, Micros
from flyweight.engine import machine
from flyweight.engine.closing import aborted_attempts, aborted_items, aborted_nodes, platform_reason
from flyweight.engine.inbox import Happening
from flyweight.engine.jobs import DeckPublished
from flyweight.engine.machine import CancelAttempt, Changes, Command, Event, Reported
from flyweight.engine.model import Changed, ExecutionState
from flyweight.engine.turns import Part
from flyweight.ids import ExecutionKey

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepping:
    """Calls the machine, and outlives whatever that raises."""

    clock: Clock
    inline_limit: int
    """Literal maps of more bytes stand as blobs, not in rows."""
    nodes_per_step: int
    queue_timeout: Micros
    """How long an attempt may wait for a slot; 0 is no limit."""

    def new_part(self, key: ExecutionKey) -> Part:
        """Begin what a turn does for an execution."""
        return Part(key=key, changes=Changes(limit=self.inline_limit))

    def step(self, part: Part, state: ExecutionState, happening: Happening) -> None:
        """Take an event."""
        part.creation = happening.creation or part.creation
        if happening.done is not None:
            part.done.append(happening.done)
        if isinstance(happening.event, Reported):
            part.decks += [each for each in happening.event.reports if isinstance(each, DeckPublished)]
        self._take(part, state, happening.event)

    def go_on(self, part: Part, state: ExecutionState) -> bool:
        """Do some more of what earlier steps left; false when there is nothing."""
        if not machine.unsettled(state):
            return False
        self._take(part, state, machine.Continued())
        return True

    def _take(self, part: Part, state: ExecutionState, event: Event) -> None:
        try:
            part.commands += machine.step(state, event, self.clock.now(), self.nodes_per_step, self.queue_timeout)
        except Exception as error:  # a fault of ours in one execution must not stop the others
            part.commands += self._crash(state, _our_fault(state, error))

    def _crash(self, state: ExecutionState, reason: execution_pb2.ExecutionError) -> list[Command]:
        """End an execution at once; one whose state is past all use without a look at what is in it."""
        now = self.clock.now()
        running = machine.open_attempts(state)
        try:
            return machine.crash(state, reason, now)
        except Exception:  # as above: its own row must do
            _log.exception("execution %s cannot even be closed in order", state.new.name)
            state.nodes.clear()
            state.changed = Changed()
            left = [CancelAttempt(attempt=attempt, reason=reason.message) for attempt in running]
            return [*left, *machine.crash(state, reason, now)]

    def gather(self, part: Part, state: ExecutionState) -> None:
        """Collect the rows that the turn's steps have changed."""
        try:
            machine.changes(state, part.changes)
        except Exception as error:  # as above; here the execution's own row must do
            part.commands += self._crash(state, _our_fault(state, error))
            state.changed = Changed(execution=True)
            part.changes = Changes(limit=self.inline_limit)
            machine.changes(state, part.changes)

    def end(self, part: Part, state: ExecutionState, error: Exception) -> Part:
        """End an execution whose rows cannot be written; what its last step decided does not happen."""
        last = self.new_part(part.key)
        last.done = part.done
        now = self.clock.now()
        reason = platform_reason("NotRecorded", "what it did could not be recorded, so it ends here", error)
        last.commands = self._crash(state, reason)
        self.gather(last, state)
        # What had ended in memory is open in the store, and its row may be the one that cannot be written.
        nodes = {row.node for row in last.changes.nodes}
        attempts = {(row.node, row.attempt) for row in last.changes.attempts}
        lost, tried = part.changes.nodes, part.changes.attempts
        last.changes.nodes += aborted_nodes([row for row in lost if row.node not in nodes], reason, now)
        tried = [row for row in tried if (row.node, row.attempt) not in attempts]
        last.changes.attempts += aborted_attempts(tried, reason, now)
        chunks = {(row.node, row.chunk) for row in last.changes.items}
        lost_items = [row for row in part.changes.items if (row.node, row.chunk) not in chunks]
        last.changes.items += aborted_items(lost_items, now)
        return last


def _our_fault(state: ExecutionState, error: Exception) -> execution_pb2.ExecutionError:
    _log.error("execution %s failed inside the platform", state.new.name, exc_info=error)
    return execution_pb2.ExecutionError(
        code="PlatformError",
        message=f"the platform failed: {type(error).__name__}: {error}. Its log has the traceback: please report it.",
        kind=execution_pb2.ExecutionError.SYSTEM,
    )
