"""What can happen to an execution."""

from dataclasses import dataclass
from enum import Enum

from flyteidl.core import execution_pb2, literals_pb2, types_pb2

from flyweight.clock import Micros
from flyweight.engine.catalog import Answer, Answers, CacheDue
from flyweight.engine.children import ChildEnded, ChildStarted
from flyweight.engine.graph import ClosureGraph
from flyweight.engine.jobs import Report
from flyweight.engine.records import NOT_YET
from flyweight.ids import AttemptId, NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """It was accepted and may begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """Executors have reported on some of its attempts, in this order."""

    reports: tuple[Report, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminate:
    """Somebody wants it stopped."""

    cause: str
    principal: str = ""


class Timer(Enum):
    """What a timer is for."""

    EXECUTION = "execution"
    """The attempt has run for its timeout."""
    ACTIVE = "active"
    """The node's attempts together have taken twice the timeout."""
    SLEEP = "sleep"
    """The attempt has slept, if that is all its task does."""
    QUEUE = "queue"
    """The attempt has waited for a slot for as long as the platform lets it."""
    RETRY = "retry"
    """The pause after an attempt that failed for the platform's fault is over."""
    CANCEL = "cancel"
    """The executor was asked to stop the attempt, and has not said that it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired:
    """A timer that the machine had asked for is due."""

    attempt: AttemptId
    timer: Timer


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """What a dynamic task's attempt drew holds together, stands beside its futures.pb, and may run."""

    attempt: AttemptId
    graph: ClosureGraph


@dataclass(frozen=True, slots=True, kw_only=True)
class CompileFailed:
    """What a dynamic task's attempt drew cannot be run."""

    attempt: AttemptId
    error: execution_pb2.ExecutionError


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePlace:
    """Where a node stands that has not begun: at that index of the frame that this attempt of ``parent`` opened."""

    parent: NodeId
    attempt: int
    """What a dynamic task draws anew has other nodes in the same places."""
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A value that stands apart is here, for the node at that place."""

    place: NodePlace
    uri: str
    value: literals_pb2.Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailed:
    """A value that stands apart, which the node at that place waits for, cannot be read."""

    place: NodePlace
    error: execution_pb2.ExecutionError


@dataclass(frozen=True, slots=True, kw_only=True)
class GateDue:
    """A gate has been open for as long as it may be, or is to be."""

    node: NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalWanted:
    """Somebody wants a signal to be there before a gate waits for it; one that is there stays as it is."""

    signal: str
    type: types_pb2.LiteralType


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalSet:
    """A signal, which is there, was given a value of its type; the first one stands."""

    signal: str
    value: literals_pb2.Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarted:
    """The platform died and is back; whatever was with a worker is lost."""

    last_seen: Micros = NOT_YET
    """When the platform was last known to live, if that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Continued:
    """The last step left some of its work."""


Event = (
    Created
    | Continued
    | Terminate
    | TimerFired
    | Compiled
    | CompileFailed
    | Fetched
    | FetchFailed
    | GateDue
    | SignalWanted
    | SignalSet
    | ChildStarted
    | ChildEnded
    | Answer
    | Answers
    | CacheDue
    | Restarted
    | Reported
)
