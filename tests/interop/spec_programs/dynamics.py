"""Tasks that draw their graph when they run, as nodes of a workflow."""

from flytekit import Resources, dynamic, task, workflow


@task
def show(a: int) -> str:
    return str(a)


@task
def joined(xs: list[str]) -> str:
    return "".join(xs)


@dynamic(retries=2, requests=Resources(cpu="1"), cache=True, cache_version="3")
def drawn(n: int, suffix: str = "!") -> tuple[str, int]:
    """Join as many as asked for."""
    return joined(xs=[show(a=i) for i in range(n)]), 3


@workflow
def wf(n: int) -> tuple[str, int]:
    return drawn(n=n)


RUNS = (
    ("wf", {"n": 3}),
    ("wf", {"n": 0}),
)
DRAWN = (("drawn", {"n": 2}),)
