"""What a workflow's body draws, and what is wrong in one."""

from typing import NamedTuple

import pytest

from flyweight import LaunchPlan, create_node, task, workflow
from flyweight.errors import CompileError, InvalidInput
from flyweight.sdk.binding import Collected, Constant


class Split(NamedTuple):
    train: int
    test: str


@task
def split(x: int) -> Split:
    return Split(x, str(x))


@task
def add(a: int, b: int = 10) -> int:
    return a + b


@task
def total(xs: list[int]) -> int:
    return sum(xs)


@task
def show(text: str) -> None:
    print(text)


@workflow
def sums(x: int = 1) -> tuple[int, str]:
    parts = split(x=x)
    return total(xs=[add(parts.train), 5]), parts.test


def test_calls_become_nodes_and_promises_bindings() -> None:
    nodes = sums.graph.nodes
    assert [node.id for node in nodes] == ["n0", "n1", "n2"]
    assert nodes[1].upstream == (nodes[0],)
    assert isinstance(nodes[1].bindings["b"], Constant)
    assert isinstance(nodes[2].bindings["xs"], Collected)


def test_run_here_it_gives_what_it_declares() -> None:
    assert sums(x=2) == (17, "2")
    assert sums() == (16, "1")


def test_named_outputs_come_back_as_the_named_tuple() -> None:
    @workflow
    def named(x: int) -> Split:
        return split(x=x)

    assert named(x=3) == Split(train=3, test="3")


def test_order_without_data() -> None:
    @workflow
    def ordered() -> None:
        first = show(text="a")
        second = show(text="b")
        second >> first

    nodes = ordered.graph.nodes
    assert nodes[0].upstream == (nodes[1],)


def test_a_node_waits_only_once(capsys: pytest.CaptureFixture[str]) -> None:
    @workflow
    def ordered() -> None:
        late = show(text="late")
        early = create_node(show, text="early")
        early >> late
        early.runs_before(late)

    ordered()
    assert capsys.readouterr().out.split() == ["early", "late"]
    assert len(ordered.graph.nodes[0].upstream) == 1


def test_a_circle_is_named() -> None:
    @workflow
    def circle() -> None:
        first, second = show(text="a"), show(text="b")
        first >> second
        second >> first

    with pytest.raises(CompileError, match="wait for each other: n0, n1"):
        circle()


def body_with_if(x: int) -> int:
    return 1 if add(a=x) else 2


def body_with_comparison(x: int) -> int:
    return add(a=x) == 3


def body_with_loop(x: int) -> int:
    for one in add(a=x):
        print(one)
    return x


@pytest.mark.parametrize("body", [body_with_if, body_with_comparison, body_with_loop])
def test_what_needs_a_value_is_refused_with_the_reason(body) -> None:
    with pytest.raises(CompileError, match="the value is not there yet"):
        _ = workflow(body).graph


def test_a_missing_return_is_said() -> None:
    @workflow
    def forgot(x: int) -> int:
        add(a=x)

    with pytest.raises(CompileError, match="declares an output and returns nothing"):
        forgot(x=1)


def test_a_result_without_value_cannot_be_an_input() -> None:
    @workflow
    def wrong(x: int) -> int:
        return add(a=show(text="a"))

    with pytest.raises(CompileError, match="show does not give one value; it has no output"):
        wrong(x=1)


def test_two_nodes_of_one_name_are_refused() -> None:
    @workflow
    def twice(x: int) -> int:
        add(a=x).with_overrides(node_name="same")
        return add(a=x).with_overrides(node_name="same")

    with pytest.raises(CompileError, match="`same`"):
        twice(x=1)


def test_a_promise_of_another_workflow_is_refused() -> None:
    leaked = []

    @workflow
    def giver(x: int) -> int:
        leaked.append(add(a=x))
        return leaked[0]

    @workflow
    def taker(x: int) -> int:
        return add(a=leaked[0])

    _ = giver.graph
    with pytest.raises(CompileError, match="of another workflow"):
        taker(x=1)


def test_an_unknown_override_is_refused() -> None:
    @workflow
    def wrong(x: int) -> int:
        return add(a=x).with_overrides(retry=1)

    with pytest.raises(InvalidInput, match=r"Did you mean `retries`\?"):
        wrong(x=1)


def test_create_node_outside_of_a_workflow_says_where_it_belongs() -> None:
    with pytest.raises(CompileError, match="only inside a workflow's body"):
        create_node(add, a=1)


def test_a_launch_plan_fixes_and_defaults_inputs() -> None:
    @workflow
    def base(a: int, b: int = 2) -> int:
        return add(a=a, b=b)

    plan = LaunchPlan.create("unit-plan", base, default_inputs={"a": 100}, fixed_inputs={"b": 1})
    assert plan() == 101
    assert plan(a=1) == 2
    with pytest.raises(InvalidInput, match="no input is named 'b'"):
        plan(b=3)
    assert LaunchPlan.get_or_create(base, "unit-plan", default_inputs={"a": 100}, fixed_inputs={"b": 1}) is plan
    with pytest.raises(InvalidInput, match="with another default_inputs"):
        LaunchPlan.get_or_create(base, "unit-plan")
    with pytest.raises(InvalidInput, match="no input is named 'z'"):
        LaunchPlan.create("unit-plan-2", base, fixed_inputs={"z": 1})


def test_the_default_launch_plan_bears_the_workflows_name() -> None:
    plan = LaunchPlan.get_default_launch_plan(sums)
    assert plan.name == sums.name
    assert LaunchPlan.get_or_create(sums) is plan


@pytest.mark.parametrize("options", [{"retries": "3"}, {"limits": {"cpu": "1"}}, {"cache": "yes"}])
def test_one_calls_settings_are_looked_at_where_they_are_given(options: dict) -> None:
    @workflow
    def wrong(x: int) -> int:
        return add(a=x).with_overrides(**options)

    with pytest.raises(InvalidInput, match=f"`{next(iter(options))}`"):
        _ = wrong.graph


@pytest.mark.parametrize("options", [{"on_failure": show.task_function}, {"failure_policy": 1}, {"interruptible": "x"}])
def test_options_of_the_wrong_kind_are_refused(options: dict) -> None:
    with pytest.raises(InvalidInput, match=f"@workflow: `{next(iter(options))}` takes"):
        workflow(**options)(sums.workflow_function)


def test_a_coroutine_function_is_no_workflow() -> None:
    async def later(x: int) -> int:
        return add(a=x)

    with pytest.raises(InvalidInput, match=r"nothing to await.*@eager"):
        workflow(later)
