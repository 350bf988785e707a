"""NamedTuple outputs, chosen by name, and a plain pair."""

from typing import NamedTuple

from flytekit import task, workflow

Split = NamedTuple("Split", [("train", int), ("test", str)])


@task
def split(x: int) -> Split:
    return Split(train=x, test=str(x))


@task
def pair(x: int) -> tuple[int, str]:
    return x, str(x)


@workflow
def wf(x: int) -> tuple[int, str, str]:
    parts = split(x=x)
    number, text = pair(x=parts.train)
    return number, text, parts.test


RUNS = (
    ("wf", {"x": 2}),
    ("split", {"x": 2}),
    ("pair", {"x": 2}),
)
