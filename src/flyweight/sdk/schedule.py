"""When a launch plan is started by itself: at times of a calendar, or at a fixed rate."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final, cast

from flyteidl.admin import schedule_pb2

from flyweight.errors import InvalidInput
from flyweight.sdk.kinds import Kinds, require_own_kinds
from flyweight.semantics import cron

_OFFSET: Final = re.compile(r"[-+]?P([-+0-9YMWD]+)?(T([-+0-9HMS.,]+)?)?")
_UNITS: Final = (
    (dt.timedelta(days=1), schedule_pb2.DAY),
    (dt.timedelta(hours=1), schedule_pb2.HOUR),
    (dt.timedelta(minutes=1), schedule_pb2.MINUTE),
)


_KINDS: Final[Kinds] = {"schedule": (str,), "offset": (str,), "kickoff_time_input_arg": (str,)}


@dataclass(frozen=True, slots=True)
class CronSchedule:
    """At times of a calendar, in UTC: five fields as in cron, or a name like ``daily``.

    Example:
        >>> CronSchedule(schedule="0 6 * * mon-fri", kickoff_time_input_arg="day").schedule
        '0 6 * * mon-fri'

    Raises:
        InvalidInput: the schedule or the offset cannot be read; says which part.

    """

    cron_expression: str | None = None
    """Six fields as at AWS: refused, as Flyte's own scheduler does not know them."""
    schedule: str | None = None
    offset: str | None = None
    """An ISO 8601 duration by which the schedule is shifted, like ``PT10M``."""
    kickoff_time_input_arg: str | None = None
    """The input, a datetime, that is given the time of the schedule."""

    def __post_init__(self) -> None:
        if self.cron_expression:
            raise InvalidInput(
                f"`cron_expression` ({self.cron_expression!r}) is AWS's, which Flyte's scheduler does not know; "
                "give five fields by name: CronSchedule(schedule='0 6 * * 1-5'). "
                "Without a name the first is `cron_expression`."
            )
        if self.schedule is None:
            raise InvalidInput(
                "A CronSchedule takes `schedule`: five fields like `0 6 * * 1-5`, or a name like `daily`."
            )
        require_own_kinds(self, _KINDS)
        cron.parse(self.schedule)
        if self.offset is not None and not _OFFSET.fullmatch(self.offset):
            raise InvalidInput(f"`offset` is an ISO 8601 duration like PT10M, not {self.offset!r}.")

    def to_flyte_idl(self) -> schedule_pb2.Schedule:
        """Give it on the wire."""
        return schedule_pb2.Schedule(
            cron_schedule=schedule_pb2.CronSchedule(schedule=self.schedule, offset=self.offset),
            kickoff_time_input_arg=self.kickoff_time_input_arg,
        )


@dataclass(frozen=True, slots=True)
class FixedRate:
    """Every so many minutes, hours or days.

    Args:
        duration: how long from one start to the next, in whole minutes.
        kickoff_time_input_arg: the input, a datetime, that is given the time of the schedule.

    Raises:
        InvalidInput: the duration is not a number of whole minutes.

    """

    duration: dt.timedelta
    kickoff_time_input_arg: str | None = None
    """The input, a datetime, that is given the time of the schedule."""

    def __post_init__(self) -> None:
        duration = cast("object", self.duration)  # of any kind, where no type checker looks
        if not isinstance(duration, dt.timedelta) or duration <= dt.timedelta(0) or duration % dt.timedelta(minutes=1):
            raise InvalidInput(f"A FixedRate is a timedelta of whole minutes, 1 or more, not {duration}.")

    def to_flyte_idl(self) -> schedule_pb2.Schedule:
        """Give it on the wire, in the largest unit that fits."""
        length, unit = next((length, unit) for length, unit in _UNITS if not self.duration % length)
        rate = schedule_pb2.FixedRate(value=self.duration // length, unit=unit)
        return schedule_pb2.Schedule(rate=rate, kickoff_time_input_arg=self.kickoff_time_input_arg)


@dataclass(frozen=True, slots=True)
class OnSchedule:
    """A schedule as a launch plan's ``trigger``: the same as its ``schedule``."""

    schedule: CronSchedule | FixedRate

    def to_flyte_idl(self, *_plan: object) -> schedule_pb2.Schedule:
        """Give it on the wire."""
        return self.schedule.to_flyte_idl()
