"""What cannot be written: a full disk is waited for, and rows that can never be written are one execution's trouble."""

import asyncio

import pytest

from flyweight.engine.phases import ExecutionPhase, NodePhase
from flyweight.errors import AlreadyExists, StorageFailed, TryAgain
from tests.unit.engine.driving import CLOSED, new, opened, run, until


def test_a_full_disk_fails_creation_cleanly_and_loses_nothing_else():
    async def scenario():
        parts = await opened(patience=5.0)
        await parts.driver.create(new(1), CLOSED)
        parts.store.errors = [TryAgain("disk full")] * 12
        parts.succeed(1)
        with pytest.raises(TryAgain, match="nothing was started"):
            await parts.driver.create(new(2), CLOSED)
        assert not parts.driver.live(2)
        await until(lambda: not parts.driver.live(1))
        assert {row.name for row in parts.store.rows("new")} == {"e1"}
        assert {row.execution for row in parts.store.rows("nodes")} == {1}
        assert (2, "n0", 0) not in parts.jobs
        await parts.driver.create(new(2), CLOSED)
        await parts.driver.close()

    run(scenario)


def test_who_comes_while_a_full_disk_holds_up_a_turn_is_told_so():
    async def scenario():
        parts = await opened(patience=5.0)
        await parts.driver.create(new(1), CLOSED)
        parts.store.errors = [TryAgain("disk full")] * 12
        parts.succeed(1)
        await asyncio.sleep(1)  # virtual: the turn without a caller is being tried by now
        with pytest.raises(TryAgain, match="disk full"):
            await parts.driver.create(new(2), CLOSED)
        await until(lambda: not parts.driver.live(1))
        assert {row.name for row in parts.store.rows("new")} == {"e1"}
        await parts.driver.create(new(2), CLOSED)
        await parts.driver.close()

    run(scenario)


def test_a_name_that_is_taken_fails_that_creation_alone():
    async def scenario():
        parts = await opened()
        parts.store.taken.add("e2")
        parts.store.gate.clear()
        creating = [asyncio.ensure_future(parts.driver.create(new(key), CLOSED)) for key in (1, 2, 3)]
        await asyncio.sleep(1)
        parts.store.gate.set()
        outcomes = await asyncio.gather(*creating, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [type(None), AlreadyExists, type(None)]
        assert [parts.driver.live(key) for key in (1, 2, 3)] == [True, False, True]
        assert {key for key, _, _ in parts.jobs} == {1, 3}
        await parts.driver.close()

    run(scenario)


@pytest.mark.parametrize("ever", [False, True], ids=["while it succeeds", "however it ends"])
def test_rows_that_can_never_be_written_fail_their_own_execution_alone(ever):
    async def scenario():
        parts = await opened()
        for key in (1, 2, 3):
            await parts.driver.create(new(key), CLOSED)
        parts.store.poison = lambda row: row.execution == 2 and (ever or row.phase is NodePhase.SUCCEEDED)
        for key in (1, 2, 3):
            parts.succeed(key)
        await until(lambda: not any(parts.driver.live(key) for key in (1, 2, 3)))
        last = {row.key: row for row in parts.store.rows("executions")}
        assert [last[key].phase.name for key in (1, 2, 3)] == ["SUCCEEDED", "FAILED", "SUCCEEDED"]
        assert b"a row that no database takes" in last[2].error
        open_nodes = {row.execution: row.phase.terminal for row in parts.store.rows("nodes")}
        assert open_nodes == {1: True, 2: not ever, 3: True}
        await parts.driver.create(new(4), CLOSED)
        await parts.driver.close()

    run(scenario)


def test_a_creation_that_can_never_be_written_is_refused_alone():
    async def scenario():
        parts = await opened()
        parts.store.poison = lambda row: row.execution == 2
        creating = [asyncio.ensure_future(parts.driver.create(new(key), CLOSED)) for key in (1, 2, 3)]
        outcomes = await asyncio.gather(*creating, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [type(None), StorageFailed, type(None)]
        assert not parts.driver.live(2)
        await parts.driver.close()

    run(scenario)


def test_a_store_that_fails_for_everybody_fails_nobody():
    async def scenario():
        parts = await opened()
        await parts.driver.create(new(1), CLOSED)
        parts.store.errors = [StorageFailed("disk I/O error")] * 12
        parts.succeed(1)
        await until(lambda: not parts.driver.live(1))
        assert parts.store.rows("executions")[-1].phase is ExecutionPhase.SUCCEEDED
        await parts.driver.close()

    run(scenario)
