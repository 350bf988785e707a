"""Reads cron expressions of five fields and their aliases, and tells the times at which a schedule fires."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from flyweight.errors import InvalidInput

ALIASES: Final = {
    **dict.fromkeys(("hourly", "hours", "@hourly"), "0 * * * *"),
    **dict.fromkeys(("daily", "days", "@daily", "@midnight"), "0 0 * * *"),
    **dict.fromkeys(("weekly", "weeks", "@weekly"), "0 0 * * 0"),
    **dict.fromkeys(("monthly", "months", "@monthly"), "0 0 1 * *"),
    **dict.fromkeys(("annually", "@annually", "yearly", "years", "@yearly"), "0 0 1 1 *"),
}
"""Names that Flyte takes in place of an expression, and what they mean."""

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_PART: Final = re.compile(r"(?P<first>\*|\?|\w+)(?:-(?P<last>\w+))?(?:/(?P<step>\d+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of an expression: its name, what it may hold, and names for its values, from the lowest on."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()


_FIELDS: Final = (
    Field(name="minute", low=0, high=59),
    Field(name="hour", low=0, high=23),
    Field(name="day of the month", low=1, high=31),
    Field(name="month", low=1, high=12, names=_MONTHS),
    Field(name="day of the week", low=0, high=7, names=_WEEKDAYS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """When a schedule fires. When both kinds of days are limited, a day of either kind will do, as in cron."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    """0 is Sunday."""
    any_day: bool
    """The day of the month is not limited."""
    any_weekday: bool
    """The day of the week is not limited."""


def parse(text: str) -> Cron:
    """Read an expression or alias.

    Raises:
        InvalidInput: it is neither; says which field is wrong, and what it may hold.

    """
    fields = ALIASES.get(text.strip().lower(), text).split()
    if len(fields) != len(_FIELDS):
        raise InvalidInput(
            f"A schedule has five fields (minute, hour, day of the month, month, day of the week), like `0 6 * * 1-5`, "
            f"or is a name like `daily`; {text!r} is neither."
        )
    minutes, hours, days, months, weekdays = (
        _values(field, entry, text) for field, entry in zip(_FIELDS, fields, strict=True)
    )
    return Cron(
        minutes=minutes,
        hours=hours,
        days=days,
        months=months,
        weekdays=frozenset(day % 7 for day in weekdays),
        any_day=fields[2][0] in "*?",
        any_weekday=fields[4][0] in "*?",
    )


def fires(schedule: Cron, first: datetime, last: datetime) -> Iterator[datetime]:
    """Give the times at which a schedule fires, from the first moment to the last, both included; minutes in UTC."""
    moment = first.astimezone(UTC)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    while day <= last:
        if _on(schedule, day):
            for hour in sorted(schedule.hours):
                for minute in sorted(schedule.minutes):
                    time = day.replace(hour=hour, minute=minute)
                    if moment <= time <= last:
                        yield time
        day += timedelta(days=1)


def _on(schedule: Cron, day: datetime) -> bool:
    if day.month not in schedule.months:
        return False
    by_day, by_weekday = day.day in schedule.days, day.isoweekday() % 7 in schedule.weekdays
    if schedule.any_day or schedule.any_weekday:
        return by_day and by_weekday
    return by_day or by_weekday


def _values(field: Field, entry: str, text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in entry.split(","):
        matched = _PART.fullmatch(part)
        if matched is None:
            raise InvalidInput(f"{text!r}: the {field.name} `{entry}` is no list of numbers, ranges and steps.")
        first, last, step = matched["first"], matched["last"], int(matched["step"] or 1)
        if first in "*?":
            low, high = field.low, field.high
        else:
            low = _value(field, first, text)
            high = _value(field, last, text) if last else (field.high if matched["step"] else low)
        if step == 0 or high < low:
            raise InvalidInput(f"{text!r}: the {field.name} `{part}` never comes: {low} to {high} by {step}.")
        found.update(range(low, high + 1, step))
    return frozenset(found)


def _value(field: Field, entry: str, text: str) -> int:
    name = entry.lower()
    value = int(entry) if entry.isdecimal() else -1
    if name in field.names:
        value = field.low + field.names.index(name)
    if not field.low <= value <= field.high:
        raise InvalidInput(f"{text!r}: a {field.name} is from {field.low} to {field.high}, not `{entry}`.")
    return value
