"""Order without data among nodes of every kind, in chains."""

from flytekit import LaunchPlan, conditional, map_task, task, workflow


@task
def say(): ...


@task
def number(x: int) -> int:
    return x


@task
def pair() -> tuple[int, int]:
    return 1, 2


@workflow
def sub():
    say()


plan = LaunchPlan.get_or_create(sub, "orders-plan")


@workflow
def wf(x: int) -> int:
    a = say()
    b = sub()
    c = plan()
    d = number(x=x)
    e = pair()
    f = map_task(number)(x=[1, 2])
    g = conditional("order").if_(x > 1).then(number(x=x)).else_().then(number(x=2))
    h = say()
    a >> b >> c >> d
    d >> e[0]
    e[1] >> f
    f >> g
    g >> h
    a.runs_before(h)
    a >> h
    return g


RUNS = (("wf", {"x": 3}),)
