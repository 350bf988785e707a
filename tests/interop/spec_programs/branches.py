"""Conditionals: nested, all comparisons, junctions, unary checks, cases without outputs, a failure at the end."""
# ruff: noqa: E711 - a comparison with None is what is compiled

from flytekit import conditional, task, workflow


@task
def double(x: float) -> float:
    return 2 * x


@task
def square(x: float, y: float = 1.0) -> float:
    return x * y


@task
def nothing(x: int): ...


@task
def flag() -> bool:
    return True


@workflow
def sub(x: float) -> float:
    return double(x=x)


@workflow
def inner(n: int):
    none = conditional("no output").if_(n == 1).then(nothing(x=n)).else_().then(nothing(x=2))
    nothing(x=5) >> none
    conditional("none").if_(n.is_none()).then(nothing(x=n)).elif_(n == None).then(nothing(x=3)).else_().fail("no")


@workflow
def wf(x: float, n: int, name: str = "a") -> float:
    d = double(x=x)
    b = flag()
    inner(n=n)
    chosen = (
        conditional("outer")
        .if_((d > 0.1) & (x < 1.0) | (name == "b"))
        .then(
            conditional("inner")
            .if_(b.is_true())
            .then(square(x=d))
            .elif_((d >= 2.0) & (x != 1.0))
            .then(sub(x=x))
            .elif_(b.is_false() | (d == x))
            .then(sub(x=x))
            .else_()
            .then(double(x=3.0))
        )
        .elif_(x <= -1.0)
        .then(sub(x=d))
        .else_()
        .fail("x must be larger")
    )
    return square(x=chosen)


RUNS = (
    ("wf", {"x": 0.5, "n": 1}),
    ("wf", {"x": 5.0, "n": 2}),
    ("wf", {"x": -3.0, "n": 2}),
)
