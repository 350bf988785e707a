"""Cached tasks: asked for before the first attempt, kept with the success, claimed while they are computed."""

import asyncio

import pytest
from flyteidl.core import catalog_pb2, identifier_pb2

from flyweight import literals
from flyweight.engine import machine
from flyweight.engine.catalog import CacheClaimed, CacheDue, CacheHit, CacheMiss, Claim
from flyweight.engine.graph import index_closure
from flyweight.engine.jobs import Cancelled
from flyweight.engine.phases import ExecutionPhase, NodePhase
from flyweight.engine.records import CacheRecord
from tests.simulation.stepping import SECOND, Run, everything
from tests.simulation.workflows import INTEGER, closure, inputs_of, new_execution, node, task, workflow
from tests.unit.engine.driving import opened, run, until

SOURCE = identifier_pb2.TaskExecutionIdentifier(
    node_execution_id=identifier_pb2.NodeExecutionIdentifier(
        node_id="n7", execution_id=identifier_pb2.WorkflowExecutionIdentifier(name="earlier")
    )
)
HIT = CacheHit(node="n0", outputs=inputs_of(o0=9), source=SOURCE)
MISS = CacheMiss(node="n0", reason="input a differs")


def graph(runs):
    return workflow(
        "w", [node("n0", runs, a=".x")], inputs={"x": INTEGER}, outputs={"r": INTEGER}, results={"r": "n0.o0"}
    )


def single(*, serialize=False, spec=None, **settings):
    runs = task("cached", cached="1", serialize=serialize, **settings)
    return Run(graph(runs), tasks=[runs], inputs=inputs_of(x=3), **(spec or {}))


def row(run):
    return next(found for found in everything(run.state).nodes if found.node == "n0")


def status(run):
    return run.state.nodes["n0"].cache.cache_status


def test_a_large_hit_points_at_what_its_maker_has_written():
    run = single()
    run.tell(CacheHit(node="n0", outputs=inputs_of(o0=9), outputs_uri="file://earlier/outputs.pb", source=SOURCE))
    assert (row(run).outputs, row(run).outputs_uri) == (b"", "file://earlier/outputs.pb")
    assert run.state.outputs == inputs_of(r=9)


def test_a_hit_succeeds_without_an_attempt_and_names_who_made_it():
    run = single(deck=True)
    assert (run.jobs, run.questions["n0"].claim) == ({}, "")
    run.tell(HIT)
    assert run.state.phase is ExecutionPhase.SUCCEEDED
    assert run.state.outputs == inputs_of(r=9)
    found = run.state.nodes["n0"]
    assert (found.attempts, found.cache.cache_status) == ([], catalog_pb2.CACHE_HIT)
    assert found.cache.catalog_key.source_task_execution == SOURCE
    assert found.cache.catalog_key.dataset_id.name == "flyte_task-cached"
    assert "execution earlier, node n7" in found.reason
    assert row(run).deck_uri == ""
    assert run.state.changed.entries == {}


def test_a_miss_runs_and_what_it_gives_is_kept_with_the_success():
    run = single()
    run.tell(MISS)
    assert (status(run), row(run).reason) == (catalog_pb2.CACHE_MISS, "input a differs")
    run.succeed("n0", o0=4)
    assert status(run) == catalog_pb2.CACHE_POPULATED
    [entry] = everything(run.state).entries
    assert (entry.key, literals.map_from_bytes(entry.outputs)) == (run.questions["n0"].key, inputs_of(o0=4))
    made = identifier_pb2.TaskExecutionIdentifier.FromString(entry.source)
    assert (made.task_id.name, made.node_execution_id.execution_id.name) == ("cached", "e1")
    assert run.state.phase is ExecutionPhase.SUCCEEDED


def test_a_failure_keeps_nothing():
    run = single()
    run.tell(MISS)
    run.fail("n0")
    assert (status(run), everything(run.state).entries) == (catalog_pb2.CACHE_MISS, [])


def test_a_catalog_that_cannot_be_read_costs_a_run():
    run = single()
    run.tell(CacheMiss(node="n0", reason="no disk", failed=True))
    assert status(run) == catalog_pb2.CACHE_LOOKUP_FAILURE
    run.succeed("n0")
    assert status(run) == catalog_pb2.CACHE_POPULATED


def test_who_overwrites_the_cache_does_not_ask_and_keeps_what_it_gets():
    run = single(spec={"overwrite_cache": True})
    assert (run.questions, status(run)) == ({}, catalog_pb2.CACHE_SKIPPED)
    run.succeed("n0", o0=5)
    assert status(run) == catalog_pb2.CACHE_POPULATED
    assert len(everything(run.state).entries) == 1


def test_answers_that_come_twice_or_too_late_change_nothing():
    run = single(serialize=True)
    run.tell(MISS)
    for late in (MISS, HIT, CacheClaimed(node="n0", owner="x"), CacheDue(node="n0")):
        assert run.tell(late) == []
    run.tell(machine.Terminate(cause="enough"))
    run.stopped("n0")
    assert run.phase("n0") is NodePhase.ABORTED


def test_one_that_is_stopped_before_the_answer_lets_go_of_what_it_may_have_claimed():
    run = single(serialize=True)
    run.tell(machine.Terminate(cause="enough"))
    assert run.state.phase is ExecutionPhase.ABORTED
    run.released.clear()
    run.tell(MISS)
    assert run.released == ["n0"]


def test_the_question_is_asked_again_after_a_restart_and_not_once_it_was_answered():
    run = single()
    run.questions.clear()
    run.tell(machine.Restarted())
    assert "n0" in run.questions
    run.tell(MISS)
    run.questions.clear()
    run.tell(machine.Restarted())
    assert (run.questions, list(run.jobs)) == ({}, [("n0", 0), ("n0", 1)])


def test_one_that_waits_for_anothers_outputs_asks_again_and_takes_them():
    run = single(serialize=True)
    assert run.questions.pop("n0").claim == "execution e1 (p/d), node n0"
    run.tell(CacheClaimed(node="n0", owner="execution e9 (p/d), node n0"))
    assert "waits for the outputs of execution e9" in row(run).reason
    [due] = run.timers
    run.tell(due.event)
    assert run.questions.pop("n0").claim
    run.tell(HIT)
    assert run.state.phase is ExecutionPhase.SUCCEEDED


def test_a_claim_is_let_go_of_when_the_node_ends_and_asked_for_again_after_a_restart():
    run = single(serialize=True, retries=1)
    run.tell(MISS)
    run.fail("n0", kind="RECOVERABLE")
    assert run.released == []
    run.questions.clear()
    run.tell(machine.Restarted())
    assert run.questions["n0"].claim
    run.succeed("n0", 2)
    assert run.released == ["n0"]


def test_a_node_that_asks_takes_no_place_of_max_parallelism():
    plain, cached = task("plain"), task("cached", cached="1")
    nodes = [node("n0", cached, a=".x"), node("n1", plain, a=".x"), node("n2", plain, a=".x")]
    made = workflow("w", nodes, inputs={"x": INTEGER}, outputs={"r": INTEGER}, results={"r": "n0.o0"})
    run = Run(made, tasks=[plain, cached], inputs=inputs_of(x=3), max_parallelism=1)
    assert list(run.jobs) == [("n1", 0)]
    run.tell(MISS)
    run.succeed("n1")
    assert list(run.jobs) == [("n1", 0), ("n0", 0)]


# The driver's part: all questions of a moment are one read, and claims live as long as their nodes.

CACHED = task("cached", cached="1")
SERIAL = task("serial", cached="1", serialize=True)
PLAIN, ALONE = closure(graph(CACHED), tasks=[CACHED]), closure(graph(SERIAL), tasks=[SERIAL])


def entry(key, outputs_uri="", **outputs):
    data = b"" if outputs_uri else literals.to_bytes(inputs_of(**outputs))
    return CacheRecord(key=key, outputs=data, outputs_uri=outputs_uri, source=literals.to_bytes(SOURCE), created_at=1)


def key_of(closed):
    graph = index_closure("digest", closed).primary
    return graph.nodes[graph.index["n0"]].cache.key(inputs_of(a=3))


async def start(parts, closed, *keys):
    for key in keys:
        await parts.driver.create(new_execution(closed, key, inputs_of(x=3)), closed)


def last(parts, key, kind="nodes"):
    return [found for found in parts.store.rows(kind) if getattr(found, "execution", key) == key][-1]


def test_all_that_is_asked_at_once_is_one_read():
    async def scenario():
        parts = await opened(breath_things=8)  # so that a piece of a turn asks it all
        parts.entries[key_of(PLAIN)] = entry(key_of(PLAIN), o0=9)
        await asyncio.gather(*(start(parts, PLAIN, key) for key in range(1, 9)))
        await until(lambda: sum(found.phase.terminal for found in parts.store.rows("executions")) == 8)
        assert [len(keys) for keys in parts.reads] == [8]
        assert parts.jobs == {}

    run(scenario)


@pytest.mark.parametrize("outputs_uri", ["", "memory://gone/outputs.pb"])
def test_outputs_that_are_gone_are_a_miss(outputs_uri):
    async def scenario():
        parts = await opened()
        key = key_of(PLAIN)
        kept = entry(key, outputs_uri, o0=9)
        if not outputs_uri:
            file = literals.primitive(1)
            file.Clear()
            file.scalar.blob.uri = "memory://gone/file"
            kept = CacheRecord(
                key=key, outputs=literals.to_bytes(literals.literal_map({"o0": file})), source=kept.source, created_at=1
            )
        parts.entries[key] = kept
        await start(parts, PLAIN, 1)
        await until(lambda: parts.jobs)
        assert last(parts, 1).reason == "the outputs of execution earlier, node n7 are not there any more"
        parts.succeed(1)
        await until(lambda: parts.store.rows("entries"))

    run(scenario)


def test_a_catalog_that_raises_is_a_failed_lookup():
    async def scenario():
        parts = await opened()
        parts.look_up = None  # not callable: whatever it is, the task runs
        await start(parts, PLAIN, 1)
        await until(lambda: parts.jobs)
        assert "the catalog could not be read" in last(parts, 1).reason

    run(scenario)


def test_of_two_that_compute_the_same_one_waits_and_takes_the_others_outputs():
    async def scenario():
        parts = await opened()
        await start(parts, ALONE, 1)
        await until(lambda: parts.jobs)
        await start(parts, ALONE, 2)
        await until(lambda: "waits for" in last(parts, 2).reason)
        assert len(parts.jobs) == 1
        parts.entries[key_of(ALONE)] = entry(key_of(ALONE), o0=1)
        parts.succeed(1)
        await until(lambda: last(parts, 2).phase is NodePhase.SUCCEEDED)
        assert (len(parts.jobs), parts.claims) == (1, {})

    run(scenario)


def test_one_that_was_stopped_while_it_claimed_leaves_no_claim_behind():
    async def scenario():
        parts = await opened()
        claims, claiming, go_on = parts.claim, asyncio.Event(), asyncio.Event()

        async def slowly(*asked):
            claiming.set()
            await go_on.wait()
            return await claims(*asked)

        parts.claim = slowly
        await start(parts, ALONE, 1)
        await claiming.wait()
        await parts.driver.terminate(1, "enough", "me")
        await until(lambda: not parts.driver.live(1))
        go_on.set()
        await start(parts, ALONE, 2)
        await until(lambda: parts.jobs)
        assert list(parts.claims.values()) == ["execution e2 (p/d), node n0"]

    run(scenario)


def test_when_the_one_fails_the_other_computes():
    async def scenario():
        parts = await opened()
        await start(parts, ALONE, 1)
        await until(lambda: parts.jobs)
        await start(parts, ALONE, 2)
        await until(lambda: "waits for" in last(parts, 2).reason)
        began = asyncio.get_running_loop().time()
        await parts.driver.terminate(1, "enough", "me")
        await until(lambda: parts.cancelled)
        parts.report(Cancelled(attempt=parts.jobs[1, "n0", 0].attempt, ended_at=1))
        await until(lambda: len(parts.jobs) == 2)
        assert asyncio.get_running_loop().time() - began < 1  # told at once, not at its next look
        assert list(parts.claims.values()) == ["execution e2 (p/d), node n0"]

    run(scenario)


def test_claims_are_prolonged_while_their_nodes_run():
    async def scenario():
        parts = await opened()
        await start(parts, ALONE, 1)
        await until(lambda: parts.jobs)
        await asyncio.sleep(25)
        assert [round((term - parts.terms[0]) / SECOND) for term in parts.terms] == [0, 10, 20]
        parts.succeed(1)
        await asyncio.sleep(30)
        assert len(parts.terms) == 3
        assert parts.claims == {}

    run(scenario)


def test_who_dies_lets_others_compute_when_its_claim_runs_out():
    async def scenario():
        parts = await opened()
        parts.claims[key_of(ALONE)] = "execution dead (p/d), node n0"
        await start(parts, ALONE, 1)
        await until(lambda: "waits for the outputs of execution dead" in last(parts, 1).reason)
        await parts.release([Claim(key=key_of(ALONE), owner="it ran out")])
        await until(lambda: parts.jobs)

    run(scenario)
