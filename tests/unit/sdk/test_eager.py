"""Eager tasks run here: calls give values, async ones are awaited side by side, errors can be caught."""

import asyncio
import threading

import pytest
from flyteidl.core import tasks_pb2

import flyweight
from flyweight import conditional, eager, task, workflow
from flyweight.compile.settings import SerializationSettings
from flyweight.compile.tasks import task_spec
from flyweight.errors import InvalidInput, TypeMismatch


@task
def add_one(x: int) -> int:
    return x + 1


@task
async def later(x: int) -> int:
    await asyncio.sleep(0)
    return x * 10


@task
def fails(x: int) -> int:
    raise ValueError(f"no {x}")


@workflow
def twice(x: int) -> int:
    return add_one(x=add_one(x=x))


@eager
async def inner(x: int) -> int:
    return add_one(x=x) + await later(x=x)


@eager
async def outer(xs: list[int]) -> list[int]:
    """Adds and waits."""
    values = [twice(x=x) for x in xs]
    return [*values, *await asyncio.gather(*(inner(x=x) for x in xs))]


@eager
async def handled(x: int) -> str:
    try:
        fails(x=x)
    except ValueError as error:
        return f"caught: {error}"
    return "not reached"


def test_calls_give_values_and_are_awaited() -> None:
    assert asyncio.run(outer(xs=[1, 2])) == [3, 4, 12, 23]


def test_errors_can_be_caught() -> None:
    assert asyncio.run(handled(x=3)) == "caught: no 3"


async def test_async_tasks_run_side_by_side() -> None:
    meeting = threading.Barrier(2, timeout=20)

    @task
    async def meets(x: int) -> int:
        meeting.wait()
        return x

    assert await asyncio.gather(meets(x=1), meets(x=2)) == [1, 2]


def test_an_eager_task_is_a_node_of_a_workflow_too() -> None:
    @workflow
    def wf(x: int) -> int:
        return conditional("big").if_(x > 1).then(inner(x=x)).else_().then(add_one(x=x))

    assert wf(x=2) == 23
    assert wf(x=1) == 2


def test_values_are_checked() -> None:
    with pytest.raises(TypeMismatch, match="outer, inputs"):
        asyncio.run(outer(xs=["a"]))


def test_its_template_says_that_it_is_eager_and_makes_a_deck() -> None:
    metadata: tasks_pb2.TaskMetadata = task_spec(outer, SerializationSettings()).template.metadata
    assert (metadata.is_eager, metadata.generates_deck.value) == (True, True)
    assert not task_spec(later, SerializationSettings()).template.metadata.is_eager


def test_it_must_be_a_coroutine_function() -> None:
    with pytest.raises(InvalidInput, match="needs `async def`"):

        @flyweight.eager
        def plain(x: int) -> int:
            return x
