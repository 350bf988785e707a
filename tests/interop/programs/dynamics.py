"""Stock flytekit workflows with dynamic tasks: nested, with workflows, branches and launch plans in what they draw."""

from datetime import timedelta

from flytekit import Deck, LaunchPlan, conditional, dynamic, task, workflow
from flytekitplugins.sleep import Sleep


@task
def increment(n: int) -> int:
    return n + 1


@task
def total(numbers: list[int]) -> int:
    return sum(numbers)


@workflow
def twice(n: int) -> int:
    return increment(n=increment(n=n))


twice_plan = LaunchPlan.get_or_create(twice, name="dynamics.twice_plan")


@dynamic
def row(n: int) -> int:
    return total(numbers=[increment(n=i) for i in range(n)])


@dynamic(enable_deck=True)
def triangle(n: int) -> int:
    Deck("drawing", f"<p>a triangle of {n}</p>")
    rows = [row(n=i) for i in range(1, n + 1)]
    chosen = conditional("more").if_(rows[0] > 0).then(twice(n=rows[0])).else_().then(increment(n=rows[0]))
    return total(numbers=[*rows, chosen, twice_plan(n=n)])


@workflow
def drawn(n: int = 3) -> int:
    return triangle(n=n)


@dynamic
def nothing(n: int) -> int:
    return n


@workflow
def undrawn(n: int = 3) -> int:
    return nothing(n=n)


@task(task_config=Sleep())
def nap(duration: timedelta) -> None: ...


@dynamic
def naps(n: int) -> int:
    for at in range(n):
        nap(duration=timedelta(seconds=at / 2))
    return n


@workflow
def slept(n: int = 3) -> int:
    return naps(n=n)
