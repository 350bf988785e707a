"""What is known of one execution: watch events go in, the newest state, its waiters and its listeners come out."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

from flyteidl.admin import execution_pb2, node_execution_pb2
from flyteidl.core import execution_pb2 as phases_pb2
from flyteidl.core import literals_pb2

from flyweight.errors import FlyweightError
from flyweight.protocol import watch_pb2

Phase = phases_pb2.WorkflowExecution
NodePhase = phases_pb2.NodeExecution

ENDED: Final = frozenset({Phase.SUCCEEDED, Phase.FAILED, Phase.ABORTED, Phase.TIMED_OUT})
NODE_ENDED: Final = frozenset(
    {
        NodePhase.SUCCEEDED,
        NodePhase.FAILED,
        NodePhase.ABORTED,
        NodePhase.SKIPPED,
        NodePhase.TIMED_OUT,
        NodePhase.RECOVERED,
    }
)

STATE_SECONDS: Final = 3.0
"""Platforms before 26 November 2026 do not say where the state ends and the changes begin: it comes within less."""

logger = logging.getLogger("flyweight.client")


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeState:
    """The newest state of one node."""

    message: node_execution_pb2.NodeExecution
    outputs: literals_pb2.LiteralMap | None = None
    """What it gave, once it has succeeded (servers that are polled do not say)."""
    attempt: int = 0
    reason: str = ""
    """How far it has come, or why it waits, in words; empty where its phase says all (and on servers that are polled).
    """
    task: str = ""
    """The name of the task that it runs, of a node inside another one (and not on servers that are polled)."""

    @property
    def node_id(self) -> str:
        """The node's id within its execution: ``n0``, nested ``n0-0-n1``."""
        return self.message.id.node_id

    @property
    def phase(self) -> str:
        """Flyte's word for where it stands: ``RUNNING``, ``SUCCEEDED``, ..."""
        return NodePhase.Phase.Name(self.message.closure.phase)

    @property
    def is_done(self) -> bool:
        """Whether it has ended for good."""
        return self.message.closure.phase in NODE_ENDED

    @property
    def error(self) -> str:
        """Why it failed, or nothing."""
        return self.message.closure.error.message


Subject = TypeVar("Subject")
NodeListener = Callable[[NodeState], object]


class Progress:
    """The newest state of one execution, shared between the thread that watches and those that wait."""

    def __init__(self, execution: execution_pb2.Execution) -> None:
        self.execution = execution
        self.outputs: literals_pb2.LiteralMap | None = None
        self.nodes: dict[str, NodeState] = {}
        self.capacity: watch_pb2.CapacityUpdate | None = None
        self.decks: dict[str, int] = {}
        self.broken: FlyweightError | None = None
        self._told = False
        self._changed = threading.Condition()
        self._news: dict[str, NodeState] = {}
        """The nodes again, what has changed last at the end."""
        self._node_listeners: list[_InTurn] = []
        self._log_listeners: list[Callable[[watch_pb2.LogChunk], object]] = []
        self._end_listeners: list[Callable[[], object]] = []

    @property
    def ended(self) -> bool:
        """Whether the execution has ended for good."""
        return self.execution.closure.phase in ENDED

    def apply(self, event: watch_pb2.WatchEvent) -> None:
        """Take one event in, wake who waits, and call who listens (in the calling thread)."""
        match event.WhichOneof("event"):
            case "execution":
                self._apply_execution(event.execution)
            case "node":
                self._apply_node(event.node)
            case "nodes":
                for update in event.nodes.updates:
                    self._apply_node(update)
            case "log":
                for listener in list(self._log_listeners):
                    _tell(listener, event.log)
            case "deck":
                self.decks[event.deck.node_id] = event.deck.revision
            case "capacity":
                self.capacity = event.capacity
            case None:
                self._told = True
            case _:  # a newer platform may say more than this client knows
                return
        with self._changed:
            self._changed.notify_all()

    def fail(self, error: FlyweightError) -> None:
        """Say that the execution can no longer be watched; waiters get the error."""
        with self._changed:
            self.broken = error
            self._changed.notify_all()

    def wait(self, timeout: float | None) -> bool:
        """Wait until the execution has ended; false when it has not within the time.

        Raises:
            FlyweightError: it can no longer be watched.

        """
        with self._changed:
            self._changed.wait_for(lambda: self.ended or self.broken is not None, timeout)
        if self.broken is not None and not self.ended:
            raise self.broken
        return self.ended

    def wait_for_state(self) -> None:
        """Wait until all has been told that was known when the watch began; raises what ``wait`` does."""
        with self._changed:
            self._changed.wait_for(lambda: self._told or self.ended or self.broken is not None, STATE_SECONDS)
        if self.broken is not None and not self.ended:
            raise self.broken

    def on_node(self, listener: NodeListener) -> None:
        """Call the listener with each node's state, what is known now first."""
        with self._changed:
            told = _InTurn(listener, self._news.values())
            self._node_listeners.append(told)
        told.tell()

    def on_log(self, listener: Callable[[watch_pb2.LogChunk], object]) -> None:
        """Call the listener with each piece of log."""
        self._log_listeners.append(listener)

    def on_end(self, listener: Callable[[], object]) -> None:
        """Call the listener once, when the execution has ended; at once if it has."""
        with self._changed:
            waiting = not self.ended
            if waiting:
                self._end_listeners.append(listener)
        if not waiting:
            _tell(lambda _: listener(), self)

    def _apply_execution(self, update: watch_pb2.ExecutionUpdate) -> None:
        execution = execution_pb2.Execution.FromString(update.execution)
        with self._changed:
            if execution.closure.phase == Phase.SUCCEEDED:
                self.outputs = literals_pb2.LiteralMap.FromString(update.outputs)
            self.execution = execution
            listeners = self._end_listeners if self.ended else []
            if self.ended:
                self._end_listeners = []
            self._changed.notify_all()
        for listener in listeners:
            _tell(lambda _, call=listener: call(), self)

    def _apply_node(self, update: watch_pb2.NodeUpdate) -> None:
        message = node_execution_pb2.NodeExecution.FromString(update.node_execution)
        outputs = literals_pb2.LiteralMap.FromString(update.outputs) if update.outputs else None
        state = NodeState(
            message=message, outputs=outputs, attempt=update.attempt, reason=update.reason, task=update.task
        )
        with self._changed:
            self.nodes[state.node_id] = state
            self._news.pop(state.node_id, None)
            self._news[state.node_id] = state
            listeners = list(self._node_listeners)
            for listener in listeners:
                listener.waiting.append(state)
        for listener in listeners:
            listener.tell()


class _InTurn:
    """Tells a listener one state after the other as they came, though two threads have some: one does it for both."""

    def __init__(self, listener: NodeListener, known: Iterable[NodeState]) -> None:
        self.waiting = deque(known)
        self._listener = listener
        self._telling = threading.Lock()

    def tell(self) -> None:
        """Tell what waits, unless that is being done; no lock of others is held meanwhile."""
        while self.waiting and self._telling.acquire(blocking=False):
            try:
                while self.waiting:
                    _tell(self._listener, self.waiting.popleft())
            finally:
                self._telling.release()


def _tell(listener: Callable[[Subject], object], subject: Subject) -> None:
    """Call a listener; a fault in it is the user's, is logged, and stops nothing."""
    try:
        listener(subject)
    except Exception:
        logger.exception("A callback of an execution failed; watching goes on.")
