"""What dynamic tasks drew, compiled for the driver: kept beside futures.pb, refused in words, tried again."""

import asyncio

from flyteidl.core import compiler_pb2, dynamic_job_pb2

from flyweight import literals
from flyweight.engine.drawing import Drawing
from flyweight.engine.graph import Graphs
from flyweight.engine.machine import Compiled, CompileDrawn
from flyweight.errors import CompileError, NotFound, TryAgain
from flyweight.ids import AttemptId, ExecutionKey, NodeId
from tests.simulation.workflows import INTEGER, bound, node, plan, task, workflow
from tests.unit.engine.driving import run

PLAIN = task("plain")
DYNAMIC = task("dynamic")
OTHER = plan(workflow("other", [], inputs={"x": INTEGER}, outputs={"o0": INTEGER}, results={"o0": ".x"}))
ATTEMPT = AttemptId(ExecutionKey(1), NodeId("n0"), 0)


class Around:
    """Blobs and registered versions that a test lays out."""

    def __init__(self, *nodes, tasks=(PLAIN,), result="dn0.o0"):
        spec = dynamic_job_pb2.DynamicJobSpec(nodes=nodes, tasks=tasks, outputs=[bound("o0", result)])
        self.blobs = {"memory://out/futures.pb": literals.to_bytes(spec)}
        self.busy = 0
        self.found = [OTHER]

    async def read(self, uri):
        if uri not in self.blobs:
            raise NotFound(uri)
        return self.blobs[uri]

    async def write(self, uri, data):
        if self.busy:
            self.busy -= 1
            raise TryAgain("the disk is full")
        self.blobs[uri] = data

    async def tasks(self, keys):
        if keys:
            raise CompileError("no", problems=tuple(f"there is no task {key.name}" for key in keys))
        return []

    async def launch_plans(self, keys):
        return [each for each in self.found if keys]

    def compile(self, times=1, prefix="memory://out", source=""):
        told = []

        async def scenario():
            drawing = Drawing(blobs=self, registered=self, graphs=Graphs(), tell=told.append)
            for number in range(times):
                drawing.compile(CompileDrawn(attempt=ATTEMPT, task=DYNAMIC, output_prefix=prefix, source=source))
                while len(told) <= number:
                    await asyncio.sleep(0.1)

        run(scenario)
        return told


def test_the_compiled_workflow_stands_beside_what_was_drawn():
    around = Around(node("dn0", PLAIN, a=1), node("dn1", OTHER, x="dn0.o0"), result="dn1.o0")
    [told] = around.compile()
    closure = compiler_pb2.CompiledWorkflowClosure.FromString(around.blobs["memory://out/dynamic_compiled.pb"])
    assert isinstance(told, Compiled)
    assert [each.id for each in told.graph.primary.nodes] == ["start-node", "dn0", "dn1", "end-node"]
    assert (closure.primary.template.id.name, len(closure.launch_plans)) == ("dynamic", 1)


def test_the_same_drawing_is_compiled_once():
    first, second = Around(node("dn0", PLAIN, a=1)).compile(times=2)
    assert first.graph is second.graph


def test_what_is_taken_over_is_copied_and_the_copy_is_enough_from_then_on():
    around = Around(node("dn0", PLAIN, a=1))
    around.blobs["memory://out/deck.html"] = b"deck"
    [told] = around.compile(prefix="memory://new", source="memory://out")
    assert isinstance(told, Compiled)
    assert around.blobs["memory://new/deck.html"] == b"deck"
    assert around.blobs["memory://new/futures.pb"] == around.blobs.pop("memory://out/futures.pb")
    [told] = around.compile(prefix="memory://new", source="memory://out")
    assert isinstance(told, Compiled)


def test_a_drawing_that_does_not_hold_together_is_refused_by_node_and_binding():
    [told] = Around(node("dn0", PLAIN, a="dn7.o0")).compile()
    assert (told.error.code, told.error.kind) == ("DynamicWorkflowBuildFailed", told.error.USER)
    assert "node dn0 (plain), input a: it is bound to the node dn7, which does not exist" in told.error.message


def test_a_task_that_is_neither_drawn_nor_registered_is_named():
    [told] = Around(node("dn0", PLAIN, a=1), tasks=()).compile()
    assert "there is no task plain" in told.error.message


def test_outputs_of_another_type_than_the_tasks_are_refused():
    [told] = Around(node("dn0", PLAIN, a=1), result="words").compile()
    assert "output o0" in told.error.message


def test_a_full_disk_is_waited_for():
    around = Around(node("dn0", PLAIN, a=1))
    around.busy = 3
    assert isinstance(around.compile()[0], Compiled)


def test_a_drawing_that_is_gone_or_spoilt_is_told():
    around = Around(node("dn0", PLAIN, a=1))
    around.blobs["memory://out/futures.pb"] = b"\xff\xff"
    assert "is no DynamicJobSpec" in around.compile()[0].error.message
    around.blobs.clear()
    [told] = around.compile()
    assert (told.error.kind, "is gone" in told.error.message) == (told.error.SYSTEM, True)
