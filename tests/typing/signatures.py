"""What a type checker must see: decorators keep the user's signature. Checked by test_signatures.py, never run."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple, assert_type

from flyweight import (
    FunctionWorkflow,
    ReferenceTask,
    Task,
    approve,
    conditional,
    dynamic,
    map_task,
    reference_launch_plan,
    reference_task,
    reference_workflow,
    task,
    wait_for_input,
    workflow,
)


class Split(NamedTuple):
    train: int
    test: str


@task
def plain(x: int, by: float = 2.0) -> str:
    return str(x * by)


@task(retries=3, cache=True, cache_version="1")
def with_options(x: int) -> Split:
    return Split(x, str(x))


@workflow
def flow(x: int) -> str:
    assert_type(plain(x=x), str)
    return plain(x, by=1.0)


@workflow(interruptible=True)
def flow_with_options(x: int) -> Split:
    return with_options(x=x)


@workflow
def choosing(x: int, sure: bool) -> str:
    found = conditional("kind").if_((x > 1) & sure).then(plain(x=x)).elif_(x == 0).then(with_options(x=x))
    assert_type(found.else_().fail("no"), str | Split)
    return conditional("size").if_(x > 1).then(plain(x=x)).else_().then(flow(x=x))


@workflow
def gated(x: int) -> str:
    assert_type(wait_for_input("rate", timeout=timedelta(hours=1), expected_type=float), float)
    return approve(plain(x=x), "fine?")


@dynamic(retries=2)
def unfolding(x: int) -> Split:
    assert_type(plain(x=x), str)
    return with_options(x=x)


@reference_task(project="p", domain="d", name="n", version="v")
def there(x: int) -> str: ...


@reference_workflow(project="p", domain="d", name="n", version="v")
def flow_there(x: int) -> str: ...


@reference_launch_plan(project="p", domain="d", name="n", version="v")
def plan_there(x: int) -> str: ...


def takes_a_function(function: Callable[[int], str]) -> str:
    return function(1)


assert_type(plain(1), str)
assert_type(with_options(x=1), Split)
assert_type(with_options(x=1).train, int)
assert_type(flow(x=1), str)
assert_type(flow_with_options(1), Split)
assert_type(unfolding(x=1), Split)
assert_type(there(x=1), str)
assert_type(flow_there(x=1), str)
assert_type(plan_there(x=1), str)
takes_a_function(flow)
kept: Task[[int], Split] = with_options
drawn: FunctionWorkflow[[int], str] = flow
pointed: ReferenceTask[[int], str] = there

plain("one")  # wrong: an int is expected
plain(y=1)  # wrong: there is no such input
with_options()  # wrong: x is missing
unfolding("one")  # wrong: an int is expected
map_task(plain, concurrency="2")  # wrong: an int is expected
flow(x=None)  # wrong: an int is expected
task(retries="3")  # wrong: an int is expected
workflow(interruptable=True)  # wrong: there is no such option
conditional("kind").if_("yes")  # wrong: a condition is expected
