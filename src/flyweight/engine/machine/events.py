"""What can happen to an execution."""

from dataclasses import dataclass
from enum import Enum

from flyweight.engine.jobs import Report
from flyweight.ids import AttemptId


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """It was accepted and may begin."""


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
    CANCEL = "cancel"
    """The executor was asked to stop the attempt, and has not said that it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired:
    """A timer that the machine had asked for is due."""

    attempt: AttemptId
    timer: Timer


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarted:
    """The platform died and is back; whatever was with a worker is lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Continued:
    """The last step left some of its work."""


Event = Created | Continued | Terminate | TimerFired | Restarted | Report
