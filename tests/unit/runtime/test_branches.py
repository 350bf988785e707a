"""A conditional run here makes one call only, chosen by the rules of the platform."""

import datetime as dt
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import pytest

from flyweight import conditional, task, workflow
from flyweight.errors import InvalidInput, TaskFailed

called: list[str] = []


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Pair(NamedTuple):
    left: int
    right: str


@dataclass
class Score:
    value: float
    name: str


@task
def say(text: str) -> str:
    called.append(text)
    return text


@task
def pair(text: str) -> Pair:
    called.append(text)
    return Pair(len(text), text)


@task
def rate(value: float) -> Score:
    return Score(value, "model")


@pytest.fixture(autouse=True)
def _fresh() -> None:
    called.clear()


@workflow
def sizes(x: float) -> str:
    return (
        conditional("sizes")
        .if_((x >= 0.0) & (x < 1.0) | (x == 100.0))
        .then(
            conditional("inside")
            .if_(x <= 0.5)
            .then(say(text="low"))
            .elif_(x != 100.0)
            .then(say(text="high"))
            .else_()
            .then(say(text="hundred"))
        )
        .elif_(x > 1.0)
        .then(say(text="large"))
        .else_()
        .fail("x is below zero, or one")
    )


@pytest.mark.parametrize(("x", "chosen"), [(0.2, "low"), (0.7, "high"), (100.0, "hundred"), (3.0, "large")])
def test_one_call_is_made(x: float, chosen: str) -> None:
    assert sizes(x=x) == chosen
    assert called == [chosen]


def test_none_holds_and_it_was_told_to_fail() -> None:
    with pytest.raises(TaskFailed, match="x is below zero, or one"):
        sizes(x=-1.0)
    assert called == []


@workflow
def kinds(flag: bool, color: Color, when: dt.datetime, name: str | None = None) -> tuple[str, str, str, str]:
    return (
        conditional("flag").if_(flag.is_true()).then(say(text="on")).else_().then(say(text="off")),
        conditional("color").if_(color == Color.RED).then(say(text="red")).else_().then(say(text="blue")),
        conditional("when")
        .if_(when < dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        .then(say(text="then"))
        .else_()
        .then(say(text="now")),
        conditional("name").if_(name.is_none()).then(say(text="nameless")).else_().then(say(text="named")),
    )


def test_values_of_every_plain_kind_decide() -> None:
    day = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    assert kinds(flag=True, color=Color.BLUE, when=day) == ("on", "blue", "now", "nameless")
    assert kinds(flag=False, color=Color.RED, when=day.replace(year=2025), name="x") == ("off", "red", "then", "named")


def test_parts_of_results_decide() -> None:
    @workflow
    def wf(value: float) -> str:
        made = rate(value=value)
        return (
            conditional("parts")
            .if_((made.value > 1) & (made.name == "model"))
            .then(say(text="good"))
            .else_()
            .then(say(text="bad"))
        )

    assert (wf(value=2.0), wf(value=0.5)) == ("good", "bad")


def test_named_outputs_of_cases_come_out() -> None:
    @workflow
    def wf(x: int) -> str:
        made = conditional("pairs").if_(x == 1).then(pair(text="a")).else_().then(pair(text="bb"))
        return say(text=made.right)

    assert (wf(x=1), wf(x=2)) == ("a", "bb")


def test_a_case_waits_for_what_it_takes() -> None:
    @workflow
    def wf(x: int) -> str:
        late = say(text="first")
        chosen = conditional("wait").if_(x == 1).then(say(text=late)).else_().then(say(text="other"))
        say(text="before") >> late
        return chosen

    assert wf(x=1) == "first"
    assert called == ["before", "first", "first"]


def test_values_that_cannot_be_compared_name_the_node() -> None:
    @workflow
    def wf(x: int) -> str:
        return conditional("odd").if_(x == "one").then(say(text="a")).else_().then(say(text="b"))

    with pytest.raises(InvalidInput, match=r"wf, node n0: .*cannot be compared"):
        wf(x=1)
