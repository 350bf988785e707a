"""Launch-plan nodes: each stands for an execution that is started once, waited for, and stopped with its parent."""

from flyteidl.core import execution_pb2

from flyweight.engine import machine
from flyweight.engine.children import ChildEnded, ChildStarted
from flyweight.engine.machine import StopChild, Terminate
from flyweight.engine.phases import ExecutionPhase, NodePhase
from tests.simulation.stepping import Run
from tests.simulation.workflows import INTEGER, inputs_of, node, plan, task, workflow

PLAIN = task("plain")
OTHER = plan(
    workflow("other", [], inputs={"x": INTEGER}, outputs={"o0": INTEGER}, results={"o0": ".x"}),
)


def run():
    nodes = [node("n0", OTHER, x=3), node("n1", PLAIN, a=1), node("n2", PLAIN, a="n0.o0")]
    return Run(workflow("w", nodes), tasks=[PLAIN], plans=[OTHER])


def ended(made, phase, **told):
    return made.tell(ChildEnded(node="n0", name=made.children["n0"].name, phase=phase, **told))


def started(made):
    return made.tell(ChildStarted(node="n0", name=made.children["n0"].name))


def test_a_child_is_started_with_the_nodes_inputs_and_hands_up_its_outputs():
    made = run()
    child = made.children["n0"]
    assert (child.launch_plan.name, child.inputs, child.parent) == ("other", inputs_of(x=3), made.new.key)
    assert made.phase("n0") is NodePhase.QUEUED
    started(made)
    assert made.phase("n0") is NodePhase.RUNNING
    ended(made, ExecutionPhase.SUCCEEDED, outputs=inputs_of(o0=9))
    assert made.jobs["n2", 0].inputs == inputs_of(a=9)


def test_a_child_that_ends_before_its_start_is_told_counts_all_the_same():
    made = run()
    ended(made, ExecutionPhase.SUCCEEDED, outputs=inputs_of(o0=9))
    assert started(made) == []
    assert ended(made, ExecutionPhase.FAILED) == []
    assert made.phase("n0") is NodePhase.SUCCEEDED


def test_a_childs_failure_is_the_nodes_and_says_where():
    made = run()
    started(made)
    error = execution_pb2.ExecutionError(code="Oops", message="broken\n\nfailed node: n7 (x)")
    ended(made, ExecutionPhase.FAILED, error=error)
    made.stopped("n1")
    assert made.state.error.code == "Oops"
    name = made.children["n0"].name
    assert (
        made.state.error.message == f"{error.message}\n\nin execution {name} of launch plan other, started by node n0"
    )


def test_a_child_that_somebody_terminated_fails_the_node():
    made = run()
    ended(made, ExecutionPhase.ABORTED)
    assert made.phase("n0") is NodePhase.FAILED
    assert made.state.nodes["n0"].error.message == f"launchplan [{made.children['n0'].name}] aborted"


def test_termination_reaches_the_child_and_waits_for_its_end():
    made = run()
    started(made)
    made.tell(Terminate(cause="enough"))
    assert made.stopping == [("n0", "cascading abort as parent execution id [e1] aborted, reason [enough]")]
    made.stopped("n1")
    assert made.state.phase is ExecutionPhase.ABORTING
    ended(made, ExecutionPhase.SUCCEEDED, outputs=inputs_of(o0=9))
    assert made.phase("n0") is NodePhase.ABORTED
    assert made.state.phase is ExecutionPhase.ABORTED


def test_after_a_restart_the_child_is_asked_for_again_under_the_same_name():
    made = run()
    before = made.children.pop("n0")
    made.tell(machine.Restarted())
    assert made.children["n0"] == before
    made.tell(Terminate(cause="enough"))
    made.tell(machine.Restarted())
    assert [name for name, _ in made.stopping] == ["n0", "n0"]


def test_a_crash_of_the_machine_stops_the_child():
    made = run()
    commands = machine.crash(made.state, execution_pb2.ExecutionError(message="oops"), made.now)
    assert [command.child.node for command in commands if isinstance(command, StopChild)] == ["n0"]
