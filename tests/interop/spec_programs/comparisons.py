"""Conditions on every plain type: each comparison, against constants and other values, and parts of values."""

from dataclasses import dataclass
from datetime import datetime, timezone

from flytekit import conditional, task, workflow


@dataclass
class Report:
    score: float


@task
def report(score: float) -> Report:
    return Report(score=score)


@task
def counts() -> dict[str, int]:
    return {"a": 1}


@task
def say(text: str) -> str:
    return text


@workflow
def wf(i: int, f: float, s: str, b: bool, at: datetime) -> tuple[str, str, str]:
    first = (
        conditional("plain")
        .if_((i == 1) & (f >= 0.25) & (s != "z"))
        .then(say(text="all"))
        .elif_((i < 5) | (f > 2.5))
        .then(say(text="some"))
        .else_()
        .then(say(text=s))
    )
    made = report(score=f)
    rows = counts()
    second = (
        conditional("parts")
        .if_((made.score <= 1.0) & b.is_true())
        .then(say(text="low"))
        .elif_((rows["a"] == i) | b.is_false())
        .then(say(text="label"))
        .else_()
        .fail("neither")
    )
    third = (
        conditional("times")
        .if_(at < datetime(2025, 1, 1, tzinfo=timezone.utc))
        .then(say(text="past"))
        .else_()
        .then(say(text="future"))
    )
    return first, second, third
