"""Cached items of a map: each is asked for, taken from the catalog or run, and kept with its success."""

from flyteidl.core import identifier_pb2, types_pb2

from flyweight import literals
from flyweight.engine import machine
from flyweight.engine.catalog import CacheClaimed, CacheDue, CacheHit, CacheMiss
from flyweight.engine.phases import ExecutionPhase
from tests.simulation.stepping import Run, everything
from tests.simulation.workflows import INTEGER, inputs_of, mapped, task, workflow

LIST = types_pb2.LiteralType(collection_type=INTEGER)
CACHED = task("cached", cached="1")
SERIAL = task("serial", cached="1", serialize=True, retries=1)


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
    made.succeed("n0-n0", 1, o0=1)
    assert "n0-n0" in made.released
    assert len(everything(made.state).nodes) == 1
