"""Branch nodes: the case that is chosen runs, the others are skipped, and what comes of it is the branch's."""

import pytest

from flyweight.engine import linker, machine
from flyweight.engine.jobs import Succeeded
from flyweight.engine.machine import Terminate
from flyweight.engine.phases import ExecutionPhase, NodePhase
from flyweight.errors import CompileError
from tests.simulation.stepping import Run
from tests.simulation.workflows import (
    INTEGER,
    STRING,
    branch,
    closure,
    condition,
    inputs_of,
    node,
    task,
    workflow,
)

PLAIN, TEXT = task("plain"), task("text", outputs={"o0": STRING})
BIG, SMALL = condition(".x", "GT", 10), condition(".x", "LT", 5)


def run(chooser, x, *, tasks=(PLAIN,), subs=(), more=(), results=None):
    template = workflow(
        "w",
        [node("n0", PLAIN, a=1), chooser, *more],
        inputs={"x": INTEGER},
        outputs={"r": INTEGER},
        results=results or {"r": "n1.o0"},
    )
    return Run(template, tasks=tasks, subs=subs, inputs=inputs_of(x=x))


def three_cases(**default):
    return branch("n1", [(BIG, node("big", PLAIN, a="n0.o0")), (SMALL, node("small", PLAIN, a=".x"))], **default)


def test_the_first_case_whose_condition_holds_runs_and_the_others_are_skipped():
    made = run(three_cases(otherwise=node("else", PLAIN, a=3)), 11)
    assert "n1" not in made.state.nodes  # it waits for what its cases need too
    made.succeed("n0", o0=7)
    assert made.jobs["n1-0-big", 0].inputs == inputs_of(a=7)
    assert made.phase("n1") is NodePhase.RUNNING
    assert made.phase("n1-0-small") is made.phase("n1-0-else") is NodePhase.SKIPPED
    made.succeed("n1-0-big", o0=42)
    assert made.phase("n1") is NodePhase.SUCCEEDED
    assert made.state.nodes["n1"].outputs == inputs_of(o0=42)
    assert made.state.outputs == inputs_of(r=42)


@pytest.mark.parametrize(("x", "chosen"), [(3, "n1-0-small"), (7, "n1-0-else")])
def test_later_cases_have_their_turn_in_order(x, chosen):
    made = run(three_cases(otherwise=node("else", PLAIN, a=3)), x)
    made.succeed("n0")
    assert set(made.jobs) == {("n0", 0), (chosen, 0)}


def test_what_follows_a_branch_waits_for_its_case():
    made = run(three_cases(complaint="no"), 3, more=[node("n2", PLAIN, a="n1.o0")], results={"r": "n2.o0"})
    made.succeed("n0")
    assert ("n2", 0) not in made.jobs
    made.succeed("n1-0-small", o0=5)
    assert made.jobs["n2", 0].inputs == inputs_of(a=5)


def test_no_case_that_holds_is_the_users_error_in_the_users_words():
    made = run(three_cases(complaint="x must not lie between"), 7)
    made.succeed("n0")
    assert made.phase("n1") is NodePhase.FAILED
    assert made.state.phase is ExecutionPhase.FAILED
    assert made.state.error.code == "UserProvidedError"
    assert made.state.error.message.startswith("x must not lie between\n")
    assert "n1-0-big" not in made.state.nodes


def test_a_branch_without_an_else_says_so():
    made = run(three_cases(), 7)
    made.succeed("n0")
    assert made.state.error.code == "NoBranchTakenError"


def test_a_condition_that_cannot_be_decided_fails_the_branch():
    made = run(branch("n1", [(condition(".x", "EQ", "text"), node("c", PLAIN, a=1))]), 1)
    made.succeed("n0")
    assert made.state.error.code == "MalformedBranch"
    assert "int and str cannot be compared" in made.state.error.message


def test_branches_in_branches_see_the_workflow_around_them():
    inner = branch("inner", [(condition("n0.o0", "EQ", 8), node("deep", PLAIN, a="n0.o0"))], complaint="inner")
    made = run(branch("n1", [(BIG, inner)], node("other", PLAIN, a=1)), 20)
    made.succeed("n0", o0=8)
    assert made.jobs["n1-0-inner-0-deep", 0].inputs == inputs_of(a=8)
    assert made.state.nodes["n1-0-inner-0-deep"].frame.parent == "n1-0-inner"
    made.succeed("n1-0-inner-0-deep", o0=9)
    assert made.state.outputs == inputs_of(r=9)


def test_cases_may_bear_the_ids_of_nodes_around_them():
    made = run(branch("n1", [(BIG, node("n0", PLAIN, a="n0.o0"))], node("n1", PLAIN, a=1)), 20)
    made.succeed("n0", o0=8)
    assert made.jobs["n1-0-n0", 0].inputs == inputs_of(a=8)


def test_a_case_may_run_a_workflow_and_its_failure_is_the_branchs():
    sub = workflow(
        "sub", [node("n0", PLAIN, a=".x")], inputs={"x": INTEGER}, outputs={"o0": INTEGER}, results={"o0": "n0.o0"}
    )
    made = run(branch("n1", [(BIG, node("c", sub, x=".x"))], node("other", PLAIN, a=1)), 20, subs=[sub])
    made.succeed("n0")
    made.fail("n1-0-c-0-n0")
    assert made.phase("n1-0-c") is made.phase("n1") is NodePhase.FAILED
    assert made.state.error.message == "broken\n\nfailed node: n1-0-c-0-n0 (plain)"


def test_termination_reaches_the_case():
    made = run(three_cases(complaint="no"), 3)
    made.succeed("n0")
    made.tell(Terminate(cause="enough"))
    assert made.cancelled == [("n1-0-small", 0)]
    made.stopped("n1-0-small")
    assert made.phase("n1") is NodePhase.ABORTED
    assert made.phase("n1-0-big") is NodePhase.SKIPPED
    assert made.state.phase is ExecutionPhase.ABORTED


def test_a_branch_stopped_before_its_case_began_ends_all_the_same():
    made = run(three_cases(complaint="no"), 3)
    done = Succeeded(attempt=made.attempt("n0"), outputs=inputs_of(o0=1))
    assert machine.step(made.state, machine.Reported(reports=(done,)), made.now, share=1) == []
    made.check()
    assert made.phase("n1") is NodePhase.RUNNING
    assert machine.unsettled(made.state)
    made.tell(Terminate(cause="enough"))
    assert made.phase("n1") is NodePhase.ABORTED
    assert made.state.phase is ExecutionPhase.ABORTED
    assert set(made.jobs) == {("n0", 0)}


def refused(chooser, *words):
    with pytest.raises(CompileError) as error:
        closure(
            workflow(
                "w",
                [node("n0", PLAIN, a=1), chooser],
                inputs={"x": INTEGER},
                outputs={"r": INTEGER},
                results={"r": "n1.o0"},
            ),
            tasks=[PLAIN, TEXT],
        )
    assert list(error.value.problems) == list(words)


def test_every_case_must_give_what_others_use():
    none = task("none", outputs={})
    template = workflow(
        "w",
        [branch("n1", [(BIG, node("c", PLAIN, a=1))], node("d", none, a=1))],
        inputs={"x": INTEGER},
        outputs={"r": INTEGER},
        results={"r": "n1.o0"},
    )
    with pytest.raises(CompileError, match="node n1 has no output o0; there are: none"):
        linker.link(template, tasks=[PLAIN, none])


def test_a_case_of_another_type_is_refused():
    refused(
        branch("n1", [(BIG, node("c", PLAIN, a=1))], node("d", TEXT, a=1)),
        "w: the workflow, output r: it takes integer, but output o0 of node n1 is integer or string",
    )


def test_what_a_condition_looks_at_must_be_bound():
    chooser = branch("n1", [(BIG, node("c", PLAIN, a=1))], node("d", PLAIN, a=1))
    del chooser.inputs[:]
    refused(chooser, "w: node n1: its condition looks at .x, which is not bound to it")


def test_cases_need_ids_of_their_own_and_bindings_that_fit():
    refused(
        branch("n1", [(BIG, node("c", PLAIN, a=1))], node("c", PLAIN, a="n7.o0")),
        "w: node n1, node c (plain): another node has the same id: name it with .with_overrides(node_name=...)",
        "w: node c (plain), input a: it is bound to the node n7, which does not exist in this workflow",
    )
