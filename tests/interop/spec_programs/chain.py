"""One task after another, positional arguments, a default that is bound."""

from flytekit import task, workflow


@task
def first(x: int) -> int:
    """Add one.

    Args:
        x: what to add to

    Returns:
        the sum
    """
    return x + 1


@task(retries=3)
def second(x: int, by: int = 7) -> int:
    return x * by


@workflow
def wf(x: int = 4) -> int:
    """Chain two tasks.

    The long part of the text.
    """
    return second(x=first(x=x))


RUNS = (
    ("wf", {}),
    ("wf", {"x": 2}),
    ("second", {"x": "a"}),
    ("wf", {"y": 1}),
)
