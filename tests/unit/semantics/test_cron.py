"""Cron expressions: what they mean, and what is refused with the field that is wrong."""

import datetime as dt

import pytest

from flyweight.errors import InvalidInput
from flyweight.semantics.cron import ALIASES, fires, parse


def test_fields_are_lists_ranges_steps_and_names() -> None:
    found = parse("*/20 0,12 1-7/3 jan,JUN mon-fri")
    assert found.minutes == {0, 20, 40}
    assert found.hours == {0, 12}
    assert found.days == {1, 4, 7}
    assert found.months == {1, 6}
    assert found.weekdays == {1, 2, 3, 4, 5}
    assert not found.any_day
    assert not found.any_weekday


def test_a_step_without_an_end_goes_on_to_the_last_value() -> None:
    assert parse("50/5 * ? * *").minutes == {50, 55}


def test_sunday_is_0_and_7() -> None:
    assert parse("0 0 * * 7").weekdays == parse("0 0 * * sun").weekdays == {0}


@pytest.mark.parametrize("name", ALIASES)
def test_names_stand_for_expressions(name: str) -> None:
    assert parse(name.upper()) == parse(ALIASES[name])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "five fields"),
        ("0 0 * * * *", "five fields"),
        ("fortnightly", "five fields"),
        ("60 * * * *", "a minute is from 0 to 59, not `60`"),
        ("* * 0 * *", "a day of the month is from 1 to 31"),
        ("* * * smarch *", "a month is from 1 to 12, not `smarch`"),
        ("5-1 * * * *", "never comes"),
        ("*/0 * * * *", "never comes"),
        ("1,,2 * * * *", "no list of numbers"),
        ("-1 * * * *", "no list of numbers"),
    ],
)
def test_what_cannot_be_read_says_which_field(text: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        parse(text)


@pytest.mark.parametrize(
    ("expression", "times"),
    [
        ("0 6 * * *", ["01T06:00", "02T06:00", "03T06:00"]),
        ("30 6,18 2 * *", ["02T06:30", "02T18:30"]),
        ("0 0 * * fri", ["02T00:00"]),
        ("0 0 3 * fri", ["02T00:00", "03T00:00"]),
        ("0 0 * feb *", []),
    ],
)
def test_it_fires_from_the_first_moment_to_the_last(expression: str, times: list[str]) -> None:
    first, last = dt.datetime(2026, 1, 1, 6, tzinfo=dt.UTC), dt.datetime(2026, 1, 3, 6, tzinfo=dt.UTC)
    found = fires(parse(expression), first, last)
    assert [f"{time:%dT%H:%M}" for time in found] == times
