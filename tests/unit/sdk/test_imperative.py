"""A workflow put together step by step: it draws and runs like one whose body was written down."""

import pytest

from flyweight import FlyteError, LaunchPlan, Workflow, task, workflow
from flyweight.errors import CompileError, InvalidInput

told: list[str] = []


@task
def double(x: int) -> int:
    return 2 * x


@task
def total(xs: list[int], named: dict[str, int]) -> int:
    return sum(xs) + sum(named.values())


@task
def fails(x: int) -> int:
    raise ValueError(f"bad {x}")


@task
def clean(x: int, err: FlyteError | None = None) -> None:
    told.append(err.failed_node_id if err else "")


@workflow
def quadruple(x: int) -> int:
    return double(x=double(x=x))


def test_it_runs_from_inputs_to_outputs() -> None:
    made = Workflow("unit.made")
    x = made.add_workflow_input("x", int)
    first = made.add_task(double, x=x)
    second = made.add_subwf(quadruple, x=first.outputs["o0"])
    plan = made.add_launch_plan(LaunchPlan.get_default_launch_plan(quadruple), x=x)
    made.add_entity(total, xs=[first.o0, 1], named={"plan": plan.o0})
    made.add_workflow_output("eight", second.outputs["o0"])
    made.add_workflow_output("both", [first.o0, plan.o0], python_type=list[int])
    assert made.ready()
    assert made(x=2) == (16, [4, 8])
    assert [node.id for node in made.nodes] == ["n0", "n1", "n2", "n3"]
    assert made.short_name == "made"


def test_it_can_be_called_in_a_workflow() -> None:
    made = Workflow("unit.inner")
    made.add_workflow_output("out", made.add_entity(double, x=made.add_workflow_input("x", int)).o0)

    @workflow
    def wf(x: int) -> int:
        return made(x=made(x=x))

    assert wf(x=3) == 12


def test_order_conditionals_and_handlers_are_as_elsewhere() -> None:
    made = Workflow("unit.choosing")
    x = made.add_workflow_input("x", int)
    chosen = made.create_conditional("choice").if_(x > 1).then(double(x=x)).else_().then(fails(x=x))
    last = made.add_entity(double, x=chosen)
    made.add_workflow_output("out", last.o0)
    made.add_on_failure_handler(clean)
    assert made(x=5) == 20
    with pytest.raises(ValueError, match="bad 1"):
        made(x=1)
    assert told == ["n0"]


@pytest.mark.parametrize(
    ("add", "error", "says"),
    [
        (lambda made, x: made.add_workflow_input("x", int), InvalidInput, "an input `x` already"),
        (lambda made, x: made.add_workflow_output("o", [x]), CompileError, "say its type"),
        (lambda made, x: made.add_entity(double, y=x), InvalidInput, "'y'|`y`"),
        (lambda made, x: made.graph, CompileError, "has no node"),
        (lambda made, x: (made.add_entity(double, x=1), made.graph), CompileError, "no node takes the inputs x"),
        (
            lambda made, x: [made.add_workflow_output("o", made.add_entity(double, x=x).o0) for _ in range(2)],
            InvalidInput,
            "output `o`: there is one",
        ),
    ],
)
def test_what_is_wrong_is_said(add, error: type[Exception], says: str) -> None:
    made = Workflow("unit.wrong")
    x = made.add_workflow_input("x", int)
    assert not made.ready()
    with pytest.raises(error, match=says):
        add(made, x)
