"""The driver commits before it acts, groups what waits, and keeps one execution's trouble from the others."""

import asyncio
import gc
from datetime import timedelta

import pytest

from flyweight import literals
from flyweight.engine.jobs import DeckPublished
from flyweight.engine.phases import ExecutionPhase, NodePhase
from flyweight.engine.ports import Capacity
from flyweight.errors import PreconditionFailed, TryAgain, Unsupported
from tests.simulation.workflows import (
    DURATION,
    INTEGER,
    closure,
    inputs_of,
    mapped,
    new_execution,
    node,
    plan,
    task,
    workflow,
)
from tests.unit.engine.driving import CLOSED, TASK, Parts, Store, new, opened, run, until


def test_create_returns_once_it_is_durable_and_nothing_starts_before():
    async def scenario():
        parts = await opened()
        parts.store.gate.clear()
        creating = asyncio.ensure_future(parts.driver.create(new(), CLOSED))
        await asyncio.sleep(1)
        assert not creating.done()
        assert parts.jobs == {}
        assert parts.told == []
        parts.store.gate.set()
        await creating
        assert list(parts.jobs) == [(1, "n0", 0)]
        assert parts.driver.live(1)
        parts.succeed(1)
        await until(lambda: not parts.driver.live(1))
        assert parts.told[-1].executions[0].phase is ExecutionPhase.SUCCEEDED
        assert literals.map_from_bytes(parts.told[-1].executions[0].outputs) == inputs_of(r=1)
        await parts.driver.close()

    run(scenario)


def test_what_happens_during_a_commit_shares_the_next_one():
    async def scenario():
        parts = await opened()
        parts.store.gate.clear()
        creating = [asyncio.ensure_future(parts.driver.create(new(key), CLOSED)) for key in range(1, 21)]
        await asyncio.sleep(1)
        parts.store.gate.set()
        await asyncio.gather(*creating)
        assert len(parts.store.batches) <= 2
        await parts.driver.close()

    run(scenario)


def test_terminate_is_durable_and_then_stops_what_runs():
    async def scenario():
        parts = await opened()
        await parts.driver.create(new(), CLOSED)
        await parts.driver.terminate(1, "enough", "me")
        assert parts.store.rows("executions")[-1].phase is ExecutionPhase.ABORTING
        await until(lambda: parts.cancelled == [(1, "enough")])
        await until(lambda: not parts.driver.live(1))  # the executor stays silent, and is given up on in the end
        assert parts.store.rows("executions")[-1].phase is ExecutionPhase.ABORTED
        with pytest.raises(PreconditionFailed, match="ended already"):
            await parts.driver.terminate(1, "again", "me")
        await parts.driver.close()

    run(scenario)


def test_a_fault_in_one_execution_fails_it_and_no_other():
    async def scenario():
        parts = await opened()
        await parts.driver.create(new(1), CLOSED)
        await parts.driver.create(new(2), CLOSED)
        # A state that cannot be, as a fault of ours would leave it.
        parts.driver._live[1].state.frames.clear()
        await parts.driver.terminate(1, "x", "me")
        await until(lambda: not parts.driver.live(1))
        ended = parts.store.rows("executions")[-1]
        assert ended.phase is ExecutionPhase.FAILED
        assert b"KeyError" in ended.error
        parts.succeed(2)
        await until(lambda: not parts.driver.live(2))
        assert parts.store.rows("executions")[-1].phase is ExecutionPhase.SUCCEEDED
        await parts.driver.close()

    run(scenario)


def test_an_execution_that_cannot_even_be_closed_in_order_stops_no_other():
    template = workflow("w", [mapped("n0", TASK, a=[1, 2])])
    array = closure(template, tasks=[TASK])

    async def scenario():
        parts = await opened()
        await parts.driver.create(new_execution(array, 1), array)
        await parts.driver.create(new(2), CLOSED)
        # An item that is not there, as a fault of ours would leave it: neither stopping nor closing the map can work.
        parts.driver._live[1].state.nodes["n0"].items.open.add(999)
        await parts.driver.terminate(1, "x", "me")
        await until(lambda: not parts.driver.live(1))
        ended = parts.store.rows("executions")[-1]
        assert (ended.phase, b"KeyError" in ended.error) == (ExecutionPhase.FAILED, True)
        assert [key for key, _ in parts.cancelled] == [1, 1], "its items run on"
        parts.succeed(2)
        await until(lambda: not parts.driver.live(2))
        await parts.driver.close()

    run(scenario)


def test_a_job_that_no_executor_takes_fails_its_node():
    async def scenario():
        parts = await opened()
        parts.refuse = True
        await parts.driver.create(new(), CLOSED)
        await until(lambda: not parts.driver.live(1))
        assert b"no room at all" in parts.store.rows("executions")[-1].error
        await parts.driver.close()

    run(scenario)


def test_who_comes_when_all_has_stopped_is_sent_away():
    async def scenario():
        parts = await opened()
        await parts.driver.create(new(), CLOSED)
        closed, closure_of = asyncio.Event(), parts.store.closure

        async def slow(digest):
            await closed.wait()
            return await closure_of(digest)

        parts.store.closure = slow
        parts.driver._graphs._kept.clear()
        creating = asyncio.ensure_future(parts.driver.create(new(2)))
        await asyncio.sleep(0)
        await parts.driver.close()
        closed.set()
        for late in (creating, parts.driver.terminate(1, "enough", "me")):
            with pytest.raises(TryAgain, match="stopping"):
                await asyncio.wait_for(late, 1)

    run(scenario)


def test_decks_are_passed_on_after_their_attempts_row_is_there():
    async def scenario():
        parts = await opened()
        await parts.driver.create(new(), CLOSED)
        deck = DeckPublished(attempt=parts.jobs[1, "n0", 0].attempt, revision=1)
        parts.report(deck)
        await until(lambda: parts.decks == [deck])
        assert parts.store.rows("nodes")[0].phase is NodePhase.QUEUED
        await parts.driver.close()

    run(scenario)


def test_a_deck_that_is_reported_with_its_attempts_end_is_told_of_before_it():
    async def scenario():
        parts = await opened()
        told = []
        parts.committed = lambda batch: told.extend(row.phase.terminal for row in batch.attempts)
        parts.deck_published = told.append
        await parts.driver.create(new(), CLOSED)
        deck = DeckPublished(attempt=parts.jobs[1, "n0", 0].attempt, revision=1)
        parts.report(deck)
        parts.succeed(1)
        await until(lambda: not parts.driver.live(1))
        assert told == [False, deck, True]
        await parts.driver.close()

    run(scenario)


@pytest.mark.parametrize(("queued", "small", "commits"), [(0, 0, 5), (1, 0, 5), (10, 0, 1), (10, 8, 5)])
def test_while_attempts_wait_for_slots_what_ends_is_gathered_but_for_small_executions(queued, small, commits):
    async def scenario():
        parts = await opened(gathering=1.0, quickest=0.05, small=small)  # an end comes each 0.1 seconds
        await asyncio.gather(*(parts.driver.create(new(key), CLOSED) for key in range(1, 6)))
        parts.capacity = lambda: Capacity(slots=7, busy=7, queued=queued)
        before = len(parts.store.batches)
        for key in range(1, 6):
            parts.succeed(key)
            await asyncio.sleep(0.1)
        await until(lambda: not any(parts.driver.live(key) for key in range(1, 6)))
        assert len(parts.store.batches) - before == commits
        await parts.driver.close()

    run(scenario)


def test_no_more_is_gathered_than_a_turn_takes():
    async def scenario():
        parts = await opened(gathering=1.0, quickest=1.0, small=0, events_per_turn=2)
        await asyncio.gather(*(parts.driver.create(new(key), CLOSED) for key in range(1, 4)))
        parts.capacity = lambda: Capacity(slots=7, busy=7, queued=1)
        for key in range(1, 4):
            parts.succeed(key)
        await asyncio.sleep(0.5)
        assert [parts.driver.live(key) for key in range(1, 4)] == [False, False, True]
        await parts.driver.close()

    run(scenario)


def timers_in_memory():
    gc.collect()
    return sum(isinstance(each, asyncio.TimerHandle) for each in gc.get_objects())


def test_a_timer_that_has_fired_is_forgotten():
    nap = task("nap", {"duration": DURATION}, {}, kind="core-sleep")
    naps = [node(f"n{at}", nap, [f"n{at - 1}"] if at else (), duration=timedelta(seconds=1)) for at in range(50)]
    closed = closure(workflow("w", naps), tasks=[nap])

    async def scenario():
        parts, before = await opened(), timers_in_memory()
        await parts.driver.create(new_execution(closed), closed)
        await until(lambda: any(row.node == "n49" for row in parts.store.rows("nodes")))
        assert timers_in_memory() - before < 10
        await parts.driver.close()

    run(scenario)


def test_what_the_last_turn_begins_is_closed_with_the_driver():
    class Children:
        async def start(self, child):
            await asyncio.Event().wait()

    other = plan(workflow("other", [], inputs={"a": INTEGER}))
    closed = closure(
        workflow("w", [node("n0", TASK, a=1), node("n1", other, ["n0"], a="n0.o0")]), tasks=[TASK], plans=[other]
    )

    async def scenario():
        parts, before = Parts(Store()), asyncio.all_tasks()
        await parts.driver.open(Children())
        await parts.driver.create(new_execution(closed), closed)
        parts.succeed(1)
        await parts.driver.close()
        await asyncio.sleep(0)
        assert parts.store.rows("nodes")[-1].node == "n1"
        assert asyncio.all_tasks() == before

    run(scenario)


def test_the_closure_of_a_single_task_is_kept_with_its_first_execution():
    async def scenario():
        parts = await opened()
        made = new()
        single = made._replace(task="p:d:plain:v1")
        await parts.driver.create(single, CLOSED)
        assert parts.store.batches[0].closures == {literals.digest(CLOSED): literals.to_bytes(CLOSED)}
        await parts.driver.close()

    run(scenario)


def test_a_closure_that_is_not_given_is_loaded():
    async def scenario():
        parts = await opened()
        await parts.driver.create(new())
        assert parts.driver.live(1)
        await parts.driver.close()

    run(scenario)


def test_a_kind_of_node_that_cannot_run_is_refused_at_once():
    template = workflow("w", [])
    template.nodes.append(mapped("n0", TASK, a=[[1]]))
    template.nodes[0].array_node.node.CopyFrom(mapped("inner", TASK, a=[1]))

    async def scenario():
        parts = await opened()
        array = closure(template, tasks=[TASK])
        with pytest.raises(Unsupported, match="w: node n0 maps a node of kind array over lists"):
            await parts.driver.create(new_execution(array, 1), array)
        assert not parts.driver.live(1)
        await parts.driver.close()

    run(scenario)


def test_after_close_nothing_is_accepted_and_what_was_reported_is_written():
    async def scenario():
        parts = await opened()
        await parts.driver.create(new(), CLOSED)
        parts.succeed(1)
        await parts.driver.close()
        assert parts.store.rows("executions")[-1].phase is ExecutionPhase.SUCCEEDED
        with pytest.raises(TryAgain, match="stopping"):
            await parts.driver.create(new(2), CLOSED)

    run(scenario)


def test_a_fault_of_the_driver_itself_is_told_to_whoever_keeps_it():
    async def scenario():
        parts = await opened()
        ending = asyncio.ensure_future(parts.driver.ended())

        def faulty(batch):
            raise RuntimeError("an observer that was never to raise")

        parts.committed = faulty
        creating = asyncio.ensure_future(parts.driver.create(new(), CLOSED))
        with pytest.raises(RuntimeError, match="never to raise"):
            await ending
        await parts.driver.close()
        with pytest.raises(TryAgain, match="stopping"):  # nobody is left waiting
            await creating

    run(scenario)


def test_a_driver_that_was_closed_has_ended_without_a_fault():
    async def scenario():
        parts = await opened()
        ending = asyncio.ensure_future(parts.driver.ended())
        await asyncio.sleep(1)
        assert not ending.done()
        await parts.driver.close()
        await ending

    run(scenario)


def test_capacity_is_the_executors():
    async def scenario():
        parts = await opened()
        assert parts.driver.capacity().slots == 7
        await parts.driver.close()

    run(scenario)


def test_the_queue_timeout_is_told_to_the_machine_in_seconds():
    async def scenario():
        parts = await opened(queue_timeout=90.5)
        await parts.driver.create(new(), CLOSED)
        await asyncio.sleep(90)
        assert parts.cancelled == []
        await until(lambda: parts.cancelled)
        assert "queue timeout [90.5s] expired" in parts.cancelled[0][1]
        await parts.driver.close()

    run(scenario)
