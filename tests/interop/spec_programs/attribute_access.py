"""Parts of results: items of lists and dictionaries, fields, mixed and deep; as inputs, outputs and in collections."""

from dataclasses import dataclass

from flytekit import LaunchPlan, task, workflow


@dataclass
class Point:
    x: int
    tags: dict[str, list[str]]


@dataclass
class Shape:
    points: list[Point]
    center: Point


@task
def shape() -> Shape:
    point = Point(x=1, tags={"a": ["b", "c"]})
    return Shape(points=[point, Point(x=2, tags={})], center=point)


@task
def lists() -> tuple[list[list[int]], dict[str, dict[str, int]]]:
    return [[1, 2], [3]], {"a": {"b": 4}}


@task
def total(xs: list[int]) -> int:
    return sum(xs)


@task
def text(word: str) -> str:
    return word


@workflow
def sub(n: int) -> int:
    return total(xs=[n])


plan = LaunchPlan.get_or_create(sub, "attribute-plan")
RUNS = (("wf", {}),)


@workflow
def wf() -> tuple[int, str, int, int, int, Point]:
    made = shape()
    rows, table = lists()
    return (
        total(xs=[made.points[1].x, rows[0][1], table["a"]["b"]]),
        text(word=made.center.tags["a"][1]),
        sub(n=rows[1][0]),
        plan(n=made.center.x),
        total(xs=rows[0]),
        made.points[0],
    )
