"""Launch plans and registered tasks over lists."""

from flytekit import LaunchPlan, map_task, reference_task, task, workflow


@task
def add(a: int, b: int) -> int:
    return a + b


@workflow
def base(a: int, b: int = 2) -> int:
    return add(a=a, b=b)


plan = LaunchPlan.get_or_create(base, "mapped-plans", fixed_inputs={"b": 10})
free = LaunchPlan.get_or_create(base, "mapped-plans-free")


@reference_task(project="p", domain="d", name="there", version="1")
def there(a: int) -> int: ...


@workflow
def wf(xs: list[int]) -> list[int]:
    return map_task(plan, concurrency=3)(a=map_task(free)(a=xs, b=xs))


@workflow
def far(xs: list[int]) -> list[int]:
    return map_task(there)(a=xs)


@workflow
def one(xs: list[int]) -> list[int]:
    return map_task(plan)(a=xs)


COMPILED = ("wf", "far", "one")
