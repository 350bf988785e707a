"""Failure nodes: they run once all else has stopped, are told what went wrong, and change nothing of the end."""

import pytest

from flyweight.engine import machine
from flyweight.engine.machine import Terminate
from flyweight.engine.phases import ExecutionPhase, NodePhase
from flyweight.errors import CompileError
from flyweight.literals import literal_map
from tests.simulation.stepping import Run
from tests.simulation.workflows import ERROR, FAIL_LATE, INTEGER, MAYBE_ERROR, inputs_of, node, task, workflow

PLAIN = task("plain")
CLEAN = task("clean", inputs={"a": INTEGER, "err": MAYBE_ERROR}, outputs={})


def two(policy=0, handler=CLEAN, **inputs):
    """n0 and n1 side by side."""
    nodes = [node("n0", PLAIN, a=1), node("n1", PLAIN, a=2)]
    bindings = inputs or {"a": ".x"}
    template = workflow("w", nodes, inputs={"x": INTEGER}, policy=policy, handler=node("fn0", handler, **bindings))
    return Run(template, tasks=[PLAIN, handler], inputs=inputs_of(x=5))


def test_the_handler_runs_once_all_else_has_stopped_and_is_told_the_error():
    run = two()
    run.fail("n0")
    assert ("fn0", 0) not in run.jobs
    run.stopped("n1")
    given = run.jobs["fn0", 0].inputs.literals
    assert literal_map({"a": given["a"]}) == inputs_of(a=5)
    assert given["err"].scalar.union.type == ERROR
    error = given["err"].scalar.union.value.scalar.error
    assert (error.failed_node_id, error.message) == ("n0", "broken")
    assert run.state.phase is ExecutionPhase.FAILING
    run.succeed("fn0")
    assert run.phase("fn0") is NodePhase.SUCCEEDED
    assert run.state.phase is ExecutionPhase.FAILED
    assert (run.state.error.code, run.state.error.message) == ("Oops", "broken\n\nfailed node: n0 (plain)")


def test_by_the_other_policy_it_runs_at_the_end_and_is_told_the_last_error():
    run = two(FAIL_LATE)
    run.fail("n0")
    assert run.state.phase is ExecutionPhase.RUNNING
    run.succeed("n1")
    assert run.state.phase is ExecutionPhase.FAILING
    run.succeed("fn0")
    assert run.state.phase is ExecutionPhase.FAILED


def test_a_handler_that_fails_leaves_the_first_error_in_place():
    for policy in (0, FAIL_LATE):
        run = two(policy)
        run.fail("n0")
        run.succeed("n1") if policy else run.stopped("n1")
        run.fail("fn0")
        assert run.state.phase is ExecutionPhase.FAILED
        assert run.state.error.message == "broken\n\nfailed node: n0 (plain)\nalso failed: fn0"


def test_a_workflow_that_succeeds_never_runs_it():
    run = two()
    run.succeed("n0")
    run.succeed("n1")
    assert run.state.phase is ExecutionPhase.SUCCEEDED
    assert "fn0" not in run.state.nodes


def test_a_workflow_that_is_terminated_never_runs_it():
    run = two()
    run.tell(Terminate(cause="enough"))
    run.stopped("n0")
    run.stopped("n1")
    assert run.state.phase is ExecutionPhase.ABORTED
    assert "fn0" not in run.state.nodes


def test_a_handler_under_way_is_stopped_by_termination_and_survives_a_restart():
    run = two()
    run.fail("n0")
    run.stopped("n1")
    run.tell(machine.Restarted())
    assert ("fn0", 1) in run.jobs
    run.tell(Terminate(cause="enough"))
    assert run.cancelled[-1] == ("fn0", 1)
    run.stopped("fn0", 1)
    assert run.state.phase is ExecutionPhase.ABORTED


def test_a_workflow_may_handle_the_failure_of_another():
    handler = workflow("handler", [node("n0", PLAIN, a=".x")], inputs={"x": INTEGER, "err": ERROR})
    inner = workflow("inner", [node("n0", PLAIN, a=1)], inputs={"x": INTEGER}, handler=node("fn0", handler, x=".x"))
    run = Run(workflow("w", [node("n0", inner, x=3), node("n1", PLAIN, a=1)]), tasks=[PLAIN], subs=[inner, handler])
    run.fail("n0-0-n0")
    assert run.phase("n0") is NodePhase.RUNNING
    assert run.jobs["n0-0-fn0-0-n0", 0].inputs == inputs_of(a=3)
    assert run.state.nodes["n0-0-fn0"].inputs.literals["err"].scalar.error.failed_node_id == "n0-0-n0"
    run.succeed("n0-0-fn0-0-n0")
    assert run.phase("n0") is NodePhase.FAILED
    run.stopped("n1")
    assert run.state.error.message == "broken\n\nfailed node: n0-0-n0 (plain)"


def test_a_failure_outside_stops_a_handler_inside():
    inner = workflow("inner", [node("n0", PLAIN, a=1)], inputs={"x": INTEGER}, handler=node("fn0", PLAIN, a=".x"))
    run = Run(workflow("w", [node("n0", inner, x=3), node("n1", PLAIN, a=1)]), tasks=[PLAIN], subs=[inner])
    run.fail("n0-0-n0")
    run.fail("n1")
    assert run.cancelled == [("n0-0-fn0", 0)]
    run.stopped("n0-0-fn0")
    assert run.state.phase is ExecutionPhase.FAILED


@pytest.mark.parametrize(
    ("handler", "inputs", "words"),
    [
        (CLEAN, {"a": "n0.o0.z"}, "node fn0 \\(clean\\), input a: output o0.z of node n0: integer has no .z"),
        (CLEAN, {"b": 1}, "node fn0 \\(clean\\), input b: there is no such input"),
        (task("other"), {"b": 1}, "node fn0 \\(other\\), input a: nothing is bound to it"),
    ],
)
def test_a_handler_whose_inputs_do_not_fit_is_refused(handler, inputs, words):
    with pytest.raises(CompileError, match=words):
        two(handler=handler, **inputs)
