"""Where the stock flytekit does not do what it is told, so that ours differs; the test names each place and why."""

from dataclasses import dataclass

from flytekit import Options, conditional, map_task, task, workflow


@dataclass
class Report:
    score: float
    count: int


@task
def report(count: int) -> Report:
    return Report(score=0.5, count=count)


@task
def double(x: int) -> int:
    return 2 * x


@workflow(default_options=Options(max_parallelism=3))
def wf(xs: list[int]) -> int:
    map_task(double, min_successes=1)(x=xs)
    made = report(count=1)
    return (
        conditional("two parts of one value")
        .if_((made.score > 0.1) & (made.count == 1))
        .then(double(x=1))
        .else_()
        .then(double(x=2))
    )
