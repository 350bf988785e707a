"""How long attempts may take, each and together, how long they may wait for a slot, and what they take to stop."""

from flyteidl.core import execution_pb2

from flyweight.engine.machine import Timer
from flyweight.engine.phases import AttemptPhase, ExecutionPhase, NodePhase
from tests.simulation.stepping import SECOND, Run
from tests.simulation.workflows import INTEGER, node, task, workflow

PLAIN, SLOW = task("plain"), task("slow", retries=5, timeout=10)


def single(runs, **spec):
    template = workflow("w", [node("n0", runs, a=1)], outputs={"r": INTEGER}, results={"r": "n0.o0"})
    return Run(template, tasks=[runs], **spec)


def test_an_attempt_past_its_timeout_is_stopped_and_tried_again():
    run = single(SLOW)
    assert run.timers == []
    run.start("n0")
    run.fire(Timer.EXECUTION)
    assert run.cancelled == [("n0", 0)]
    assert ("n0", 1) not in run.jobs  # not before the first one has let go
    run.stopped("n0")
    assert run.state.nodes["n0"].attempts[0].error.code == "TimeoutExpired"
    assert run.state.nodes["n0"].attempts[0].error.message.startswith("task execution timeout [10s] expired: ")
    assert ("n0", 1) in run.jobs


def test_an_attempt_that_gets_no_slot_in_time_has_failed_for_the_platforms_fault():
    run = single(PLAIN, queue_timeout=60 * SECOND)
    run.fire(Timer.QUEUE)
    assert run.cancelled == [("n0", 0)]
    run.stopped("n0")
    error = run.state.nodes["n0"].attempts[0].error
    assert (error.code, error.kind) == ("QueueTimeoutExpired", execution_pb2.ExecutionError.SYSTEM)
    assert error.message.startswith("task queue timeout [60s] expired: no slot was free: ")
    for number in range(1, 4):
        run.fire(Timer.RETRY)
        run.timers = [timer for timer in run.timers if timer.event.attempt.attempt == number]
        run.fire(Timer.QUEUE)
        run.stopped("n0", number)
    assert run.state.error.code == "RetriesExhausted|QueueTimeoutExpired"


def test_an_attempt_that_got_its_slot_is_not_held_to_the_queue_timeout():
    run = single(PLAIN, queue_timeout=60 * SECOND)
    run.start("n0")
    run.fire(Timer.QUEUE)
    assert run.cancelled == []
    run.restart()
    assert run.timers[0].at == run.now + 60 * SECOND, "the wait before the first start is over"


def test_the_wait_for_a_slot_goes_on_over_restarts():
    run = single(PLAIN, queue_timeout=60 * SECOND)
    due = run.timers[0].at
    for _ in range(3):
        run.now += 10 * SECOND
        run.restart()
        assert [timer.at for timer in run.timers] == [due]
    assert run.timers[0].event.attempt.attempt == 3


def test_a_node_whose_attempts_took_twice_the_timeout_is_timed_out():
    run = single(SLOW)
    run.start("n0")
    run.fail("n0", 0, "RECOVERABLE")
    run.start("n0", 1)
    active = run.timers[-1]
    assert active.event.timer is Timer.ACTIVE
    assert active.at == 5 * SECOND + 20 * SECOND
    run.now = active.at
    run.tell(active.event)
    run.stopped("n0", 1)
    assert run.phase("n0") is NodePhase.TIMED_OUT
    assert run.state.phase is ExecutionPhase.FAILED
    assert (
        "active timeout [20s] expired: each attempt may take the 10s of @task(timeout=...)" in run.state.error.message
    )


def test_what_an_attempt_takes_to_stop_is_not_counted_and_costs_no_attempt():
    run = single(SLOW)
    run.start("n0")
    run.fire(Timer.EXECUTION)
    run.fire(Timer.ACTIVE)  # it cleans up
    assert run.state.nodes["n0"].attempts[0].error.code == "TimeoutExpired"
    run.now += 5 * SECOND
    run.stopped("n0")
    run.start("n0", 1)
    began = run.state.nodes["n0"].attempts[1].started_at
    assert run.timers[-1].event.timer is Timer.ACTIVE
    assert run.timers[-1].at == began + 10 * SECOND
    run.fire(Timer.ACTIVE)
    run.stopped("n0", 1)
    assert run.phase("n0") is NodePhase.TIMED_OUT


def test_an_attempt_that_had_to_be_killed_says_so():
    run = single(task("slow", retries=1, timeout=10))
    for number in range(2):
        run.start("n0", number)
        run.fire(Timer.EXECUTION)
        run.now += 10 * SECOND
        run.stopped("n0", number, killed_after=10)
        run.timers = [timer for timer in run.timers if timer.event.attempt.attempt > number]
    assert run.state.error.code == "RetriesExhausted|TimeoutExpired"
    assert run.state.error.message.startswith("All 2 attempts failed. The last: task execution timeout [10s] expired: ")
    assert ". It did not stop within the 10s of grace, and was killed" in run.state.error.message


def test_a_success_that_crosses_a_stop_does_not_count():
    run = single(SLOW)
    run.start("n0")
    run.fire(Timer.EXECUTION)
    run.succeed("n0")
    assert run.state.nodes["n0"].attempts[0].phase is AttemptPhase.RETRYABLE_FAILED
    assert run.phase("n0") is NodePhase.RUNNING
