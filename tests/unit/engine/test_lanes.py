"""Small executions beside large ones: neither waits for more than a bounded share of the other."""

import asyncio

from flyweight.engine.jobs import DeckPublished, Succeeded
from flyweight.engine.phases import ExecutionPhase
from flyweight.engine.ports import Capacity
from flyweight.ids import AttemptId
from tests.simulation.workflows import INTEGER, closure, inputs_of, new_execution, node, workflow
from tests.unit.engine.driving import CLOSED, TASK, new, opened, run, until

GIANT, WIDTH = 100, 60
WIDE = closure(
    workflow("wide", [node(f"n{at}", TASK, a=".x") for at in range(WIDTH)], inputs={"x": INTEGER}), tasks=[TASK]
)


async def beside_a_giant(**settings):
    """Have a giant run with all of its attempts open, and a small execution beside it."""
    parts = await opened(**settings)
    await parts.driver.create(new_execution(WIDE, GIANT, inputs_of(x=1)), WIDE)
    await until(lambda: len(parts.jobs) == WIDTH)
    await parts.driver.create(new(), CLOSED)
    parts.store.batches.clear()
    return parts


def flood(parts, nodes=range(WIDTH)):
    """Have many of a giant's attempts end at the same moment."""
    for at in nodes:
        parts.report(Succeeded(attempt=AttemptId(GIANT, f"n{at}", 0), outputs=inputs_of(o0=1)))


def written(parts):
    """The executions whose nodes each commit has, in order."""
    return [{row.execution for row in batch.nodes} for batch in parts.store.batches if batch.nodes]


def test_reports_that_come_together_are_told_apart_by_execution():
    async def scenario():
        parts = await beside_a_giant(reports_per_event=8)
        ends = [Succeeded(attempt=AttemptId(GIANT, f"n{at}", 0), outputs=inputs_of(o0=1)) for at in range(WIDTH)]
        ends.insert(20, Succeeded(attempt=parts.jobs[1, "n0", 0].attempt, outputs=inputs_of(o0=1)))
        parts.report(*ends)
        assert [len(lane.inbox) for lane in parts.driver._lanes] == [1, 3 + 5]
        await until(lambda: not (parts.driver.live(1) or parts.driver.live(GIANT)))
        assert {row.phase for row in parts.store.rows("executions")[-2:]} == {ExecutionPhase.SUCCEEDED}
        await parts.driver.close()

    run(scenario)


def test_reports_that_come_together_make_a_turns_worth_by_their_number():
    async def scenario():
        parts = await beside_a_giant(gathering=100.0, quickest=100.0, events_per_turn=WIDTH)
        parts.capacity = lambda: Capacity(slots=7, busy=7, queued=1)
        parts.report(
            *(Succeeded(attempt=AttemptId(GIANT, f"n{at}", 0), outputs=inputs_of(o0=1)) for at in range(WIDTH))
        )
        await asyncio.sleep(1)
        assert not parts.driver.live(GIANT)
        await parts.driver.close()

    run(scenario)


def test_a_small_execution_waits_for_neither_the_turn_nor_the_commit_of_a_giant():
    async def scenario():
        parts = await beside_a_giant(events_per_turn=1000)
        commit, stuck = parts.store.commit, asyncio.Event()

        async def slow_for_giants(batch):
            if any(row.execution == GIANT for row in batch.nodes):
                await stuck.wait()
            await commit(batch)

        parts.store.commit = slow_for_giants
        flood(parts)
        parts.succeed(1)
        await until(lambda: not parts.driver.live(1))
        await parts.driver.create(new(2), CLOSED)  # nor does one that begins now
        assert written(parts) == [{1}, {2}]
        stuck.set()
        await until(lambda: not parts.driver.live(GIANT))
        assert parts.store.rows("executions")[-1].phase is ExecutionPhase.SUCCEEDED
        await parts.driver.close()

    run(scenario)


def test_among_large_executions_a_flood_delays_an_event_by_one_of_its_own():
    async def scenario():
        parts = await beside_a_giant(small=0, events_per_turn=2)
        flood(parts)
        parts.succeed(1)
        await until(lambda: not parts.driver.live(GIANT))
        assert written(parts)[0] == {GIANT, 1}
        await parts.driver.close()

    run(scenario)


def test_a_giant_is_not_starved_by_many_small_ones():
    async def scenario():
        parts = await beside_a_giant()

        flood(parts)
        for key in range(2, 100):
            await parts.driver.create(new(key), CLOSED)
            parts.succeed(key)
        await until(lambda: not parts.driver.live(99))
        ended = [row.key for row in parts.store.rows("executions") if row.phase.terminal]
        assert ended.index(GIANT) < ended.index(99)
        await parts.driver.close()

    run(scenario)


def test_one_whose_events_pile_up_is_small_no_more():
    async def scenario():
        parts = await beside_a_giant(events_per_turn=3)
        await parts.driver.create(new_execution(WIDE, 7, inputs_of(x=1), max_parallelism=4), WIDE)
        parts.store.batches.clear()
        for _ in range(20):
            parts.report(DeckPublished(attempt=AttemptId(7, "n0", 0), revision=1))
        assert parts.driver._live[7].lane is parts.driver._large
        parts.succeed(7)
        await until(lambda: written(parts))
        assert len(parts.decks) == 20
        await parts.driver.close()

    run(scenario)
