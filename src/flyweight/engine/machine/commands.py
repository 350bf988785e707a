"""What the machine wants done, once the rows that say so are committed."""

from dataclasses import dataclass
from typing import NamedTuple

from flyteidl.core import tasks_pb2

from flyweight.clock import Micros
from flyweight.engine.catalog import CacheDue, Question
from flyweight.engine.children import Child
from flyweight.engine.jobs import Job
from flyweight.engine.machine.events import GateDue, NodePlace, TimerFired
from flyweight.ids import NO_ITEM, AttemptId, NodeId


class StartAttempt(NamedTuple):
    """Give the job to an executor."""

    job: Job


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelAttempt:
    """Ask the executor to stop it."""

    attempt: AttemptId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTimer:
    """Send the event at that time. One that comes too late is ignored."""

    at: Micros
    event: TimerFired | GateDue | CacheDue


@dataclass(frozen=True, slots=True, kw_only=True)
class DropTimers:
    """Take back the timers of an attempt that has ended, or the one that would send what nobody waits for any more."""

    of: AttemptId | GateDue | CacheDue


@dataclass(frozen=True, slots=True, kw_only=True)
class StartChild:
    """Start an execution, or find it if it is there; its end is to be told."""

    child: Child


@dataclass(frozen=True, slots=True, kw_only=True)
class StopChild:
    """Stop an execution; its end is to be told, also if it was never started."""

    child: Child
    cause: str


class LookUp(NamedTuple):
    """Ask the catalog; the answer is an event."""

    question: Question


@dataclass(frozen=True, slots=True, kw_only=True)
class LetGo:
    """Let others compute what the node, or an item of it, has claimed, if it has."""

    node: NodeId
    item: int = NO_ITEM


@dataclass(frozen=True, slots=True, kw_only=True)
class CompileDrawn:
    """Check and index what a dynamic task's attempt has left in futures.pb; what came of it is to be told."""

    attempt: AttemptId
    task: tasks_pb2.TaskTemplate
    output_prefix: str
    source: str = ""
    """The prefix where it stands in the execution that is recovered, if it is taken over from there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """Read the value that stands at ``uri``, for the node at that place; what came of it is to be told."""

    place: NodePlace
    uri: str


Command = (
    StartAttempt
    | CancelAttempt
    | SetTimer
    | DropTimers
    | StartChild
    | StopChild
    | LookUp
    | LetGo
    | CompileDrawn
    | Fetch
)
