"""Functions that other decorators wrap, before they are tasks and workflows."""

from functools import wraps

from flytekit import task, workflow


def loud(function):
    @wraps(function)
    def call(*args, **kwargs):
        return function(*args, **kwargs)

    return call


def twice(times: int):
    def decorate(function):
        @wraps(function)
        def call(*args, **kwargs):
            return [function(*args, **kwargs) for _ in range(times)][-1]

        return call

    return decorate


@task
@loud
@twice(2)
def double(x: int) -> int:
    """Double it."""
    return 2 * x


@workflow
@loud
def wf(x: int) -> int:
    """Decorated."""
    return double(x=x)


RUNS = (("wf", {"x": 3}),)
