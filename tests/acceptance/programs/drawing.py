"""Dynamic tasks in dynamic tasks, with workflows and branches among what they draw, and a deck."""

import flyweight
from flyweight import conditional, dynamic, map_task, task, workflow


@task
def increment(x: int) -> int:
    return x + 1


@task
def total(xs: list[int]) -> int:
    return sum(xs)


@workflow
def twice(x: int) -> int:
    return increment(x=increment(x=x))


@dynamic
def row(n: int) -> int:
    return total(xs=[increment(x=i) for i in range(n)])


@dynamic(enable_deck=True)
def triangle(n: int) -> int:
    flyweight.Deck("drawing", f"<p>a triangle of {n}</p>")
    flyweight.current_context().publish_decks()
    rows = [row(n=i) for i in range(1, n + 1)]
    chosen = conditional("more").if_(rows[0] > 0).then(twice(x=rows[0])).else_().then(increment(x=rows[0]))
    return total(xs=[*rows, chosen])


@workflow
def drawn(n: int) -> int:
    return triangle(n=n)


@task
def refuse(x: int) -> int:
    raise ValueError(f"{x} will not do")


@dynamic(retries=1)
def stubborn(x: int) -> int:
    return refuse(x=x)


@workflow
def refused(x: int) -> int:
    return stubborn(x=x)


@task(cache=True, cache_version="1")
def double(x: int) -> int:
    return 2 * x


@dynamic
def doubles(n: int) -> list[int]:
    return map_task(double)(x=list(range(n)))


@workflow
def mapped(n: int) -> list[int]:
    return doubles(n=n)
