"""Options under one name, varied."""

from flytekit import Resources, workflow
from flytekit.core.environment import Environment

small = Environment(requests=Resources(cpu="1"), environment={"C": "small"}, retries=1)
large = small.extend(requests=Resources(cpu="8"), environment={"D": "large"})
updated = small.extend(retries=2)
updated.update(environment={"C": "updated"}, interruptible=True)


@small
def first(x: int) -> int:
    return x + 1


@large(retries=3)
def second(x: int) -> int:
    return 2 * x


@updated.task
def third(x: int) -> int:
    return first(x=x)


@small.dynamic
def fourth(x: int) -> int:
    return second(x=x)


@workflow
def wf(x: int) -> int:
    return fourth(x=third(x=second(x=first(x=x))))


RUNS = (("wf", {"x": 3}),)
