"""An execution that recovers another: what succeeded there is taken over, the rest runs, one node may run again."""

import asyncio

import pytest
from flyteidl.admin import execution_pb2
from flyteidl.core import literals_pb2, types_pb2

from flyweight import literals
from flyweight.engine import machine
from flyweight.engine.catalog import CacheMiss
from flyweight.engine.children import ChildEnded
from flyweight.engine.graph import index_closure
from flyweight.engine.jobs import Succeeded
from flyweight.engine.machine.turn import user_error
from flyweight.engine.phases import ExecutionPhase, NodePhase
from flyweight.engine.recollecting import Recollecting
from flyweight.ids import AttemptId, ExecutionKey
from flyweight.semantics.rerun import RERUN_NODE
from tests.simulation.stepping import Run, everything
from tests.simulation.workflows import (
    INTEGER,
    branch,
    closure,
    condition,
    gate,
    inputs_of,
    layout,
    mapped,
    node,
    plan,
    task,
    workflow,
)

PLAIN = task("plain", deck=True)
CACHED = task("cached", cached="1")
OTHER = task("other", {"a": INTEGER})
DYNAMIC = task("dynamic", {"a": INTEGER})
ONE = {"inputs": {"x": INTEGER}, "outputs": {"r": INTEGER}}


class Reference:
    """The rows of the execution that is recovered, and the blobs that are still there."""

    def __init__(self, run, there=()):
        self.loaded, self.blobs, self.there = run.loaded(), {}, set(there)

    async def whole(self, key):
        assert key == 7
        return self.loaded

    async def read(self, uri):
        return self.blobs[uri]

    async def gone(self, uris):
        return set(uris) - self.there


def recovering(run, there=(), rerun="", **changes):
    """Run again what a run ran, over what is taken over from it."""
    spec = execution_pb2.ExecutionSpec(annotations={"values": {RERUN_NODE: rerun}} if rerun else None)
    reference = Reference(run, there)
    new = run.new._replace(
        mode=execution_pb2.ExecutionMetadata.RECOVERED,
        reference_execution=ExecutionKey(7),
        spec=spec.SerializeToString(),
        **changes,
    )
    return asyncio.run(Recollecting(store=reference, blobs=reference, layout=layout).of(new))


def phases(run):
    return {name: found.phase.name for name, found in run.state.nodes.items()}


def chain(*middle, tasks=(PLAIN,), subs=(), plans=(), past=None, **changes):
    nodes = [node("n0", PLAIN, a=".x"), *middle, node("n9", PLAIN, a=f"{(middle or [node('n0', PLAIN)])[-1].id}.o0")]
    made = workflow("w", nodes, results={"r": "n9.o0"}, **ONE, **changes)
    return Run(made, tasks=list(tasks), subs=subs, plans=plans, inputs=inputs_of(x=3), past=past)


def test_what_succeeded_is_taken_over_and_what_failed_runs():
    first = chain()
    first.succeed("n0", o0=5)
    first.fail("n9")
    deck = next(row for row in everything(first.state).nodes if row.node == "n0").deck_uri
    second = chain(past=recovering(first, there=[deck]))
    assert phases(second) == {"n0": "RECOVERED", "n9": "QUEUED"}
    assert list(second.jobs) == [("n9", 0)]
    assert second.jobs["n9", 0].inputs == inputs_of(a=5)
    row = next(row for row in everything(second.state).nodes if row.node == "n0")
    assert row.deck_uri == deck
    assert row.reason == "its outputs are those of execution e1, node n0"
    assert literals.map_from_bytes(row.outputs) == inputs_of(o0=5)
    second.succeed("n9", o0=6)
    assert (second.state.phase, second.state.outputs) == (ExecutionPhase.SUCCEEDED, inputs_of(r=6))


def test_a_recovery_is_recovered_too():
    first = chain(node("n1", PLAIN, a="n0.o0"))
    first.succeed("n0")
    first.fail("n1")
    second = chain(node("n1", PLAIN, a="n0.o0"), past=recovering(first))
    second.succeed("n1")
    second.fail("n9")
    third = chain(node("n1", PLAIN, a="n0.o0"), past=recovering(second))
    assert phases(third) == {"n0": "RECOVERED", "n1": "RECOVERED", "n9": "QUEUED"}


def test_a_task_that_failed_is_given_its_last_checkpoint():
    first = chain()
    first.succeed("n0")
    first.start("n9")
    first.fail("n9")
    second = chain(past=recovering(first))
    assert second.jobs["n9", 0].previous_checkpoint_prefix == layout(first.new).checkpoint("n9", 0)


def inner():
    return workflow(
        "inner",
        [node("n0", PLAIN, a=".x"), node("n1", OTHER, a="n0.o0")],
        results={"o0": "n1.o0"},
        inputs={"x": INTEGER},
        outputs={"o0": INTEGER},
    )


def nested(past=None):
    return chain(node("n1", inner(), x="n0.o0"), tasks=[PLAIN, OTHER], subs=[inner()], past=past)


def test_workflows_inside_are_taken_over_whole_or_go_on_where_they_stopped():
    first = nested()
    first.succeed("n0")
    first.succeed("n1-0-n0")
    first.fail("n1-0-n1")
    second = nested(recovering(first))
    assert phases(second) == {"n0": "RECOVERED", "n1": "RUNNING", "n1-0-n0": "RECOVERED", "n1-0-n1": "QUEUED"}
    second.succeed("n1-0-n1")
    second.fail("n9")
    third = nested(recovering(second))
    assert phases(third) == {"n0": "RECOVERED", "n1": "RECOVERED", "n9": "QUEUED"}


def test_the_case_of_a_branch_goes_on():
    def run(past=None):
        then = node("c0", inner(), x="n0.o0")
        chosen = branch("n1", [(condition("n0.o0", "GT", 0), then)], node("c1", PLAIN, a="n0.o0"))
        return chain(chosen, tasks=[PLAIN, OTHER], subs=[inner()], past=past)

    first = run()
    first.succeed("n0")
    first.succeed("n1-0-c0-0-n0")
    first.fail("n1-0-c0-0-n1")
    second = run(recovering(first))
    assert phases(second)["n1-0-c0-0-n0"] == "RECOVERED"
    assert list(second.jobs) == [("n1-0-c0-0-n1", 0)]


def test_an_answered_gate_does_not_ask_again():
    def run(past=None):
        return chain(gate("n1", ["n0"], signal="go"), past=past)

    first = run()
    first.succeed("n0")
    first.tell(machine.SignalSet(signal="go", value=literals.primitive(4)))
    first.fail("n9")
    second = run(recovering(first))
    assert phases(second) == {"n0": "RECOVERED", "n1": "RECOVERED", "n9": "QUEUED"}


def test_the_execution_of_a_launch_plan_is_recovered_where_it_failed():
    started = plan(inner())

    def run(past=None):
        return chain(node("n1", started, x="n0.o0"), tasks=[PLAIN], plans=[started], past=past)

    first = run()
    first.succeed("n0")
    child = first.children["n1"]
    assert child.recovers == ""
    first.tell(ChildEnded(node="n1", name=child.name, phase=ExecutionPhase.FAILED))
    second = run(recovering(first))
    assert second.children["n1"].recovers == child.name
    assert not second.children["n1"].overwrite_cache
    again = run(recovering(first, rerun="n1")).children["n1"]
    assert (again.recovers, again.overwrite_cache) == ("", True), "all of it is to run"


def test_outputs_that_are_gone_are_made_again():
    made = literals_pb2.Literal(scalar=literals_pb2.Scalar(blob=literals_pb2.Blob(uri="memory://file")))

    def run(past=None):
        return chain(past=past)

    first = run()
    first.tell(Succeeded(attempt=first.attempt("n0"), outputs=literals.literal_map({"o0": made})))
    first.fail("n9")
    assert phases(run(recovering(first, there=["memory://file"])))["n0"] == "RECOVERED"
    assert phases(run(recovering(first))) == {"n0": "QUEUED"}


def test_other_inputs_are_another_call():
    first = chain()
    first.succeed("n0")
    first.fail("n9")
    past = recovering(first)
    made = workflow("w", [node("n0", PLAIN, a=".x"), node("n9", PLAIN, a="n0.o0")], results={"r": "n9.o0"}, **ONE)
    assert phases(Run(made, tasks=[PLAIN], inputs=inputs_of(x=4), past=past)) == {"n0": "QUEUED"}


def test_a_failure_is_handled_anew():
    handler = node("fn0", PLAIN, a=".x")
    first = chain(handler=handler)
    first.succeed("n0")
    first.fail("n9")
    first.succeed("fn0")
    second = chain(handler=handler, past=recovering(first))
    second.fail("n9")
    assert second.phase("fn0") is NodePhase.QUEUED


# What a dynamic task drew runs on where it stopped: the task itself does not run again.


def drawing(result, *nodes):
    drawn = {"inputs": {"a": INTEGER}, "outputs": {"o0": INTEGER}}
    return workflow("dynamic", list(nodes), results={"o0": result}, **drawn)


INSIDE = drawing("dn1.o0[1]", node("dn0", PLAIN, a=".a"), mapped("dn1", PLAIN, a=["dn0.o0", 2]))
AROUND = drawing("dn1.o0", node("dn0", PLAIN, a=".a"), node("dn1", DYNAMIC, a="dn0.o0"))
FUTURES = ["memory://m/p-d-e1/n1/data/0/futures.pb", "memory://m/p-d-e1/n1-0-dn1/data/0/futures.pb"]


def dynamic(past=None):
    return chain(node("n1", DYNAMIC, a="n0.o0"), tasks=[PLAIN, DYNAMIC], past=past)


def compiled(run, name, template, number=0):
    graph = index_closure("drawn", closure(template, tasks=[PLAIN, DYNAMIC, OTHER]))
    run.tell(machine.Compiled(attempt=AttemptId(run.new.key, name, number), graph=graph))


def stopped_inside():
    """One that has come as far as an item of a map, below what was drawn below what was drawn."""
    run = dynamic()
    run.succeed("n0")
    run.draw("n1")
    compiled(run, "n1", AROUND)
    run.succeed("n1-0-dn0")
    run.draw("n1-0-dn1")
    compiled(run, "n1-0-dn1", INSIDE)
    run.succeed("n1-0-dn1-0-dn0")
    run.succeed("n1-0-dn1-0-dn1-n0")
    return run


def test_drawings_are_taken_over_with_all_that_succeeded_inside():
    first = stopped_inside()
    second = dynamic(recovering(first, there=FUTURES))
    [attempt] = second.state.nodes["n1"].attempts
    assert (phases(second)["n1"], attempt.phase.name, dict(second.jobs)) == ("RUNNING", "SUCCEEDED", {})
    [command] = second.restart()
    assert (command.output_prefix, f"{command.source}/futures.pb") == (attempt.output_prefix, FUTURES[0])
    compiled(second, "n1", AROUND)
    compiled(second, "n1-0-dn1", INSIDE)
    assert phases(second) == {
        "n0": "RECOVERED",
        "n1": "DYNAMIC_RUNNING",
        "n1-0-dn0": "RECOVERED",
        "n1-0-dn1": "DYNAMIC_RUNNING",
        "n1-0-dn1-0-dn0": "RECOVERED",
        "n1-0-dn1-0-dn1": "RUNNING",
    }
    row = next(row for row in everything(second.state).nodes if row.node == "n1")
    assert (row.kind, row.reason) == ("dynamic", "what it runs was drawn in execution e1, node n1")
    assert list(second.jobs) == [("n1-0-dn1-0-dn1-n1", 0)]
    second.succeed("n1-0-dn1-0-dn1-n1", o0=9)
    second.succeed("n9")
    assert second.state.phase is ExecutionPhase.SUCCEEDED


def test_a_drawing_that_is_gone_and_one_of_newer_code_are_drawn_anew():
    first = stopped_inside()
    assert list(dynamic(recovering(first)).jobs) == [("n1", 0)]
    assert list(dynamic(recovering(first, there=FUTURES, closure_digest="newer")).jobs) == [("n1", 0)]


def test_what_did_not_hold_together_is_drawn_anew():
    first = dynamic()
    first.succeed("n0")
    first.draw("n1")
    first.tell(machine.CompileFailed(attempt=first.attempt("n1"), error=user_error("Broken", "nothing is bound")))
    assert list(dynamic(recovering(first, there=FUTURES)).jobs) == [("n1", 0)]


def test_of_what_was_drawn_several_times_the_last_is_taken_over():
    patient = task("patient", {"a": INTEGER}, retries=1)

    def begun(past=None):
        return chain(node("n1", patient, a="n0.o0"), tasks=[PLAIN, patient], past=past)

    first = begun()
    first.succeed("n0")
    first.draw("n1")
    compiled(first, "n1", drawing("dn1.o0", node("dn0", PLAIN, a=1), node("dn1", PLAIN, a=3)))
    first.succeed("n1-0-dn1", o0=4)
    first.fail("n1-0-dn0")
    last = drawing("dn1.o0", node("dn0", PLAIN, a=1), node("dn1", OTHER, ["dn0"], a=3))
    first.draw("n1", 1)
    compiled(first, "n1", last, 1)
    first.fail("n1-1-dn0")
    second = begun(recovering(first, there=[FUTURES[0].replace("0/f", "1/f")]))
    compiled(second, "n1", last)
    second.succeed("n1-0-dn0")
    assert phases(second)["n1-0-dn1"] == "QUEUED", "it is another task than the one that was drawn first"
    second.fail("n1-0-dn1")
    assert list(second.jobs)[-1] == ("n1", 1), "which failed again is drawn anew, as often as the task may be retried"


def test_a_node_that_was_drawn_runs_again_in_the_same_drawing():
    first = dynamic()
    first.succeed("n0")
    first.draw("n1")
    compiled(first, "n1", drawing("dn1.o0", node("dn0", PLAIN, a=".a"), node("dn1", PLAIN, a="dn0.o0")))
    for name in ("n1-0-dn0", "n1-0-dn1", "n9"):
        first.succeed(name)
    second = dynamic(recovering(first, there=FUTURES, rerun="n1-0-dn1"))
    compiled(second, "n1", drawing("dn1.o0", node("dn0", PLAIN, a=".a"), node("dn1", PLAIN, a="dn0.o0")))
    assert phases(second)["n1-0-dn0"] == "RECOVERED"
    assert list(second.jobs) == [("n1-0-dn1", 0)]


# One node again, and all that follows from it.


def test_one_node_runs_again_with_its_inputs_and_what_waits_for_it_too():
    def run(past=None):
        return chain(
            node("n1", PLAIN, a="n0.o0"), node("n2", PLAIN, a=".x"), node("n3", PLAIN, ["n1"], a="n2.o0"), past=past
        )

    first = run()
    for name in ("n0", "n2", "n1", "n3", "n9"):
        first.succeed(name, o0=7)
    second = run(recovering(first, rerun="n1"))
    assert phases(second) == {"n0": "RECOVERED", "n2": "RECOVERED", "n1": "QUEUED"}
    second.succeed("n1", o0=7)
    assert second.phase("n3") is NodePhase.QUEUED, "it waits for n1, though its inputs are the same"
    second.succeed("n3")
    assert second.phase("n9") is NodePhase.QUEUED


def test_a_node_inside_runs_again_and_what_follows_around_it():
    first = nested()
    for name in ("n0", "n1-0-n0", "n1-0-n1", "n9"):
        first.succeed(name)
    second = nested(recovering(first, rerun="n1-0-n1"))
    assert phases(second) == {"n0": "RECOVERED", "n1": "RUNNING", "n1-0-n0": "RECOVERED", "n1-0-n1": "QUEUED"}
    second.succeed("n1-0-n1")
    assert second.phase("n9") is NodePhase.QUEUED


def test_a_workflow_that_runs_again_runs_all_that_is_inside():
    first = nested()
    for name in ("n0", "n1-0-n0", "n1-0-n1", "n9"):
        first.succeed(name)
    second = nested(recovering(first, rerun="n1"))
    assert phases(second) == {"n0": "RECOVERED", "n1": "RUNNING", "n1-0-n0": "QUEUED"}


@pytest.mark.parametrize("renamed", [False, True])
def test_new_code_takes_over_tasks_by_their_names(renamed):
    first = nested()
    for name in ("n0", "n1-0-n0", "n1-0-n1", "n9"):
        first.succeed(name)
    past = recovering(first, rerun="n9", closure_digest="newer")
    runs = OTHER if renamed else PLAIN
    nodes = [node("n0", runs, a=".x"), node("n1", inner(), x="n0.o0"), node("n9", PLAIN, a="n1.o0")]
    made = workflow("w", nodes, results={"r": "n9.o0"}, **ONE)
    second = Run(made, tasks=[PLAIN, OTHER], subs=[inner()], inputs=inputs_of(x=3), past=past)
    if renamed:
        assert phases(second) == {"n0": "QUEUED"}
        return
    inside = {"n1-0-n0": "RECOVERED", "n1-0-n1": "RECOVERED"}
    assert phases(second).items() >= {"n0": "RECOVERED", **inside}.items()


@pytest.mark.parametrize("newer", [False, True])
def test_items_of_a_map_that_succeeded_are_taken_over_and_the_others_run(newer):
    returns = {"outputs": {"r": types_pb2.LiteralType(collection_type=INTEGER)}, "results": {"r": "n0.o0"}}
    made = workflow("w", [mapped("n0", CACHED, a=[1, 2, 3])], **returns)
    first = Run(made, tasks=[CACHED])
    for question in first.questions.values():
        first.tell(CacheMiss(node="n0", item=question.item, reason="nothing is kept"))
    first.succeed("n0-n1", o0=20)
    past = recovering(first, **({"closure_digest": "newer"} if newer else {}))
    second = Run(made, tasks=[CACHED], past=past)
    assert sorted(second.questions) == ["n0-n0", "n0-n2"]
    assert second.state.changed.item_entries == []
    for item in (0, 2):
        second.tell(CacheMiss(node="n0", item=item, reason="nothing is kept"))
        second.succeed(f"n0-n{item}", o0=item)
    assert second.state.phase is ExecutionPhase.SUCCEEDED
    given = second.state.outputs.literals["r"].collection.literals
    assert [literals.primitive_value(each) for each in given] == [0, 20, 2]


def test_one_item_runs_again_and_what_follows_from_its_map():
    made = workflow("w", [mapped("n0", PLAIN, a=[1, 2, 3]), node("n9", PLAIN, a="n0.o0[0]")])
    first = Run(made, tasks=[PLAIN])
    for item in (0, 1):
        first.succeed(f"n0-n{item}", o0=7)
    second = Run(made, tasks=[PLAIN], past=recovering(first, rerun="n0-n1"))
    assert sorted(second.jobs) == [("n0-n1", 0), ("n0-n2", 0)]
    assert second.jobs["n0-n1", 0].inputs == inputs_of(a=2)
    second.succeed("n0-n1")
    second.succeed("n0-n2")
    assert second.phase("n9") is NodePhase.QUEUED


def test_what_is_asked_for_reads_no_cache_and_what_follows_from_it_does():
    def run(past=None):
        made = workflow("w", [node("n0", CACHED, a=".x"), node("n1", CACHED, a="n0.o0")], inputs={"x": INTEGER})
        return Run(made, tasks=[CACHED], inputs=inputs_of(x=3), past=past)

    first = run()
    for name in ("n0", "n1"):
        first.tell(CacheMiss(node=name, reason="nothing is kept"))
        first.succeed(name)
    second = run(recovering(first, rerun="n0"))
    assert (list(second.jobs), second.questions) == ([("n0", 0)], {})
    row = next(row for row in everything(second.state).nodes if row.node == "n0")
    assert row.reason == "it was asked to run again"
    second.succeed("n0")
    assert [entry.key.inputs for entry in everything(second.state).entries], "what it gives is kept"
    assert list(second.questions) == ["n1"]


@pytest.mark.parametrize("rerun", ["n1", "n1-0-n0"])
def test_nor_does_what_is_inside_of_it(rerun):
    def run(past=None):
        inside = [node("n0", CACHED, a=".x"), node("n1", CACHED, a="n0.o0")]
        sub = workflow("inner", inside, results={"o0": "n1.o0"}, inputs={"x": INTEGER}, outputs={"o0": INTEGER})
        return chain(node("n1", sub, x="n0.o0"), tasks=[PLAIN, CACHED], subs=[sub], past=past)

    first = run()
    first.succeed("n0")
    for name in ("n1-0-n0", "n1-0-n1"):
        first.tell(CacheMiss(node=name, reason="nothing is kept"))
        first.succeed(name)
    second = run(recovering(first, rerun=rerun))
    assert list(second.jobs) == [("n1-0-n0", 0)]
    second.succeed("n1-0-n0")
    assert list(second.questions) == ([] if rerun == "n1" else ["n1-0-n1"])


@pytest.mark.parametrize(("rerun", "jobs", "asked"), [("n0", 3, []), ("n0-n1", 1, ["n0-n2"])])
def test_of_a_map_all_items_or_the_one_that_is_asked_for_read_no_cache(rerun, jobs, asked):
    made = workflow("w", [mapped("n0", CACHED, a=[1, 2, 3])])
    first = Run(made, tasks=[CACHED])
    for item in (0, 1):
        first.tell(CacheMiss(node="n0", item=item, reason="nothing is kept"))
        first.succeed(f"n0-n{item}")
    second = Run(made, tasks=[CACHED], past=recovering(first, rerun=rerun))
    assert (len(second.jobs), list(second.questions)) == (jobs, asked)


def test_an_item_that_failed_is_given_its_last_checkpoint():
    made = workflow("w", [mapped("n0", PLAIN, a=[1])])
    first = Run(made, tasks=[PLAIN])
    first.start("n0-n0")
    second = Run(made, tasks=[PLAIN], past=recovering(first))
    assert second.jobs["n0-n0", 0].previous_checkpoint_prefix == first.jobs["n0-n0", 0].checkpoint_prefix


def test_items_lack_an_output_that_newer_code_has_and_run_again():
    first = Run(workflow("w", [mapped("n0", PLAIN, a=[1, 2])]), tasks=[PLAIN])
    first.succeed("n0-n1", o0=20)
    more = task("plain", outputs={"o0": INTEGER, "o1": INTEGER})
    past = recovering(first, closure_digest="newer")
    second = Run(workflow("w", [mapped("n0", more, a=[1, 2])]), tasks=[more], past=past)
    assert sorted(second.jobs) == [("n0-n0", 0), ("n0-n1", 0)]
