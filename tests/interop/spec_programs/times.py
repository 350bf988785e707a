"""Datetimes, durations, dates and enums, as defaults and constants."""

from datetime import date, datetime, timedelta, timezone
from enum import Enum

from flytekit import task, workflow


class Color(Enum):
    RED = "red"
    BLUE = "blue"


@task
def when(
    at: datetime, length: timedelta = timedelta(minutes=90), color: Color = Color.RED, yes: bool = True
) -> datetime:
    return at + length


@task
def day(on: date) -> date:
    return on


@workflow
def wf(at: datetime = datetime(2024, 2, 29, 12, 30, tzinfo=timezone.utc), color: Color = Color.BLUE) -> datetime:
    day(on=date(2024, 1, 2))
    return when(at=when(at=at, color=color), length=timedelta(seconds=1))


RUNS = (("wf", {}),)
