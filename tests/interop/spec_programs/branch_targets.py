"""What a case can be: a workflow, a launch plan, a reference; ordered before and after; results used further on."""

from flytekit import LaunchPlan, conditional, reference_launch_plan, task, workflow


@task
def double(x: int) -> int:
    return 2 * x


@task
def note(x: int): ...


@workflow
def sub(x: int) -> int:
    return double(x=x)


plan = LaunchPlan.get_or_create(sub, "branch-plan", default_inputs={"x": 4})


@reference_launch_plan(project="p", domain="d", name="there.plan", version="v2")
def there(x: int) -> int: ...


@workflow
def inner(x: int) -> int:
    return conditional("in sub").if_(x == 0).then(sub(x=1)).else_().then(double(x=x))


@workflow
def wf(x: int) -> int:
    before = note(x=inner(x=x))
    chosen = (
        conditional("targets")
        .if_(x > 10)
        .then(sub(x=x))
        .elif_(x > 5)
        .then(plan(x=x))
        .elif_(x > 2)
        .then(there(x=x))
        .else_()
        .then(double(x=x))
    )
    after = double(x=chosen)
    before >> after
    return after
