"""Events in, commands out: what each rule of the machine does, one at a time."""

import pytest
from flyteidl.core import errors_pb2, execution_pb2, tasks_pb2

from flyweight.clock import Micros
from flyweight.engine import machine
from flyweight.engine.jobs import Cancelled, DeckPublished, Failed, Succeeded
from flyweight.engine.machine import Changes, StartAttempt, Terminate, Timer
from flyweight.engine.phases import AttemptPhase, ExecutionPhase, NodePhase
from flyweight.ids import AttemptId, NodeId
from tests.simulation.stepping import SECOND, Run
from tests.simulation.workflows import FAIL_LATE, INTEGER, inputs_of, layout, mapped, node, task, workflow

PLAIN, STUBBORN = task("plain"), task("stubborn", retries=2)


def single(runs, **spec):
    template = workflow("w", [node("n0", runs, a=1)], outputs={"r": INTEGER}, results={"r": "n0.o0"})
    return Run(template, tasks=[runs], **spec)


def two_and_one(policy=0):
    """n0 and n1 side by side, n2 after n0."""
    nodes = [node("n0", PLAIN, a=1), node("n1", PLAIN, a=2), node("n2", PLAIN, a="n0.o0")]
    return Run(workflow("w", nodes, policy=policy), tasks=[PLAIN])


def test_a_node_starts_when_everything_before_it_has_succeeded():
    nodes = [node("n0", PLAIN, a=".x"), node("n1", PLAIN, a=7), node("n2", PLAIN, ["n1"], a="n0.o0")]
    run = Run(workflow("w", nodes, inputs={"x": INTEGER}), tasks=[PLAIN], inputs=inputs_of(x=4))
    assert set(run.jobs) == {("n0", 0), ("n1", 0)}
    assert run.jobs["n0", 0].inputs == inputs_of(a=4)
    run.succeed("n0", o0=9)
    assert ("n2", 0) not in run.jobs
    run.succeed("n1")
    assert run.jobs["n2", 0].inputs == inputs_of(a=9)
    run.succeed("n2")
    assert run.state.phase is ExecutionPhase.SUCCEEDED


def test_a_workflow_without_nodes_hands_its_inputs_through():
    template = workflow("w", [], inputs={"x": INTEGER}, outputs={"r": INTEGER}, results={"r": ".x"})
    run = Run(template, tasks=[], inputs=inputs_of(x=3))
    assert run.state.phase is ExecutionPhase.SUCCEEDED
    assert run.state.outputs == inputs_of(r=3)


def test_a_sub_workflow_runs_in_a_frame_of_its_own():
    sub = workflow(
        "sub", [node("n0", PLAIN, a=".x")], inputs={"x": INTEGER}, outputs={"s": INTEGER}, results={"s": "n0.o0"}
    )
    nodes = [node("n0", sub, x=2), node("n1", PLAIN, a="n0.s")]
    run = Run(workflow("w", nodes), tasks=[PLAIN], subs=[sub])
    assert run.jobs["n0-0-n0", 0].inputs == inputs_of(a=2)
    run.succeed("n0-0-n0", o0=8)
    assert run.phase("n0") is NodePhase.SUCCEEDED
    assert run.jobs["n1", 0].inputs == inputs_of(a=8)


def test_a_hundred_nested_empty_workflows_in_a_row_need_no_deep_stack():
    empty = workflow("empty", [], inputs={"x": INTEGER}, outputs={"s": INTEGER}, results={"s": ".x"})
    nodes = [node("n0", empty, x=1)] + [node(f"n{index}", empty, x=f"n{index - 1}.s") for index in range(1, 600)]
    assert Run(workflow("w", nodes), tasks=[], subs=[empty]).state.phase is ExecutionPhase.SUCCEEDED


def test_a_step_leaves_what_is_past_its_share_to_the_next():
    nodes = [node(f"n{index}", PLAIN, a=1) for index in range(10)]
    run = Run(workflow("w", nodes), tasks=[PLAIN])
    state = machine.begin(run.new, run.graph, layout(run.new), inputs_of())
    assert len(machine.step(state, machine.Created(), run.now, share=4)) == 4
    assert machine.unsettled(state)
    assert len(machine.step(state, machine.Continued(), run.now)) == 6
    assert not machine.unsettled(state)


def restarted_with_ten():
    """An execution of ten tasks that were with workers; the first step after the restart may do four things."""
    run = Run(workflow("w", [node(f"n{index}", PLAIN, a=1) for index in range(10)]), tasks=[PLAIN])
    state = run.state = run.restored()
    return run, begun(machine.step(state, machine.Restarted(), run.now, share=4))


def begun(commands):
    return [command.job.attempt.attempt for command in commands if isinstance(command, StartAttempt)]


def test_what_was_lost_with_the_platform_begins_anew_bit_by_bit():
    run, first = restarted_with_ten()
    assert first == [1] * 4
    assert [each.phase for each in run.state.changed.attempts.values()].count(AttemptPhase.ABORTED) == 4
    assert machine.unsettled(run.state)
    assert begun(machine.step(run.state, machine.Continued(), run.now)) == [1] * 6
    assert not machine.unsettled(run.state)


def test_what_was_lost_and_has_not_begun_anew_needs_no_worker_to_be_stopped():
    run, _ = restarted_with_ten()
    run.tell(machine.Terminate(cause="enough"))
    assert run.state.open_attempts == 4
    for index in range(4):
        run.tell(Cancelled(attempt=AttemptId(run.new.key, f"n{index}", 1), ended_at=run.now))
    assert run.state.phase is ExecutionPhase.ABORTED


def test_long_node_ids_that_hash_alike_are_kept_apart():
    inner = workflow("inner", [node("a" * 30, PLAIN, a=1)])
    run = Run(workflow("w", [node("n0", inner), node("n1", inner)]), tasks=[PLAIN], subs=[inner])
    assert len(run.jobs) == 2


def test_the_first_failure_stops_the_rest_and_is_the_executions_error():
    run = two_and_one()
    run.fail("n0")
    assert run.cancelled == [("n1", 0)]
    assert run.state.phase is ExecutionPhase.FAILING
    run.stopped("n1")
    assert run.state.phase is ExecutionPhase.FAILED
    assert run.state.error.code == "Oops"
    assert run.state.error.message == "broken\n\nfailed node: n0 (plain)"
    assert run.phase("n1") is NodePhase.ABORTED
    assert "n2" not in run.state.nodes


def test_a_success_that_is_reported_with_a_failure_comes_after_it():
    run = two_and_one()
    error = errors_pb2.ContainerError(code="Oops", kind=errors_pb2.ContainerError.NON_RECOVERABLE)
    failure = Failed(attempt=run.attempt("n0"), error=error)
    success = Succeeded(attempt=run.attempt("n1"), outputs=inputs_of(o0=1))
    run.tell(machine.Reported(reports=(failure, success)))
    assert run.cancelled == [("n1", 0)]
    assert run.state.phase is ExecutionPhase.FAILED
    assert run.phase("n1") is NodePhase.ABORTED


def test_by_the_other_policy_what_can_run_is_run_first():
    run = two_and_one(FAIL_LATE)
    run.fail("n0")
    assert run.cancelled == []
    assert run.state.phase is ExecutionPhase.RUNNING
    run.now = Micros(run.now + SECOND)
    run.fail("n1")
    assert run.state.phase is ExecutionPhase.FAILED
    assert run.state.error.message == "broken\n\nfailed node: n1 (plain)\nalso failed: n0"


def test_a_failure_in_a_sub_workflow_names_the_node_inside():
    sub = workflow("sub", [node("n0", PLAIN, a=1), node("n1", PLAIN, a=1)])
    run = Run(workflow("w", [node("n0", sub), node("n1", PLAIN, a=1)]), tasks=[PLAIN], subs=[sub])
    run.fail("n0-0-n0")
    assert run.cancelled == [("n0-0-n1", 0)]
    run.stopped("n0-0-n1")
    assert run.phase("n0") is NodePhase.FAILED
    run.stopped("n1")
    assert run.state.error.message == "broken\n\nfailed node: n0-0-n0 (plain)"


def test_recoverable_failures_are_tried_again_within_the_budget():
    run = single(STUBBORN)
    run.fail("n0", 0, "RECOVERABLE")
    run.fail("n0", 1, "RECOVERABLE")
    assert run.jobs["n0", 2].output_prefix.endswith("/n0/data/2")
    assert run.jobs["n0", 2].previous_checkpoint_prefix == run.jobs["n0", 1].checkpoint_prefix
    run.fail("n0", 2, "RECOVERABLE")
    assert ("n0", 3) not in run.jobs
    assert run.state.error.code == "RetriesExhausted|Oops"
    assert [attempt.phase for attempt in run.state.nodes["n0"].attempts] == [
        AttemptPhase.RETRYABLE_FAILED,
        AttemptPhase.RETRYABLE_FAILED,
        AttemptPhase.FAILED,
    ]


def test_a_nodes_retries_override_its_tasks():
    run = Run(workflow("w", [node("n0", STUBBORN, retries=1, a=1)]), tasks=[STUBBORN])
    run.fail("n0", 0, "RECOVERABLE")
    run.fail("n0", 1, "RECOVERABLE")
    assert run.state.phase is ExecutionPhase.FAILED


def test_system_failures_have_a_budget_of_their_own():
    run = single(PLAIN)
    for number in range(4):
        run.fail("n0", number, "RECOVERABLE", "SYSTEM")
        if number < 3:
            run.fire(Timer.RETRY)
    assert run.state.error.message.startswith("All 4 attempts failed. The last: broken")


def test_what_failed_of_our_fault_is_tried_again_after_longer_and_longer_pauses():
    run = single(PLAIN)
    pauses = []
    for number in range(3):
        before = run.now
        run.fail("n0", number, "RECOVERABLE", "SYSTEM")
        assert ("n0", number + 1) not in run.jobs
        run.fire(Timer.RETRY)
        pauses.append(run.now - before)
    assert all(250_000 << at <= pause <= 500_000 << at for at, pause in enumerate(pauses))


def test_a_pause_goes_on_after_a_restart():
    run = single(PLAIN)
    run.fail("n0", 0, "RECOVERABLE", "SYSTEM")
    [before] = run.timers
    run.timers.clear()
    run.tell(machine.Restarted())
    assert run.timers == [before]
    run.fire(Timer.RETRY)
    assert ("n0", 1) in run.jobs


def test_a_task_in_a_pause_is_stopped_at_once():
    run = single(PLAIN)
    run.fail("n0", 0, "RECOVERABLE", "SYSTEM")
    commands = run.tell(machine.Terminate(cause="enough"))
    assert run.state.phase is ExecutionPhase.ABORTED
    assert machine.DropTimers(of=AttemptId(run.new.key, NodeId("n0"), 0)) in commands
    run.fire(Timer.RETRY)
    assert ("n0", 1) not in run.jobs


def test_the_last_try_that_our_faults_leave_is_not_interrupted():
    run = single(PLAIN, interruptible={"value": True})
    for number in range(3):
        run.fail("n0", number, "RECOVERABLE", "SYSTEM")
        run.fire(Timer.RETRY)
    assert [run.jobs["n0", number].interruptible for number in range(4)] == [True, True, True, False]


@pytest.mark.parametrize(
    ("of_node", "of_task", "of_execution", "of_workflow", "meant"),
    [
        (None, None, None, True, True),
        (None, None, False, True, False),
        (None, None, True, False, True),
        (None, False, True, True, False),
        (True, False, False, False, True),
        (None, None, None, False, False),
    ],
)
def test_the_node_says_whether_it_may_be_interrupted_else_the_execution_else_the_workflow(
    of_node, of_task, of_execution, of_workflow, meant
):
    runs, told = task("plain"), {} if of_execution is None else {"interruptible": {"value": of_execution}}
    if of_task is not None:
        runs.metadata.interruptible = of_task
    nodes = [node("n0", runs, a=".x"), mapped("n1", runs, a=[1])]
    for made in (nodes[0], nodes[1].array_node.node):
        if of_node is not None:
            made.metadata.interruptible = of_node
    template = workflow("w", nodes, inputs={"x": INTEGER})
    template.metadata_defaults.interruptible = of_workflow
    run = Run(template, tasks=[runs], inputs=inputs_of(x=1), **told)
    assert [job.interruptible for job in run.jobs.values()] == [meant, meant]


def test_attempts_that_ran_before_may_have_left_checkpoints():
    run = single(PLAIN)
    run.start("n0")
    for _ in range(2):
        run.tell(machine.Restarted())
    assert run.jobs["n0", 2].earlier_checkpoints == (run.jobs["n0", 0].checkpoint_prefix,)


def test_terminate_stops_everything_and_ends_when_nothing_runs():
    run = two_and_one()
    run.start("n1")
    run.tell(Terminate(cause="changed my mind", principal="me"))
    assert run.state.phase is ExecutionPhase.ABORTING
    assert set(run.cancelled) == {("n0", 0), ("n1", 0)}
    run.stopped("n0")
    assert run.state.phase is ExecutionPhase.ABORTING
    run.succeed("n1")
    assert run.state.phase is ExecutionPhase.ABORTED
    assert (run.state.abort_cause, run.state.abort_principal) == ("changed my mind", "me")
    assert run.phase("n1") is NodePhase.ABORTED
    assert run.state.nodes["n1"].error.message == "changed my mind"


def test_an_executor_that_never_says_that_it_stopped_is_given_up_on():
    run = single(PLAIN)
    run.tell(Terminate(cause=""))
    run.fire(Timer.CANCEL)
    assert run.state.phase is ExecutionPhase.ABORTED


def test_no_more_tasks_are_open_than_allowed():
    nodes = [node(f"n{index}", PLAIN, a=1) for index in range(5)]
    run = Run(workflow("w", nodes), tasks=[PLAIN], max_parallelism=2)
    assert len(run.jobs) == 2
    run.succeed("n0")
    assert set(run.jobs) == {("n0", 0), ("n1", 0), ("n2", 0)}
    run.fail("n1")
    assert len(run.jobs) == 3
    run.stopped("n2")
    assert run.state.phase is ExecutionPhase.FAILED
    assert run.phase("n4") is NodePhase.ABORTED


def test_an_attempt_that_was_lost_with_the_platform_has_run_until_that_was_last_seen():
    run = single(PLAIN)
    run.start("n0")
    started, run.now = run.now, run.now + 60_000_000
    run.tell(machine.Restarted(last_seen=started + 5_000_000))
    first, second = run.state.nodes["n0"].attempts
    assert (first.started_at, first.ended_at) == (started, started + 5_000_000)
    assert second.queued_at >= run.now - 1_000_000
    run.start("n0", 1)
    run.tell(machine.Restarted(last_seen=started))  # the clock was set back
    assert second.ended_at == second.started_at


def test_after_a_restart_what_was_open_begins_anew_at_nobodys_cost():
    run = single(PLAIN)
    run.start("n0")
    for number in range(6):
        run.tell(machine.Restarted())
        assert run.state.nodes["n0"].attempts[number].error.code == "PlatformRestarted"
    run.succeed("n0", 3)
    assert run.phase("n0") is NodePhase.RUNNING
    run.succeed("n0", 6)
    assert run.state.phase is ExecutionPhase.SUCCEEDED


@pytest.mark.parametrize("times", [1, 2, 3])
def test_events_that_come_again_change_nothing(times):
    run = single(PLAIN)
    run.start("n0")
    run.succeed("n0", o0=1)
    before = (run.state.phase, run.state.ended_at, run.state.outputs)
    for _ in range(times):
        run.now = Micros(run.now + SECOND)
        assert run.succeed("n0", o0=2) == []
        assert run.fail("n0") == []
        assert run.tell(Terminate(cause="late")) == []
        assert run.tell(machine.Created()) == []
        run.start("n0")
    assert (run.state.phase, run.state.ended_at, run.state.outputs) == before


def test_the_deck_is_known_from_the_start_and_for_every_attempt():
    run = single(task("deck", retries=1, deck=True))
    assert run.jobs["n0", 0].deck_uri.endswith("/n0/data/0/deck.html")
    rows = rows_of(run)
    assert (rows.nodes[0].phase, rows.nodes[0].deck_uri) == (NodePhase.QUEUED, run.jobs["n0", 0].deck_uri)
    run.tell(DeckPublished(attempt=run.attempt("n0"), revision=3))
    run.fail("n0", 0, "RECOVERABLE")
    rows = rows_of(run)
    assert rows.nodes[0].deck_uri == rows.attempts[1].deck_uri == run.jobs["n0", 1].deck_uri
    assert rows.attempts[0].deck_uri == run.jobs["n0", 0].deck_uri
    assert rows.attempts[0].deck_revision == 3


def rows_of(run):
    into = Changes(limit=1 << 20)
    machine.changes(run.state, into)
    return into


def test_only_what_changed_is_written():
    run = two_and_one()
    assert len(rows_of(run).nodes) == 2
    run.start("n1")
    rows = rows_of(run)
    assert [row.node for row in rows.nodes] == ["n1"]
    assert [row.node for row in rows.attempts] == ["n1"]
    assert rows.executions == []
    assert rows_of(run).nodes == []


def test_large_values_are_put_away_once():
    run = single(PLAIN)
    into = Changes(limit=0)
    machine.changes(run.state, into)
    assert into.uploads == [("memory://m/p-d-e1/n0/data/inputs.pb", inputs_of(a=1).SerializeToString())]
    assert (into.nodes[0].inputs, into.nodes[0].inputs_uri) == (b"", "memory://m/p-d-e1/n0/data/inputs.pb")
    run.succeed("n0", o0=5)
    into = Changes(limit=0)
    machine.changes(run.state, into)
    assert [uri for uri, _ in into.uploads] == [
        "memory://m/p-d-e1/end-node/data/0/outputs.pb",
        "memory://m/p-d-e1/n0/data/0/outputs.pb",
    ]


def test_an_output_that_is_not_there_fails_the_node_that_needs_it():
    run = two_and_one()
    run.succeed("n0", other=1)
    run.stopped("n1")
    assert run.state.error.code == "BindingResolutionError"
    assert run.state.error.message.startswith("node n2, input a: node n0 gave no output o0")


def test_overrides_of_the_node_reach_the_job():
    sized = task("sized")
    cpu = tasks_pb2.Resources.ResourceEntry(name=tasks_pb2.Resources.CPU, value="1")
    memory = tasks_pb2.Resources.ResourceEntry(name=tasks_pb2.Resources.MEMORY, value="1Gi")
    more = tasks_pb2.Resources.ResourceEntry(name=tasks_pb2.Resources.MEMORY, value="8Gi")
    sized.container.resources.requests.extend([cpu, memory])
    changed = node("n1", sized, a=1)
    changed.task_node.overrides.container_image = "other:1"
    changed.task_node.overrides.resources.requests.append(more)
    run = Run(workflow("w", [node("n0", sized, a=1), changed]), tasks=[sized])
    assert run.jobs["n0", 0].task == sized
    assert run.jobs["n1", 0].task.container.image == "other:1"
    assert list(run.jobs["n1", 0].task.container.resources.requests) == [cpu, more]


def test_a_crash_of_the_machine_ends_the_execution_and_stops_its_tasks():
    run = two_and_one()
    reason = execution_pb2.ExecutionError(code="PlatformError", message="oops")
    commands = machine.crash(run.state, reason, run.now)
    assert {command.attempt.node for command in commands} == {"n0", "n1"}
    assert run.state.phase is ExecutionPhase.FAILED
    assert all(row.phase.terminal for row in (*rows_of(run).nodes, *rows_of(run).attempts))
