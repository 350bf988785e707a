"""Cached items of a map: each is asked for, taken from the catalog or run, and kept with its success."""

from flyteidl.admin import node_execution_pb2
from flyteidl.core import catalog_pb2, identifier_pb2, types_pb2

from flyweight import literals
from flyweight.engine import machine
from flyweight.engine.catalog import CacheClaimed, CacheDue, CacheHit, CacheMiss
from flyweight.engine.items import INLINE
from flyweight.engine.machine.restore import large_values
from flyweight.engine.phases import ExecutionPhase
from flyweight.protocol.items_pb2 import MapProgress
from flyweight.services.items import Item
from tests.simulation.stepping import Run, everything
from tests.simulation.workflows import INTEGER, STRING, inputs_of, layout, mapped, node, task, workflow

LIST = types_pb2.LiteralType(collection_type=INTEGER)
CACHED = task("cached", cached="1")
SERIAL = task("serial", cached="1", serialize=True, retries=1)
EARLIER = identifier_pb2.TaskExecutionIdentifier(
    node_execution_id=identifier_pb2.NodeExecutionIdentifier(
        node_id="n7-n3", execution_id=identifier_pb2.WorkflowExecutionIdentifier(name="earlier")
    )
)


def run(runs=CACHED, **spec):
    template = workflow("w", [mapped("n0", runs, a=[4, 5])], outputs={"r": LIST}, results={"r": "n0.o0"})
    return Run(template, tasks=[runs], **spec)


def hit(item, value):
    source = identifier_pb2.TaskExecutionIdentifier()
    return CacheHit(node="n0", item=item, outputs=inputs_of(o0=value), source=source)


def miss(item):
    return CacheMiss(node="n0", item=item, reason="nothing is kept")


def outputs(run):
    return [literals.primitive_value(item) for item in run.state.outputs.literals["r"].collection.literals]


def test_hits_and_runs_together_make_the_maps_outputs():
    made = run()
    assert (sorted(made.questions), made.jobs) == (["n0-n0", "n0-n1"], {})
    made.tell(hit(0, 16))
    made.tell(miss(1))
    assert list(made.jobs) == [("n0-n1", 0)]
    made.succeed("n0-n1", o0=25)
    assert outputs(made) == [16, 25]
    [entry] = made.state.changed.item_entries
    assert (entry.key, literals.map_from_bytes(entry.outputs)) == (made.questions["n0-n1"].key, inputs_of(o0=25))
    source = identifier_pb2.TaskExecutionIdentifier.FromString(entry.source)
    assert source.node_execution_id.node_id == "n0-n1"


def test_answers_that_come_twice_or_too_late_change_nothing():
    made = run()
    made.tell(hit(0, 16))
    made.tell(miss(1))
    for late in (hit(0, 1), miss(1), CacheClaimed(node="n0", item=1, owner="x"), CacheDue(node="n0", item=1)):
        made.tell(late)
    assert list(made.jobs) == [("n0-n1", 0)]


def test_who_overwrites_the_cache_runs_them_all_and_keeps_them():
    made = run(overwrite_cache=True)
    assert (made.questions, len(made.jobs)) == ({}, 2)
    made.succeed("n0-n0", o0=1)
    assert len(made.state.changed.item_entries) == 1


def test_what_is_asked_for_is_stopped_at_once():
    made = run()
    made.tell(machine.Terminate(cause="enough"))
    assert made.state.phase is ExecutionPhase.ABORTED
    assert made.cancelled == []


def test_after_a_restart_they_are_asked_for_again():
    made = run()
    made.tell(hit(0, 16))
    made.questions.clear()
    made.restart()
    assert list(made.questions) == ["n0-n1"]
    made.tell(hit(1, 25))
    assert outputs(made) == [16, 25]


def test_an_item_waits_for_others_outputs_and_lets_go_of_its_claim():
    made = run(SERIAL)
    assert made.questions["n0-n1"].claim == "execution e1 (p/d), node n0-n1"
    made.tell(CacheClaimed(node="n0", item=1, owner="somebody"))
    [due] = made.timers
    made.questions.clear()
    made.tell(due.event)
    assert list(made.questions) == ["n0-n1"]
    made.tell(miss(0))
    made.fail("n0-n0", kind="RECOVERABLE")
    made.tell(miss(0))
    made.succeed("n0-n0", 1, o0=1)
    assert "n0-n0" in made.released
    assert len(everything(made.state).nodes) == 1


def test_an_item_that_held_a_claim_asks_anew_before_it_is_tried_again():
    made = run(SERIAL)
    made.tell(miss(0))
    made.questions.clear()
    made.fail("n0-n0", kind="RECOVERABLE")
    assert (made.released, list(made.questions)) == (["n0-n0"], ["n0-n0"])
    assert ("n0-n0", 1) not in made.jobs


def test_without_a_claim_an_item_asks_once_for_all_its_attempts():
    made = run(task("stubborn", cached="1", retries=1))
    made.tell(miss(0))
    made.questions.clear()
    made.fail("n0-n0", kind="RECOVERABLE")
    assert (made.questions, ("n0-n0", 1) in made.jobs) == ({}, True)


def test_an_item_takes_its_place_last_and_who_waits_has_none():
    template = workflow(
        "w",
        [mapped("n0", SERIAL, a=[4, 5]), node("n1", SERIAL, a=4)],
        outputs={"r": LIST},
        results={"r": "n0.o0"},
    )
    made = Run(template, tasks=[SERIAL], max_parallelism=1)
    assert (set(made.questions), made.state.open_attempts) == ({"n0-n0", "n0-n1", "n1"}, 0)
    made.tell(CacheClaimed(node="n0", item=0, owner="e1/n1"))
    made.tell(miss(1))
    made.tell(CacheMiss(node="n1", reason="nothing is kept"))
    assert (list(made.jobs), made.state.open_attempts) == ([("n0-n1", 0)], 1)
    made.succeed("n0-n1", o0=25)
    assert list(made.jobs) == [("n0-n1", 0), ("n1", 0)]
    made.succeed("n1", o0=16)
    made.tell(hit(0, 16))
    assert (outputs(made), made.state.open_attempts) == ([16, 25], 0)


def test_an_item_that_is_held_back_is_there_after_a_restart_and_ends_at_once_with_its_map():
    made = Run(workflow("w", [mapped("n0", SERIAL, a=[4, 5])]), tasks=[SERIAL], max_parallelism=1)
    made.tell(miss(0))
    made.tell(miss(1))
    assert (list(made.jobs), made.state.nodes["n0"].items.held) == ([("n0-n0", 0)], [1])
    made.restart()
    made.tell(miss(0))
    made.tell(miss(1))
    assert list(made.jobs) == [("n0-n0", 0), ("n0-n0", 1)]
    made.tell(machine.Terminate(cause="enough"))
    assert made.state.nodes["n0"].items.open == {0}
    made.stopped("n0-n0", 1)
    assert made.state.phase is ExecutionPhase.ABORTED


def seen(run, item):
    owner = next(row for row in everything(run.state).nodes if row.node == "n0")
    chunk, _ = run.state.nodes["n0"].items.find(item)
    return Item(owner=owner, index=item, chunk=chunk, layout=layout(run.new)).node()


def test_an_item_says_what_the_catalog_had_and_its_map_how_often():
    made = run(task("cached", cached="1", deck=True))
    made.tell(CacheHit(node="n0", item=0, outputs=inputs_of(o0=16), source=EARLIER))
    made.tell(miss(1))
    hit, missed = seen(made, 0), seen(made, 1)
    found = node_execution_pb2.TaskNodeMetadata.FromString(hit.cache)
    assert (found.cache_status, found.catalog_key.source_task_execution) == (catalog_pb2.CACHE_HIT, EARLIER)
    assert found.catalog_key.dataset_id.name == "flyte_task-cached"
    assert found.catalog_key.artifact_tag.artifact_id == made.questions["n0-n0"].key.inputs
    assert (hit.reason, hit.deck_uri) == ("its outputs are those of execution earlier, node n7-n3", "")
    assert (missed.reason, missed.deck_uri.endswith("/deck.html")) == ("nothing is kept", True)
    row = next(row for row in everything(made.state).nodes if row.node == "n0")
    assert (MapProgress.FromString(row.detail).cached, row.reason) == (1, "1 of 2 items succeeded (1 from the cache)")
    made.succeed("n0-n1")
    assert made.state.phase is ExecutionPhase.SUCCEEDED


def test_who_waits_for_others_says_for_whom():
    made = run(SERIAL)
    made.tell(CacheClaimed(node="n0", item=1, owner="somebody"))
    assert seen(made, 1).reason == "waits for the outputs of somebody, which runs the same with the same inputs"


def test_large_outputs_are_kept_where_they_stand():
    runs = task("wordy", {"a": INTEGER}, {"o0": STRING}, cached="1")
    made = Run(workflow("w", [mapped("n0", runs, a=[4, 5])]), tasks=[runs])
    made.tell(miss(0))
    made.succeed("n0-n0", o0="x" * (INLINE + 1))
    [entry], [(place, _)] = made.state.changed.item_entries, made.state.changed.uploads
    assert (entry.outputs, entry.outputs_uri) == (b"", place)


def test_items_that_are_not_cached_ask_nobody():
    made = run(task("plain"))
    assert (made.questions, len(made.jobs)) == ({}, 2)
    assert not made.state.nodes["n0"].items.chunks[0].lookups


def test_large_outputs_that_are_found_are_not_written_again():
    made = run()
    made.tell(miss(1))
    large = inputs_of(o0="x" * (INLINE + 1))
    at = "file://earlier/outputs.pb"
    made.tell(CacheHit(node="n0", item=0, outputs=large, outputs_uri=at, source=EARLIER))
    assert made.state.changed.uploads == []
    assert large_values(made.loaded(), layout(made.new)) == [at]
    made.restart()
    made.succeed("n0-n1", 1, o0="y")
    assert outputs(made) == ["x" * (INLINE + 1), "y"]
