"""Dynamic nodes in the machine: drawn, compiled, run below their node, drawn anew, stopped, and told after a crash."""

from flyweight.clock import Micros
from flyweight.engine import machine
from flyweight.engine.machine import CompileDrawn
from flyweight.engine.machine.turn import user_error
from flyweight.engine.phases import AttemptPhase, ExecutionPhase, NodePhase
from tests.simulation.stepping import SECOND, Run, everything
from tests.simulation.workflows import INTEGER, inputs_of, node, task, workflow

PLAIN = task("plain")
DYNAMIC = task("dynamic", retries=1)
RESULT = {"inputs": {"a": INTEGER}, "outputs": {"o0": INTEGER}}


def drawn(*nodes, result="dn0.o0", **more):
    return workflow("dynamic", list(nodes), results={"o0": result}, **RESULT, **more)


def begun(**spec):
    """An execution whose one node runs the dynamic task."""
    template = workflow("w", [node("n0", DYNAMIC, a=1)], inputs={}, outputs={"r": INTEGER}, results={"r": "n0.o0"})
    return Run(template, tasks=[DYNAMIC], **spec)


def running(**spec):
    """One whose dynamic task has drawn a single task."""
    run = begun(**spec)
    run.draw("n0")
    run.compiled("n0", drawn(node("dn0", PLAIN, a=7)), tasks=[PLAIN])
    return run


def test_what_a_task_drew_is_compiled_before_it_runs():
    run = begun()
    commands = run.draw("n0")
    assert [(type(each), each.output_prefix) for each in commands] == [(CompileDrawn, "memory://m/p-d-e1/n0/data/0")]
    assert run.phase("n0") is NodePhase.RUNNING
    assert run.state.nodes["n0"].attempts[0].phase is AttemptPhase.SUCCEEDED


def test_drawn_nodes_run_below_and_give_the_outputs_of_their_parent():
    run = running()
    assert run.phase("n0") is NodePhase.DYNAMIC_RUNNING
    assert run.jobs["n0-0-dn0", 0].inputs == inputs_of(a=7)
    run.succeed("n0-0-dn0", o0=42)
    assert run.phase("n0") is NodePhase.SUCCEEDED
    assert run.state.outputs == inputs_of(r=42)
    rows = {row.node: row for row in everything(run.state).nodes}
    assert (rows["n0"].kind, rows["n0-0-dn0"].parent) == ("dynamic", "n0")


def test_dynamic_tasks_draw_dynamic_tasks():
    run = begun()
    run.draw("n0")
    run.compiled("n0", drawn(node("dn0", DYNAMIC, a=1)), tasks=[DYNAMIC])
    run.draw("n0-0-dn0")
    run.compiled("n0-0-dn0", drawn(node("dn0", PLAIN, a=2)), tasks=[PLAIN])
    run.succeed("n0-0-dn0-0-dn0", o0=5)
    assert run.state.phase is ExecutionPhase.SUCCEEDED
    assert run.state.outputs == inputs_of(r=5)


def test_workflows_that_were_drawn_are_found_where_they_were_drawn():
    inner = workflow(
        "inner", [node("n0", PLAIN, a=".x")], inputs={"x": INTEGER}, outputs={"o0": INTEGER}, results={"o0": "n0.o0"}
    )
    run = begun()
    run.draw("n0")
    run.compiled("n0", drawn(node("dn0", inner, x=3)), tasks=[PLAIN], subs=[inner])
    run.succeed("n0-0-dn0-0-n0", o0=4)
    assert run.state.outputs == inputs_of(r=4)


def test_what_failed_is_drawn_anew_as_often_as_the_task_may_be_retried():
    run = running()
    run.fail("n0-0-dn0")
    assert "n0-0-dn0" not in run.state.nodes
    run.start("n0", 1)
    assert run.phase("n0") is NodePhase.RUNNING
    run.draw("n0", 1)
    run.compiled("n0", drawn(node("dn0", PLAIN, a=8)), 1, tasks=[PLAIN])
    run.fail("n0-1-dn0")
    assert run.phase("n0") is NodePhase.FAILED
    assert run.state.phase is ExecutionPhase.FAILED
    assert run.state.error.code == "Oops"
    assert "n0-1-dn0" in run.state.error.message


def test_a_failed_drawing_and_a_failed_attempt_share_the_budget():
    run = running()
    run.fail("n0-0-dn0")
    run.fail("n0", 1, "RECOVERABLE")
    assert run.state.error.code == "RetriesExhausted|Oops"


def test_what_does_not_hold_together_fails_its_node():
    run = begun()
    run.draw("n0")
    error = user_error("DynamicWorkflowBuildFailed", "node dn0: nothing is bound to it")
    run.tell(machine.CompileFailed(attempt=run.attempt("n0"), error=error))
    assert run.phase("n0") is NodePhase.FAILED
    assert run.state.error.code == "DynamicWorkflowBuildFailed"


def test_stopping_reaches_what_was_drawn():
    run = running()
    run.tell(machine.Terminate(cause="enough"))
    assert run.cancelled == [("n0-0-dn0", 0)]
    run.stopped("n0-0-dn0")
    assert run.phase("n0") is NodePhase.ABORTED
    assert run.state.phase is ExecutionPhase.ABORTED


def test_what_is_being_compiled_when_it_is_stopped_never_runs():
    run = begun()
    run.draw("n0")
    run.tell(machine.Terminate(cause="enough"))
    assert run.state.phase is ExecutionPhase.ABORTED
    assert not run.compiled("n0", drawn(node("dn0", PLAIN, a=7)), tasks=[PLAIN])


def test_after_a_restart_what_was_not_compiled_is_compiled_again():
    run = begun()
    run.draw("n0")
    assert [type(each) for each in run.tell(machine.Restarted())] == [CompileDrawn]


def test_drawn_tasks_wait_for_their_turn_like_all_others():
    run = begun(max_parallelism=1)
    run.draw("n0")
    run.compiled("n0", drawn(node("dn0", PLAIN, a=7), node("dn1", PLAIN, a=7)), tasks=[PLAIN])
    assert ("n0-0-dn1", 0) not in run.jobs
    run.now = Micros(run.now + SECOND)
    run.succeed("n0-0-dn0")
    assert ("n0-0-dn1", 0) in run.jobs
