"""Nodes that map over lists: which items run when, what they are given, and what the node comes to."""

import pytest
from flyteidl.core import execution_pb2, types_pb2

from flyweight import literals
from flyweight.clock import Micros
from flyweight.engine import machine
from flyweight.engine.children import ChildEnded, ChildStarted
from flyweight.engine.items import CHUNK, INLINE
from flyweight.engine.jobs import Succeeded
from flyweight.engine.machine import Terminate, Timer
from flyweight.engine.machine.maps import OPEN_ITEMS
from flyweight.engine.phases import ExecutionPhase, NodePhase
from flyweight.protocol.items_pb2 import ItemChunk
from tests.simulation.stepping import SECOND, Run
from tests.simulation.workflows import INTEGER, STRING, inputs_of, mapped, node, plan, task, workflow

LIST = types_pb2.LiteralType(collection_type=INTEGER)
PLAIN, STUBBORN, SLOW = task("plain"), task("stubborn", retries=1), task("slow", retries=1, timeout=10)
PAIR = task("pair", {"a": INTEGER, "b": INTEGER})
OTHER = plan(workflow("other", [], inputs={"x": INTEGER}, outputs={"o0": INTEGER}, results={"o0": ".x"}))


def run(made, *, tasks=(PLAIN,), returns=LIST, **spec):
    template = workflow("w", [made], outputs={"r": returns}, results={"r": f"{made.id}.o0"})
    return Run(template, tasks=tasks, plans=[OTHER], **spec)


def outputs(run):
    return [literals.primitive_value(item) for item in run.state.outputs.literals["r"].collection.literals]


def progress(run):
    found = run.state.nodes["n0"].items.progress()
    return found.open, found.succeeded, found.failed


def test_each_item_is_an_attempt_with_its_own_elements_and_its_own_place():
    made = run(mapped("n0", PAIR, bound_inputs=["b"], a=[4, 5], b=7), tasks=[PAIR])
    assert [made.jobs[f"n0-n{item}", 0].inputs for item in (0, 1)] == [inputs_of(a=4, b=7), inputs_of(a=5, b=7)]
    job = made.jobs["n0-n1", 0]
    assert job.attempt.item == 1
    assert job.output_prefix.endswith("/n0/data/0/1/0")
    assert job.raw_output_prefix.endswith("-n0-n1-0")
    assert job.lists is None


def test_a_task_registered_with_lists_is_told_where_the_whole_lists_are():
    listed = task("listed", {"a": LIST}, {"o0": LIST})
    template = mapped("n0", listed, a=[4, 5])
    template.array_node.is_original_sub_node_interface.value = False
    made = run(template, tasks=[listed])
    lists = made.jobs["n0-n1", 0].lists
    assert literals.kind(lists.inputs.literals["a"]) == "collection"
    assert lists.uri.endswith("/n0/data/inputs.pb")


def test_outputs_are_in_the_order_of_the_items_whenever_they_come():
    made = run(mapped("n0", PLAIN, a=[1, 2, 3]))
    for item in (2, 0, 1):
        made.succeed(f"n0-n{item}", o0=item * 10)
    assert made.state.phase is ExecutionPhase.SUCCEEDED
    assert outputs(made) == [0, 10, 20]


def test_a_map_over_nothing_gives_nothing():
    made = run(mapped("n0", PLAIN, a=[]))
    assert made.state.phase is ExecutionPhase.SUCCEEDED
    assert outputs(made) == []


def test_lists_of_different_lengths_are_refused():
    pair = task("more.map_pair_6b3bd0353da5de6e84d7982921ead2b3-arraynode", {"a": INTEGER, "b": INTEGER})
    made = run(mapped("n0", pair, a=[1, 2], b=[1]), tasks=[pair])
    assert made.state.error.code == "InvalidArrayLength"
    assert made.state.error.message.startswith("map_pair: lists that")
    assert "`a` has 2, `b` has 1" in made.state.error.message


@pytest.mark.parametrize("concurrency", [1, 2])
def test_concurrency_limits_how_many_items_are_open(concurrency):
    made = run(mapped("n0", PLAIN, concurrency=concurrency, a=[1, 2, 3, 4]))
    for item in range(4):
        assert progress(made)[0] == min(concurrency, 4 - item)
        made.succeed(f"n0-n{item}")
    assert made.state.phase is ExecutionPhase.SUCCEEDED


def test_without_a_limit_of_its_own_a_map_is_begun_a_window_at_a_time():
    made = run(mapped("n0", PLAIN, concurrency=0, a=list(range(OPEN_ITEMS + 10))))
    assert len(made.jobs) == OPEN_ITEMS
    made.succeed("n0-n3")
    assert len(made.jobs) == OPEN_ITEMS + 1
    assert set(made.state.nodes["n0"].items.chunks) == set(range(OPEN_ITEMS // CHUNK + 1))


def test_an_executions_limit_counts_items_and_lets_other_nodes_in_first():
    nodes = [mapped("n0", PLAIN, a=[1, 2, 3]), mapped("n1", PLAIN, a=[1, 2]), node("n2", PLAIN, a=1)]
    made = Run(workflow("w", nodes), tasks=[PLAIN], max_parallelism=2)
    assert set(made.jobs) == {("n2", 0), ("n0-n0", 0)}
    made.succeed("n0-n0")
    assert ("n1-n0", 0) in made.jobs
    made.succeed("n1-n0")
    assert ("n0-n1", 0) in made.jobs
    assert made.state.open_attempts == 2


def test_a_failed_item_is_tried_again_within_its_own_budget():
    made = run(mapped("n0", STUBBORN, a=[1, 2]), tasks=[STUBBORN])
    made.fail("n0-n0", kind="RECOVERABLE")
    made.fail("n0-n1", kind="RECOVERABLE")
    made.succeed("n0-n0", 1, o0=5)
    made.fail("n0-n1", 1, kind="RECOVERABLE")
    assert made.state.error.code == "RetriesExhausted|Oops"
    assert "1 of 2 items failed: n0[1]: All 2 attempts failed" in made.state.error.message


def test_the_last_attempt_that_our_faults_leave_an_item_is_not_interruptible():
    made = run(mapped("n0", PLAIN, a=[1]), interruptible={"value": True})
    for number in range(3):
        made.fail("n0-n0", number, kind="RECOVERABLE", origin="SYSTEM")
        made.fire(Timer.RETRY)
    assert [made.jobs["n0-n0", number].interruptible for number in range(4)] == [True, True, True, False]


def test_an_item_pauses_after_a_fault_of_ours_also_over_restarts_and_finds_its_checkpoints():
    made = run(mapped("n0", PLAIN, a=[1, 2]))
    made.fail("n0-n0", kind="RECOVERABLE", origin="SYSTEM")
    [first] = [each.at for each in made.timers if each.event.timer is Timer.RETRY]
    assert (first > made.now, ("n0-n0", 1) in made.jobs) == (True, False)
    made.restart()
    assert [each.at for each in made.timers if each.event.timer is Timer.RETRY] == [first]
    [over] = [each.event for each in made.timers if each.event.timer is Timer.RETRY]
    made.fire(Timer.RETRY)
    assert made.jobs["n0-n0", 1].previous_checkpoint_prefix == made.jobs["n0-n0", 0].checkpoint_prefix
    made.tell(over)
    made.fail("n0-n0", 1, kind="RECOVERABLE", origin="SYSTEM")
    made.fire(Timer.RETRY)
    kept = tuple(made.jobs["n0-n0", number].checkpoint_prefix for number in (1, 0))
    assert made.jobs["n0-n0", 2].earlier_checkpoints == kept
    made.succeed("n0-n0", 2)
    made.succeed("n0-n1", 1)
    assert made.state.phase is ExecutionPhase.SUCCEEDED


def test_a_failed_item_fails_the_map_at_once_and_stops_the_others():
    made = run(mapped("n0", PLAIN, a=[1, 2, 3], concurrency=2))
    made.fail("n0-n1")
    assert made.cancelled == [("n0-n0", 0)]
    assert made.phase("n0") is NodePhase.FAILING
    assert made.state.phase is ExecutionPhase.RUNNING
    made.succeed("n0-n0")
    assert made.state.phase is ExecutionPhase.FAILED
    assert "1 of 3 items failed: n0[1]: broken" in made.state.error.message
    assert ("n0-n2", 0) not in made.jobs


def test_items_may_fail_as_long_as_enough_can_succeed_and_give_none():
    made = run(mapped("n0", PLAIN, ratio=0.5, a=[1, 2, 3]))
    made.fail("n0-n1")
    made.succeed("n0-n0", o0=7)
    assert made.state.phase is ExecutionPhase.RUNNING, "what can still run does, although enough have succeeded"
    made.succeed("n0-n2", o0=9)
    assert outputs(made) == [7, None, 9]


def test_all_items_run_where_that_is_wanted_and_the_map_fails_at_the_end():
    made = run(mapped("n0", PLAIN, concurrency=1, runs_all=True, a=[1, 2, 3]))
    made.fail("n0-n0")
    assert made.phase("n0") is NodePhase.RUNNING
    made.succeed("n0-n1", o0=2)
    made.restart()
    made.succeed("n0-n2", 1 if ("n0-n2", 1) in made.jobs else 0, o0=3)
    assert not made.cancelled
    assert made.phase("n0") is NodePhase.FAILED
    assert made.state.error.message.startswith("1 of 3 items failed: n0[0]: ")


def test_too_many_failures_name_the_items():
    made = run(mapped("n0", PLAIN, at_least=3, a=list(range(10))))
    for item in range(8):
        made.now += SECOND
        made.fail(f"n0-n{9 - item}")
    made.stopped("n0-n0")
    made.stopped("n0-n1")
    named = "n0[2], n0[3], n0[4], n0[5], n0[6] and 3 more; the first was n0[9]: broken"
    assert f"8 of 10 items failed (at least 3 must succeed): {named}" in made.state.error.message


def test_an_item_that_takes_too_long_is_stopped_and_tried_again():
    made = run(mapped("n0", SLOW, a=[1, 2]), tasks=[SLOW])
    made.start("n0-n0")
    made.fire(Timer.EXECUTION)
    assert made.cancelled == [("n0-n0", 0)]
    made.stopped("n0-n0")
    made.start("n0-n0", 1)
    for late in (Timer.ACTIVE, Timer.CANCEL):
        made.fire(late)  # the first attempt's
    made.fire(Timer.ACTIVE)
    made.stopped("n0-n0", 1)
    made.stopped("n0-n1")
    assert made.state.error.code == "ActiveDeadlineExceeded"


def test_an_item_that_stops_late_or_is_killed_is_tried_again_with_all_of_its_time():
    made = run(mapped("n0", SLOW, a=[1]), tasks=[SLOW])
    made.start("n0-n0")
    made.fire(Timer.EXECUTION)
    made.fire(Timer.ACTIVE)
    made.now += 5 * SECOND
    made.stopped("n0-n0")
    made.start("n0-n0", 1)
    began = made.state.nodes["n0"].items.find(0)[0].started_at[0]
    made.timers = made.timers[-2:]
    assert [(timer.event.timer, timer.at - began) for timer in made.timers] == [
        (Timer.EXECUTION, 10 * SECOND),
        (Timer.ACTIVE, 10 * SECOND),
    ]
    made.fire(Timer.EXECUTION)
    made.stopped("n0-n0", 1, killed_after=10)
    assert made.state.error.code == "RetriesExhausted|TimeoutExpired"
    assert ". It did not stop within the 10s of grace, and was killed" in made.state.error.message


def test_an_item_that_gets_no_slot_in_time_has_failed_also_over_restarts():
    made = run(mapped("n0", PLAIN, a=[1, 2]), queue_timeout=60 * SECOND)
    due = made.timers[0].at
    made.start("n0-n1")
    made.now += 10 * SECOND
    made.restart()
    assert [timer.at for timer in made.timers] == [due, made.now + 60 * SECOND]
    made.fire(Timer.QUEUE)
    assert made.cancelled == [("n0-n0", 1)]
    made.stopped("n0-n0", 1)
    made.fire(Timer.RETRY)
    made.start("n0-n0", 2)
    made.start("n0-n1", 1)
    for _ in range(2):
        made.fire(Timer.QUEUE)
    assert len(made.cancelled) == 1
    made.succeed("n0-n0", 2, o0=4)
    made.succeed("n0-n1", 1, o0=5)
    assert outputs(made) == [4, 5]


def test_terminating_stops_every_item_and_one_that_cannot_be_stopped_is_given_up():
    made = run(mapped("n0", PLAIN, a=[1, 2]))
    made.tell(Terminate(cause="enough"))
    assert made.cancelled == [("n0-n0", 0), ("n0-n1", 0)]
    made.stopped("n0-n1")
    made.fire(Timer.CANCEL)
    assert made.phase("n0") is NodePhase.ABORTED
    assert made.state.phase is ExecutionPhase.ABORTED


def test_an_item_that_was_to_stop_when_the_platform_died_ended_then_and_not_when_that_was_back():
    made = run(mapped("n0", PLAIN, a=[1]))
    made.start("n0-n0")
    made.tell(Terminate(cause="enough"))
    made.state, died = made.restored(), made.now + 5 * SECOND
    made.now += 3600 * SECOND
    machine.step(made.state, machine.Restarted(last_seen=died), made.now)
    assert made.state.phase is ExecutionPhase.ABORTED
    written = machine.Changes(limit=1 << 20)
    machine.changes(made.state, written)
    assert [list(ItemChunk.FromString(row.body).ended_at) for row in written.items] == [[died]]


def test_after_a_restart_only_what_had_not_ended_begins_anew_at_nobodys_cost():
    made = run(mapped("n0", PLAIN, a=[1, 2, 3]))
    made.succeed("n0-n1", o0=5)
    first = made.attempt("n0-n0")
    made.restart()
    assert ("n0-n1", 1) not in made.jobs
    assert made.tell(Succeeded(attempt=first, outputs=inputs_of(o0=1))) == [], "a late report of a closed attempt"
    made.succeed("n0-n0", 1, o0=4)
    made.succeed("n0-n2", 1, o0=6)
    assert outputs(made) == [4, 5, 6]


def test_large_outputs_of_an_item_stand_as_a_blob():
    text = task("text", outputs={"o0": STRING})
    made = run(mapped("n0", text, a=[1, 2]), tasks=[text], returns=types_pb2.LiteralType(collection_type=STRING))
    state = made.state
    event = Succeeded(attempt=made.attempt("n0-n0"), outputs=inputs_of(o0="x" * INLINE))
    machine.step(state, machine.Reported(reports=(event,)), made.now)
    into = machine.Changes(limit=1 << 20)
    machine.changes(state, into)
    assert [uri for uri, _ in into.uploads] == ["memory://m/p-d-e1/n0/data/0/0/0/outputs.pb"]
    assert len(into.items[0].body) < INLINE
    assert into.nodes[0].detail == state.nodes["n0"].items.progress().SerializeToString()


def test_items_may_be_executions():
    made = run(mapped("n0", OTHER, concurrency=2, ratio=0.5, x=[1, 2, 3]))
    first, second = made.launched.values()
    assert (first.inputs, first.node) == (inputs_of(x=1), "n0")
    made.tell(ChildStarted(node="n0", name=first.name))
    made.tell(ChildEnded(node="n0", name=first.name, phase=ExecutionPhase.SUCCEEDED, outputs=inputs_of(o0=1)))
    made.tell(ChildEnded(node="n0", name=second.name, phase=ExecutionPhase.FAILED))
    made.restart()
    third = list(made.launched.values())[2]
    made.tell(ChildEnded(node="n0", name=third.name, phase=ExecutionPhase.SUCCEEDED, outputs=inputs_of(o0=3)))
    assert outputs(made) == [1, None, 3]


def test_executions_of_items_are_stopped_with_their_node():
    made = run(mapped("n0", OTHER, x=[1, 2]))
    made.tell(Terminate(cause="enough"))
    assert made.unwanted == set(made.launched)
    for name in made.launched:
        made.tell(ChildEnded(node="n0", name=name, phase=ExecutionPhase.ABORTED))
    assert made.state.phase is ExecutionPhase.ABORTED


def test_a_crash_of_the_machine_leaves_no_item_open():
    made = run(mapped("n0", PLAIN, a=[1, 2]))
    error = execution_pb2.ExecutionError(code="PlatformError", message="broken")
    commands = machine.crash(made.state, error, Micros(9))
    assert {command.attempt.item for command in commands} == {0, 1}
    assert made.state.nodes["n0"].items.progress().aborted == 2
