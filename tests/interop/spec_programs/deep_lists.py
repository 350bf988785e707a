"""Lists and dictionaries in each other, with promises at every depth."""

from flytekit import task, workflow


@task
def one(x: int) -> int:
    return x


@task
def deep(value: dict[str, list[dict[str, int]]], rows: list[list[int]]) -> list[dict[str, int]]:
    return value["a"]


@workflow
def wf(x: int) -> tuple[list[dict[str, int]], list[list[int]]]:
    a = one(x=x)
    return deep(value={"a": [{"b": a, "c": 1}, {}], "d": [{"e": x}]}, rows=[[a, 2], [], [3]]), [[a], [x, 1]]


RUNS = (("wf", {"x": 3}),)
