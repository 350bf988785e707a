"""What had not ended is read back in pieces, the first of which run meanwhile; what cannot be read holds up nobody."""

import asyncio
from dataclasses import replace

import pytest

from flyweight import literals
from flyweight.engine.driver import DriverSettings
from flyweight.engine.phases import ExecutionPhase
from flyweight.engine.records import LoadedExecution
from flyweight.errors import PreconditionFailed
from tests.simulation.workflows import closure, inputs_of, new_execution, node, plan, workflow
from tests.unit.engine.driving import CLOSED, Parts, Store, new, opened, run, until

OTHER = plan(workflow("other", []))


def test_large_values_stand_as_blobs_and_come_back_after_a_restart():
    async def scenario():
        parts = await opened(inline_limit=0)
        given = new()
        await parts.driver.create(given, CLOSED)
        node_row = parts.store.rows("nodes")[0]
        assert (node_row.inputs, parts.blobs[node_row.inputs_uri]) == (b"", literals.to_bytes(inputs_of(a=3)))
        store = Store()
        store.loaded = [
            LoadedExecution(
                new=given,
                execution=parts.store.rows("executions")[-1],
                nodes=(node_row,),
                attempts=tuple(parts.store.rows("attempts")),
            )
        ]
        again = Parts(store, DriverSettings(inline_limit=0))
        again.blobs = parts.blobs
        await again.driver.open()
        await until(lambda: (1, "n0", 1) in again.jobs)
        assert again.jobs[1, "n0", 1].inputs == inputs_of(a=3)
        again.succeed(1, 1)
        await until(lambda: not again.driver.live(1))
        assert again.blobs[store.rows("executions")[-1].outputs_uri] == literals.to_bytes(inputs_of(r=1))
        await again.driver.close()
        await parts.driver.close()

    run(scenario)


class SlowStore(Store):
    """Holds back what is loaded after the first executions."""

    def __init__(self, loaded):
        super().__init__()
        self.loaded, self.slow, self.pieces = loaded, asyncio.Event(), []

    async def load(self, keys):
        self.pieces.append(len(keys))
        if keys[0] != 1:
            await self.slow.wait()
        return await super().load(keys)


def rows_of(store):
    """Give what a store would load of the executions that it was told of."""
    created = {row.key: row for row in store.rows("new")}
    nodes, attempts = store.rows("nodes"), store.rows("attempts")
    return [
        LoadedExecution(
            new=created[row.key],
            execution=row,
            nodes=tuple(each for each in nodes if each.execution == row.key),
            attempts=tuple(each for each in attempts if each.execution == row.key),
        )
        for row in store.rows("executions")
    ]


async def reopening(count):
    """Give a driver that is taking up so many executions, of which it has loaded the first."""
    first = await opened()
    for key in range(1, count + 1):
        await first.driver.create(new(key), CLOSED)
    await first.driver.close()
    parts = Parts(SlowStore(rows_of(first.store)))
    return parts, asyncio.ensure_future(parts.driver.open())


def test_what_is_loaded_first_runs_while_the_rest_is_read():
    async def scenario():
        parts, opening = await reopening(100)
        await until(lambda: (1, "n0", 1) in parts.jobs)
        assert not opening.done()
        assert (100, "n0", 1) not in parts.jobs
        parts.store.slow.set()
        await opening
        await until(lambda: (100, "n0", 1) in parts.jobs)
        assert len(parts.jobs) == 100
        await parts.driver.close()

    run(scenario)


def test_large_executions_are_read_one_by_one():
    async def scenario():
        parts, opening = await reopening(5)
        counts = {1: 4_000, 2: 900, 3: 200, 4: 20_000, 5: 1}

        async def unfinished():
            return counts

        await opening
        parts.store.pieces, parts.store.unfinished = [], unfinished
        parts.store.slow.set()
        again = Parts(parts.store)
        await again.driver.open()
        assert parts.store.pieces == [2, 1, 1, 1]
        await again.driver.close()
        await parts.driver.close()

    run(scenario)


def test_who_asks_for_what_is_not_loaded_yet_waits_for_it():
    async def scenario():
        parts, opening = await reopening(100)
        stopping = asyncio.ensure_future(parts.driver.terminate(100, "enough", "me"))
        await asyncio.sleep(1)
        assert not stopping.done()
        parts.store.slow.set()
        await opening
        await stopping
        assert (100, "enough") in [(row.key, row.abort_cause) for row in parts.store.rows("executions")]
        with pytest.raises(PreconditionFailed):
            await parts.driver.terminate(101, "enough", "me")
        await parts.driver.close()

    run(scenario)


def test_an_execution_that_cannot_be_loaded_is_given_up_and_the_others_go_on():
    async def scenario():
        first = await opened()
        for key in (1, 2):
            await first.driver.create(new(key), CLOSED)
        store = Store()
        spoilt, fine = rows_of(first.store)
        store.loaded = [replace(spoilt, new=spoilt.new._replace(inputs_uri="memory://gone")), fine]
        parts = await opened(store)
        assert not parts.driver.live(1)
        assert store.batches[0].executions[0].phase is ExecutionPhase.FAILED
        assert b"could not go on" in store.batches[0].executions[0].error
        await until(lambda: (2, "n0", 1) in parts.jobs)
        await parts.driver.close()
        await first.driver.close()

    run(scenario)


def test_a_child_whose_parent_is_given_up_is_stopped_whenever_it_is_loaded():
    async def scenario():
        first = await opened()
        for key in range(1, 101):
            await first.driver.create(new(key), CLOSED)
        await first.driver.close()
        spoilt, *others = rows_of(first.store)
        store = Store()
        store.loaded = [replace(spoilt, new=spoilt.new._replace(inputs_uri="memory://gone")), *others]
        for child in (1, 99):
            made = store.loaded[child].new._replace(parent_execution=1, parent_node="n0")
            store.loaded[child] = replace(store.loaded[child], new=made)
        parts = await opened(store)
        await until(lambda: not (parts.driver.live(2) or parts.driver.live(100)))
        ended = {row.key: row for row in store.rows("executions")}
        assert {ended[key].phase for key in (2, 100)} == {ExecutionPhase.ABORTED}
        assert "parent" in ended[2].abort_cause
        assert parts.driver.live(3)
        await parts.driver.close()

    run(scenario)


class UnderWay:
    """Says of every child that it is under way."""

    def __init__(self):
        self.asked = []

    async def start(self, child):
        self.asked.append(child.name)


def test_a_parent_that_runs_already_hears_of_a_child_that_is_given_up():
    launches = closure(workflow("w", [node("n0", OTHER)]), plans=[OTHER])

    async def scenario():
        children = UnderWay()
        first = Parts(Store())
        await first.driver.open(children)
        await first.driver.create(new_execution(launches, 1), launches)
        await first.driver.close()
        (parent,) = rows_of(first.store)
        children.asked.clear()
        plain = [replace(parent, new=new(key)) for key in range(2, 100)]
        parts = Parts(SlowStore([parent, *plain]))
        parts.driver._graphs.build(parent.new.closure_digest, launches)
        opening = asyncio.ensure_future(parts.driver.open(children))
        await until(lambda: children.asked)
        named = {"name": children.asked[0], "parent_execution": 1, "parent_node": "n0", "inputs_uri": "memory://gone"}
        parts.store.loaded[-1] = replace(plain[-1], new=plain[-1].new._replace(**named))
        parts.store.slow.set()
        await opening
        await until(lambda: not parts.driver.live(1))
        ended = [row for row in parts.store.rows("executions") if row.key == 1][-1]
        assert ended.phase is ExecutionPhase.FAILED
        assert b"could not go on" in ended.error
        await parts.driver.close()

    run(scenario)
