"""Gates: sleeps, signals and approvals, how they pass, time out, and outlive the platform."""

import pytest

from flyweight import literals
from flyweight.clock import Micros
from flyweight.engine import machine
from flyweight.engine.machine import GateDue, SignalSet, SignalWanted, Terminate
from flyweight.engine.phases import ExecutionPhase, NodePhase
from flyweight.semantics.answers import awaited
from tests.simulation.stepping import SECOND, Run
from tests.simulation.workflows import INTEGER, gate, inputs_of, node, task, workflow

PLAIN = task("plain")


def run(*gates, **template):
    after = node("after", PLAIN, [each.id for each in gates], a=template.pop("after", 1))
    return Run(workflow("w", [*gates, after], inputs={"x": INTEGER}), tasks=[PLAIN], inputs=inputs_of(x=4))


def give(made, signal, value):
    return made.tell(SignalSet(signal=signal, value=literals.primitive(value)))


def test_a_sleep_ends_when_its_time_has_come():
    made = run(gate("g", sleep=30))
    [timer] = made.timers
    assert (timer.at, timer.event) == (35 * SECOND, GateDue(node="g"))
    assert made.phase("g") is NodePhase.RUNNING
    made.now = timer.at
    made.tell(timer.event)
    assert made.phase("g") is NodePhase.SUCCEEDED
    assert ("after", 0) in made.jobs


def test_a_sleep_longer_than_its_timeout_times_out():
    made = run(gate("g", sleep=30, timeout=10))
    assert made.timers[0].at == 15 * SECOND
    made.tell(made.timers[0].event)
    assert made.phase("g") is NodePhase.TIMED_OUT
    assert made.state.error.message.startswith("gate g timed out: it was open for 10s")


def test_a_signal_gives_its_value():
    made = run(gate("g", signal="rate"), after="g.o0")
    assert made.timers == []
    assert made.state.signals["rate"].type == INTEGER
    give(made, "rate", 7)
    assert made.jobs["after", 0].inputs == inputs_of(a=7)
    assert literals.primitive_value(made.state.signals["rate"].value) == 7
    give(made, "rate", 8)
    assert literals.primitive_value(made.state.signals["rate"].value) == 7  # the first answer stands


def test_a_gate_says_whose_answer_it_waits_for_as_long_as_it_does():
    made = run(gate("g", signal="rate"), gate("h", approve="good?", timeout=10), gate("i", sleep=30))
    reasons = [made.state.nodes[name].reason for name in "ghi"]
    assert reasons == ["waits for an answer: rate", "waits for an answer: good?", ""]
    assert [awaited(reason) for reason in reasons] == ["rate", "good?", ""]
    give(made, "rate", 7)
    made.now = 15 * SECOND
    made.tell(GateDue(node="h"))
    assert made.phase("h") is NodePhase.TIMED_OUT
    assert [made.state.nodes[name].reason for name in "gh"] == ["", ""]


def test_a_signal_may_be_given_before_its_gate_is_reached():
    made = run(gate("g", sleep=1), gate("h", ["g"], signal="rate"))
    give(made, "rate", 1)
    assert made.state.signals == {}
    made.tell(SignalWanted(signal="rate", type=INTEGER))
    made.tell(SignalWanted(signal="rate", type=INTEGER))
    give(made, "rate", 7)
    made.tell(GateDue(node="g"))
    assert made.phase("h") is NodePhase.SUCCEEDED


def test_gates_that_name_the_same_signal_pass_together():
    made = run(gate("g", signal="rate"), gate("h", signal="rate"))
    give(made, "rate", 7)
    assert made.phase("g") is made.phase("h") is NodePhase.SUCCEEDED


def test_nobody_who_gives_the_signal_in_time_fails_the_gate():
    made = run(gate("g", signal="rate", timeout=60))
    assert made.timers[0].at == 65 * SECOND
    made.tell(made.timers[0].event)
    assert made.phase("g") is NodePhase.TIMED_OUT
    assert made.state.error.code == "TimeoutExpired"
    assert "nobody gave the signal rate" in made.state.error.message


def test_a_timer_of_a_gate_that_has_passed_changes_nothing():
    made = run(gate("g", signal="rate", timeout=60))
    give(made, "rate", 7)
    assert made.tell(GateDue(node="g")) == []
    assert made.tell(GateDue(node="after")) == []
    assert made.tell(GateDue(node="unknown")) == []


@pytest.mark.parametrize(("answer", "phase"), [(True, NodePhase.SUCCEEDED), (False, NodePhase.FAILED)])
def test_an_approval_hands_on_what_it_was_given_or_fails(answer, phase):
    made = run(gate("g", approve="sure", o0=".x"), after="g.o0")
    give(made, "sure", answer)
    assert made.phase("g") is phase
    if answer:
        assert made.jobs["after", 0].inputs == inputs_of(a=4)
    else:
        assert made.state.error.code == "ReceivedRejectSignal"


def test_after_a_restart_open_gates_still_wait_and_their_timers_are_set_for_the_same_time():
    made = run(gate("g", sleep=30), gate("h", signal="rate", timeout=60))
    made.timers.clear()
    made.now = Micros(made.now + 20 * SECOND)
    made.tell(machine.Restarted())
    assert sorted((timer.at, timer.event.node) for timer in made.timers) == [(35 * SECOND, "g"), (65 * SECOND, "h")]


def test_termination_closes_gates():
    made = run(gate("g", signal="rate"), gate("h", signal="rate"), gate("i", sleep=5))
    made.tell(Terminate(cause="enough"))
    assert made.phase("g") is made.phase("i") is NodePhase.ABORTED
    assert made.state.phase is ExecutionPhase.ABORTED
    assert made.state.waiting == {}
