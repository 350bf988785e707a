"""What a conditional draws, and what is wrong in one."""

import pytest

from flyweight import LaunchPlan, conditional, task, workflow
from flyweight.errors import CompileError
from flyweight.sdk.conditional import Branch


@task
def double(x: int) -> int:
    return 2 * x


@task
def square(x: int) -> int:
    return x * x


@task
def even(x: int) -> bool:
    return x % 2 == 0


@task
def note(x: int) -> None:
    print(x)


def test_a_case_is_a_node_of_the_branch_and_of_nothing_else() -> None:
    @workflow
    def wf(x: int) -> int:
        first = double(x=x)
        chosen = conditional("choice").if_(first > 3).then(square(x=first)).else_().then(double(x=x))
        return square(x=chosen)

    first, branch, last = wf.graph.nodes
    assert isinstance(branch.entity, Branch)
    assert [node.id for node in branch.entity.nodes] == ["n0", "n1"]
    assert branch.id == "n1"
    assert branch.upstream == (first,)
    assert last.upstream == (branch,)
    assert list(branch.bindings) == ["n0.o0"]


def test_calls_inside_a_condition_belong_to_the_workflow() -> None:
    @workflow
    def wf(x: int) -> int:
        return conditional("choice").if_(even(x=x)).then(square(x=x)).else_().then(double(x=x))

    assert [node.entity.short_name for node in wf.graph.nodes] == ["even", "choice"]
    assert (wf(x=4), wf(x=5)) == (16, 10)


def test_only_outputs_that_every_case_has_come_out() -> None:
    @workflow
    def wf(x: int) -> None:
        chosen = conditional("choice").if_(x == 1).then(note(x=x)).else_().then(double(x=x))
        note(x=3) >> chosen

    early, branch = sorted(wf.graph.nodes, key=lambda node: node.entity.short_name == "choice")
    assert branch.outputs == {}
    assert branch.upstream == (early,)


def test_a_launch_plan_and_a_workflow_can_be_a_case() -> None:
    @workflow
    def inner(x: int) -> int:
        return square(x=x)

    plan = LaunchPlan.get_or_create(inner, name="conditional-plan", fixed_inputs={"x": 9})

    @workflow
    def wf(x: int) -> int:
        return conditional("choice").if_(x > 5).then(inner(x=x)).else_().then(plan())

    assert (wf(x=6), wf(x=1)) == (36, 81)


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (lambda x: conditional("c").if_(True).then(double(x=x)).else_().fail("no"), "no condition on a value"),
        (lambda x: conditional("c").if_(x > 1 and x < 3).then(double(x=x)).else_().fail("no"), "`&` and `|`"),
        (lambda x: conditional("c").if_(1 < x < 3).then(double(x=x)).else_().fail("no"), "`&` and `|`"),
        (lambda x: conditional("c").if_(x == {"a": 1}).then(double(x=x)).else_().fail("no"), "only numbers"),
        (lambda x: conditional("c").if_(x > 1).then(x).else_().fail("no"), "takes the call of a task"),
        (lambda x: conditional("c").if_(x > 1).then(3).else_().fail("no"), "takes the call of a task"),
        (lambda x: conditional("c").if_(x > 1).then(double(x=square(x=x))).else_().fail("no"), "runs one call"),
        (lambda x: conditional("c").if_(x > 1).fail("no"), "only else_"),
        (lambda x: conditional("c").if_(x > 1).then(double(x=x)) and double(x=x), "`c` has no end"),
        (lambda x: conditional("c").if_(x > 1) and double(x=x), "`c` has no end"),
        (lambda x: double(x=x > 1), "is a condition"),
    ],
)
def test_what_is_wrong_is_said(write, says: str) -> None:
    def body(x: int) -> int:
        return write(x)

    with pytest.raises(CompileError, match=says):
        _ = workflow(body).graph


def test_outside_of_a_workflow_python_decides() -> None:
    with pytest.raises(CompileError, match="Python's own `if`"):
        conditional("nowhere")
