"""Tasks that only sleep: the engine waits for them, in no slot where it takes no time, and through restarts."""

from datetime import timedelta

import pytest

from flyweight.engine import machine
from flyweight.engine.machine import Timer
from flyweight.engine.phases import AttemptPhase, ExecutionPhase, NodePhase
from tests.simulation.stepping import SECOND, Run
from tests.simulation.workflows import DURATION, INTEGER, node, task, workflow

NAP = task("nap", {"duration": DURATION}, {}, kind="core-sleep")


def run(*seconds, of=NAP, upstream=False, **spec):
    """An execution of that many sleeps, side by side or one after the other."""
    nodes = [
        node(f"n{at}", of, [f"n{at - 1}"] if upstream and at else (), duration=timedelta(seconds=long))
        for at, long in enumerate(seconds)
    ]
    return Run(workflow("w", nodes), tasks=[of], **spec)


def test_a_chain_of_sleeps_of_no_time_is_over_in_one_step():
    made = run(0, 0, 0, upstream=True)
    assert made.state.phase is ExecutionPhase.SUCCEEDED
    assert not made.jobs
    assert [attempt.worker for attempt in made.state.nodes["n2"].attempts] == ["the engine"]


def test_sleeps_of_no_time_wait_for_no_slot_and_others_do():
    made = run(5, 0, 5, max_parallelism=1)
    assert [made.phase(name) for name in ("n0", "n1", "n2")] == [
        NodePhase.RUNNING,
        NodePhase.SUCCEEDED,
        NodePhase.QUEUED,
    ]
    made.fire(Timer.SLEEP)
    assert made.phase("n2") is NodePhase.RUNNING


def test_a_sleep_goes_on_where_it_was_after_a_restart():
    made = run(5)
    [before] = made.timers
    made.now += 3 * SECOND
    made.timers.clear()
    made.tell(machine.Restarted())
    assert made.timers == [before]
    made.fire(Timer.SLEEP)
    assert made.state.phase is ExecutionPhase.SUCCEEDED
    assert len(made.state.nodes["n0"].attempts) == 1


def test_a_sleep_is_stopped_at_once():
    made = run(5)
    made.tell(machine.Terminate(cause="enough"))
    assert made.state.phase is ExecutionPhase.ABORTED
    assert made.cancelled == []


def test_a_sleep_that_is_longer_than_it_may_be_times_out():
    made = run(5, of=task("nap", {"duration": DURATION}, {}, kind="core-sleep", timeout=2))
    made.fire(Timer.EXECUTION)
    assert made.state.nodes["n0"].attempts[0].phase is AttemptPhase.FAILED
    assert made.state.error.code == "RetriesExhausted|TimeoutExpired"


@pytest.mark.parametrize(
    ("inputs", "outputs", "given", "said"),
    [
        ({"a": INTEGER}, {}, {"a": 1}, "of that type are: none"),
        ({"a": DURATION, "b": DURATION}, {}, {"a": timedelta(1), "b": timedelta(1)}, "of that type are: a, b"),
        ({"a": DURATION}, {"o0": INTEGER}, {"a": timedelta(1)}, "gives no outputs"),
        ({"a": DURATION}, {}, {"a": timedelta(-1)}, "in the past"),
    ],
)
def test_a_task_that_does_not_say_how_long_is_told_so(inputs, outputs, given, said):
    nap = task("nap", inputs, outputs, kind="core-sleep")
    made = Run(workflow("w", [node("n0", nap, **given)]), tasks=[nap])
    assert made.state.error.code == "BadSleep"
    assert said in made.state.error.message
