"""Maps: over two lists, over dataclasses, named outputs, one after the other, in a workflow inside, exact successes."""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from flytekit import Resources, map_task, task, workflow


@dataclass
class Item:
    x: int
    name: str = "n"


class Named(NamedTuple):
    value: int


@task
def make(x: int) -> Item:
    return Item(x=x)


@task
def weigh(item: Item, factor: int) -> int:
    return item.x * factor


@task
def named(x: int) -> Named:
    return Named(x)


@task
def maybe(x: int) -> int:
    if x == 2:
        raise ValueError(x)
    return x


@task
def total(xs: list[int]) -> int:
    return sum(xs)


@workflow
def inner(xs: list[int]) -> list[Item]:
    return map_task(make)(x=xs)


@workflow
def over_named(xs: list[int]) -> list[int]:
    return map_task(named)(x=xs)


COMPILED = ("wf", "over_named")
RUNS = (("wf", {"xs": [1, 3]}), ("wf", {"xs": []}))


@workflow
def wf(xs: list[int]) -> tuple[int, list[int]]:
    items = inner(xs=xs)
    weights = map_task(partial(weigh, factor=3))(item=items)
    both = map_task(weigh, concurrency=0)(item=items, factor=xs)
    first = map_task(maybe, min_success_ratio=0.1, run_all_sub_nodes=True)(x=xs)
    second = map_task(make)(x=weights).with_overrides(node_name="last-map", requests=Resources(mem="1Gi"))
    first >> second
    return total(xs=weights), both
