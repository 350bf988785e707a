"""What a type checker must see: decorators keep the user's signature. Checked by test_signatures.py, never run."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple, assert_type

from flyweight import (
    Cache,
    Checkpoint,
    Config,
    Deck,
    Environment,
    ExecutionParameters,
    FlyteDirectory,
    FlyteFile,
    FlyteRemote,
    FunctionWorkflow,
    LaunchPlan,
    ReferenceLaunchPlan,
    ReferenceTask,
    ReferenceWorkflow,
    Resources,
    Secret,
    Task,
    Workflow,
    approve,
    conditional,
    create_node,
    current_context,
    dynamic,
    map_task,
    reference_launch_plan,
    reference_task,
    reference_workflow,
    signals,
    sleep,
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


@task
async def awaited(x: int) -> str:
    return str(x)


@task(
    cache=Cache(version="1"),
    timeout=timedelta(minutes=1),
    requests=Resources(cpu="1"),
    secret_requests=[Secret(group="g")],
    environment={"a": "b"},
)
def with_many_options(file: FlyteFile, folder: FlyteDirectory) -> FlyteFile:
    assert_type(current_context(), ExecutionParameters)
    assert_type(current_context().secrets.get("g"), str)
    assert_type(current_context().checkpoint, Checkpoint)
    assert_type(Deck("d").html, str)
    assert_type(Path(file), Path)
    return file


@workflow
def ordering(x: int) -> str:
    first = create_node(plain, x=x)
    second = create_node(with_options, x=x)
    _ = first >> second
    first.runs_before(second)
    sleep(timedelta(seconds=1))
    create_node(plain, x=x).with_overrides(retries=2, requests=Resources(mem="1Gi"), node_name="n")
    return flow(x=x)


plan = LaunchPlan.get_or_create(flow, name="plan", default_inputs={"x": 1})
assert_type(plan, LaunchPlan)
assert_type(plan(x=1), Any)
assert_type(map_task(plain, concurrency=2)(x=[1, 2]), Any)
steps = Workflow(name="steps")
assert_type(steps, Workflow)
assert_type(steps(x=1), Any)
assert_type(with_many_options(file=FlyteFile("a"), folder=FlyteDirectory("b")), FlyteFile)
with signals({"rate": 0.5}):
    assert_type(gated(x=1), str)


async def awaiting() -> None:
    assert_type(await awaited(x=1), str)


remote = FlyteRemote(Config.auto(), default_project="p", default_domain="d")
environment = Environment(retries=1)


@environment
def shared(x: int) -> str:
    return str(x)


@environment(retries=2)
def varied(x: int) -> str:
    return str(x)


@environment.dynamic
def drawn_there(x: int) -> str:
    return shared(x=x)


def takes_a_function(function: Callable[[int], str]) -> str:
    return function(1)


assert_type(plain(1), str)
assert_type(with_options(x=1), Split)
assert_type(with_options(x=1).train, int)
assert_type(flow(x=1), str)
assert_type(flow_with_options(1), Split)
assert_type(unfolding(x=1), Split)
assert_type(there(x=1), str)
assert_type(shared(1), str)
assert_type(varied(x=1), str)
assert_type(drawn_there(x=1), str)
assert_type(flow_there(x=1), str)
assert_type(plan_there(x=1), str)
takes_a_function(flow)
kept: Task[[int], Split] = with_options
drawn: FunctionWorkflow[[int], str] = flow
pointed: ReferenceTask[[int], str] = there
pointed_flow: ReferenceWorkflow[[int], str] = flow_there
pointed_plan: ReferenceLaunchPlan[[int], str] = plan_there

plain("one")  # wrong: an int is expected
plain(y=1)  # wrong: there is no such input
with_options()  # wrong: x is missing
shared("one")  # wrong: an int is expected
Environment(retrys=1)  # wrong: there is no such option
unfolding("one")  # wrong: an int is expected
map_task(plain, concurrency="2")  # wrong: an int is expected
flow(x=None)  # wrong: an int is expected
task(retries="3")  # wrong: an int is expected
workflow(interruptable=True)  # wrong: there is no such option
conditional("kind").if_("yes")  # wrong: a condition is expected
there("one")  # wrong: an int is expected
flow_there()  # wrong: x is missing
Resources(memory="1Gi")  # wrong: there is no such argument
Secret(group=1)  # wrong: a str is expected
with_many_options(file=1, folder=FlyteDirectory("b"))  # wrong: a file is expected
create_node(plain, x=1).with_overrides(retry=3)  # wrong: there is no such override
LaunchPlan.create("p", flow, defaults={})  # wrong: there is no such option
sleep(5)  # wrong: a timedelta is expected
kept_wrongly: Task[[str], Split] = with_options  # wrong: its input is an int
