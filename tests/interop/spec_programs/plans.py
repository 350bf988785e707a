"""Launch plans with defaults and fixed inputs, alone and as nodes."""

from flytekit import Annotations, Labels, LaunchPlan, task, workflow


@task
def add(a: int, b: int, c: int) -> int:
    return a + b + c


@workflow
def base(a: int, b: int = 2, c: int = 3) -> int:
    return add(a=a, b=b, c=c)


plan = LaunchPlan.get_or_create(
    base,
    name="interop-plan",
    default_inputs={"b": 20},
    fixed_inputs={"c": 30},
    labels=Labels({"team": "a"}),
    annotations=Annotations({"note": "b"}),
    max_parallelism=4,
)


@workflow
def wf(a: int) -> int:
    return add(a=plan(a=a), b=plan(a=a, b=5), c=1)


RUNS = (
    ("wf", {"a": 2}),
    ("plan", {"a": 1}),
)
COMPILED = ("wf", "plan", "base")
