"""What the machine wants done, once the rows that say so are committed."""

from dataclasses import dataclass

from flyweight.clock import Micros
from flyweight.engine.jobs import Job
from flyweight.engine.machine.events import GateDue, TimerFired
from flyweight.ids import AttemptId


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAttempt:
    """Give the job to an executor."""

    job: Job


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelAttempt:
    """Ask the executor to stop it."""

    attempt: AttemptId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTimer:
    """Send the event at that time. Timers are never taken back: a late one is ignored."""

    at: Micros
    event: TimerFired | GateDue


Command = StartAttempt | CancelAttempt | SetTimer
