"""The window of a backfill, as the command line takes it."""

import datetime as dt

import click
import pytest

from flyweight.cli.backfill import window
from flyweight.cli.main import main

FIRST = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
WEEK = dt.timedelta(weeks=1)


def test_two_of_three_make_a_window() -> None:
    assert window(FIRST, FIRST + WEEK, None) == window(FIRST, None, WEEK) == window(None, FIRST + WEEK, WEEK)
    for given in ((None, None, WEEK), (FIRST, None, None), (FIRST, FIRST + WEEK, WEEK)):
        with pytest.raises(click.UsageError, match="two of --from-date, --to-date and --backfill-window"):
            window(*given)


def test_a_date_that_is_none_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backfill", "plan", "--from-date", "yesterday"]) == 2
    assert "Invalid value for '--from-date'" in capsys.readouterr().err
