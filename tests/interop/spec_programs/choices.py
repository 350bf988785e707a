"""Conditionals in forms of their own: constants on the left, long junctions, many cases, values that may be None, gates."""
# ruff: noqa: SIM300, E711 - a constant on the left, and a comparison with None, are what is compiled

from datetime import timedelta
from typing import Optional

from flytekit import conditional, dynamic, sleep, task, wait_for_input, workflow


@task
def add(x: int, by: int = 1) -> int:
    return x + by


@task
def maybe(x: int) -> Optional[int]:
    return x if x > 2 else None


@task
def note(x: int) -> str:
    return str(x)


@task
def both(x: int) -> (int, str):
    return x, str(x)


@dynamic
def grow(x: int) -> int:
    return add(x=x, by=10)


@workflow
def left(n: int, m: int) -> int:
    return conditional("left").if_(1 < n).then(add(x=n)).elif_(0 == m).then(add(x=m)).else_().then(grow(x=n))


@workflow
def junctions(n: int, m: int, f: float) -> int:
    return (
        conditional("long")
        .if_((n > 1) & (m > 1) & (f > 1.5) | (n == m))
        .then(add(x=n))
        .elif_(((n > 1) | (m > 1)) & ((f > 1.5) | (f < -1.5)))
        .then(add(x=m, by=2))
        .else_()
        .fail("neither of them")
    )


@workflow
def many(n: int) -> int:
    first = conditional("many").if_(n == 1).then(add(x=n)).elif_(n == 2).then(add(x=n, by=2))
    return first.elif_(n == 3).then(add(x=n, by=3)).elif_(n == 4).then(grow(x=n)).else_().then(add(x=0))


@workflow
def absent(n: int) -> str:
    found = maybe(x=n)
    return conditional("absent").if_(found.is_none()).then(note(x=0)).else_().then(note(x=1))


@workflow
def present(n: int) -> str:
    found = maybe(x=n)
    return conditional("present").if_(found != None).then(note(x=1)).else_().then(note(x=0))


@workflow
def in_a_case(n: int, b: bool) -> int:
    return (
        conditional("outer")
        .if_(n >= 1)
        .then(
            conditional("inner")
            .if_(b.is_true())
            .then(add(x=n, by=5))
            .elif_(b.is_false())
            .then(grow(x=n))
            .else_()
            .fail("no truth")
        )
        .else_()
        .then(add(x=n, by=7))
    )


@workflow
def several(n: int) -> (int, str):
    number, text = conditional("several").if_(n > 0).then(both(x=n)).else_().then(both(x=0))
    return add(x=number), text


@workflow
def answered(n: int) -> int:
    wanted = wait_for_input("wanted", timeout=timedelta(hours=1), expected_type=bool)
    pause = sleep(timedelta(seconds=1))
    pause >> wanted
    return conditional("answered").if_(wanted.is_true()).then(add(x=n)).else_().then(grow(x=n))


COMPILED = (
    "left",
    "junctions",
    "many",
    "absent",
    "present",
    "in_a_case",
    "several",
    "answered",
)
RUNS = (
    ("left", {"n": 5, "m": 0}),
    ("left", {"n": 0, "m": 0}),
    ("left", {"n": 0, "m": 2}),
    ("junctions", {"n": 2, "m": 2, "f": 0.0}),
    ("junctions", {"n": 2, "m": 0, "f": -2.0}),
    ("junctions", {"n": 0, "m": 1, "f": 0.0}),
    *(("many", {"n": n}) for n in range(6)),
    ("absent", {"n": 1}),
    ("absent", {"n": 3}),
    ("present", {"n": 1}),
    ("present", {"n": 3}),
    ("in_a_case", {"n": 1, "b": True}),
    ("in_a_case", {"n": 2, "b": True}),
    ("in_a_case", {"n": 2, "b": False}),
    ("in_a_case", {"n": 0, "b": False}),
    ("several", {"n": 3}),
    ("several", {"n": -3}),
)
