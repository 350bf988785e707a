"""One turn of the machine over one execution: the state, the time, the commands gathered, and the work still to do."""

from collections import deque
from dataclasses import dataclass, field

from flyteidl.core import execution_pb2, literals_pb2

from flyweight.clock import Micros
from flyweight.engine.items import CHUNK
from flyweight.engine.machine.commands import Command
from flyweight.engine.model import AttemptState, ExecutionState, Frame, NodeState, SignalState
from flyweight.ids import NodeId

ExecutionError = execution_pb2.ExecutionError
NO_LIMIT = Micros(0)
_KEPT_READ = 64
"""So many parsed outputs are kept for the nodes that begin next."""


@dataclass(slots=True, kw_only=True)
class Turn:
    """What the functions of the machine hand to each other. Work waits in queues, here and in the state."""

    state: ExecutionState
    now: Micros
    share: int
    """How many nodes it may begin or close."""
    queue_timeout: Micros = NO_LIMIT
    """How long an attempt may wait for a slot."""
    commands: list[Command] = field(default_factory=list[Command])
    stopping: deque[Frame] = field(default_factory=deque[Frame])
    """Frames in which nothing more may begin, and whose nodes must still be told."""
    read: dict[NodeId, literals_pb2.LiteralMap] = field(default_factory=dict[NodeId, literals_pb2.LiteralMap])
    """Outputs that were parsed for a binding: many nodes that begin together are often given the same."""

    def outputs_of(self, node: NodeState) -> literals_pb2.LiteralMap | None:
        """Give what a node gave; None for one that has not succeeded."""
        found = self.read.get(node.id) or node.outputs
        if found is not None:
            if len(self.read) >= _KEPT_READ:  # a node that gathers from thousands reads each of them once
                self.read.clear()
            self.read[node.id] = found
        return found

    def touch(self, node: NodeState) -> None:
        """Note that the node's row must be written."""
        node.updated_at = self.now
        self.state.changed.nodes[node.id] = node

    def touch_attempt(self, attempt: AttemptState) -> None:
        """Note that the attempt's row must be written."""
        attempt.updated_at = self.now
        self.state.changed.attempts[attempt.id] = attempt

    def touch_item(self, node: NodeState, item: int) -> None:
        """Note that an item's row must be written, and its node's, which counts them."""
        self.touch(node)
        self.state.changed.chunks[node.id, item // CHUNK] = node

    def touch_signal(self, signal: SignalState) -> None:
        """Note that the signal's row must be written."""
        signal.updated_at = self.now
        self.state.changed.signals[signal.id] = signal

    def touch_execution(self) -> None:
        """Note that the execution's row must be written."""
        self.state.updated_at = self.now
        self.state.changed.execution = True


def user_error(code: str, message: str) -> ExecutionError:
    """Make an error for which the user's code or request is the cause."""
    return ExecutionError(code=code, message=message, kind=ExecutionError.USER)


def system_error(code: str, message: str) -> ExecutionError:
    """Make an error for which the platform is the cause."""
    return ExecutionError(code=code, message=message, kind=ExecutionError.SYSTEM)
