"""Timers are taken back with whatever they are about: an attempt, a gate, a wait for somebody else's outputs."""

from flyweight import literals
from flyweight.engine.jobs import Started, Succeeded
from tests.simulation.workflows import closure, gate, inputs_of, mapped, new_execution, node, task, workflow
from tests.unit.engine.driving import opened, run, until

SLOW = task("slow", timeout=3600)


def timers(parts):
    return len(parts.driver._live[1].timers)


def test_attempts_that_have_ended_leave_no_timers_behind():
    closed = closure(workflow("w", [mapped("n0", SLOW, a=list(range(40))), node("n1", SLOW, a=1)]), tasks=[SLOW])

    async def scenario():
        parts = await opened(queue_timeout=3600)
        await parts.driver.create(new_execution(closed), closed)
        for attempt in list(parts.executed):
            parts.report(Started(attempt=attempt, at=parts.driver._ports.clock.now()))
            if attempt.item != 7:
                parts.report(Succeeded(attempt=attempt, outputs=inputs_of(o0=1)))
        await until(lambda: [row.phase for row in parts.store.rows("nodes") if row.node == "n1"][-1].terminal)
        assert timers(parts) == 3
        await parts.driver.close()

    run(scenario)


def test_a_gate_that_was_answered_leaves_no_timer_behind():
    gates = [gate("g", signal="rate", timeout=3600), gate("h", signal="other", timeout=3600)]
    closed = closure(workflow("w", gates))

    async def scenario():
        parts = await opened()
        await parts.driver.create(new_execution(closed), closed)
        await until(lambda: timers(parts) == 2)
        await parts.driver.give_signal(1, "rate", literals.primitive(7))
        assert timers(parts) == 1
        await parts.driver.close()

    run(scenario)


def test_who_waits_for_somebody_elses_outputs_has_one_timer_and_leaves_none_behind():
    alone = task("alone", cached="1", serialize=True)
    closed = closure(
        workflow("w", [mapped("n0", alone, a=[1]), node("n1", alone, a=2), gate("g", sleep=3600)]), tasks=[alone]
    )

    async def scenario():
        parts = await opened()
        claim, others = parts.claim, True

        async def claimed(claims, *term):
            return ["another"] * len(claims) if others else await claim(claims, *term)

        parts.claim = claimed
        await parts.driver.create(new_execution(closed), closed)
        await until(lambda: len(parts.reads) > 10)
        assert timers(parts) == 3
        others = False
        await until(lambda: len(parts.executed) == 2)
        for attempt in parts.executed:
            parts.report(Succeeded(attempt=attempt, outputs=inputs_of(o0=1)))
        await until(lambda: timers(parts) == 1)
        await parts.driver.close()

    run(scenario)
