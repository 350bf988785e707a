"""Values that stand apart: nodes that look into them wait until they were fetched, and everybody else passes them on."""

import asyncio

import pytest
from flyteidl.core import types_pb2

from flyweight import literals
from flyweight.engine.fetching import Fetching
from flyweight.engine.jobs import Succeeded
from flyweight.engine.machine import Fetch, Fetched, FetchFailed, NodePlace, Terminate
from flyweight.engine.machine.turn import system_error
from flyweight.engine.phases import ExecutionPhase, NodePhase
from flyweight.errors import NotFound, TryAgain
from flyweight.ids import ExecutionKey, NodeId
from flyweight.semantics.offloading import pointer
from tests.simulation.stepping import Run
from tests.simulation.workflows import (
    FAIL_LATE,
    INTEGER,
    branch,
    condition,
    inputs_of,
    mapped,
    node,
    task,
    workflow,
)
from tests.unit.engine.driving import run as under_virtual_time

LIST = types_pb2.LiteralType(collection_type=INTEGER)
MAKES, TAKES, PLAIN = task("makes", {}, {"o0": LIST}), task("takes", {"a": LIST}), task("plain")
NUMBERS = literals.collection([literals.primitive(4), literals.primitive(5)])
SEVEN = literals.primitive(7)


def apart(value, uri, kind=LIST):
    return pointer(value, uri, 8, kind)


class FetchRun(Run):
    """Keeps the last request for a value."""

    asked = None

    def tell(self, event):
        commands = super().tell(event)
        self.asked = next((command for command in commands if isinstance(command, Fetch)), self.asked)
        return commands

    def give(self, name, value):
        return self.tell(Succeeded(attempt=self.attempt(name), outputs=literals.literal_map({"o0": value})))

    def fetched(self, value):
        return self.tell(Fetched(place=self.asked.place, uri=self.asked.uri, value=value))


def run(*nodes, results=None, tasks=(MAKES, TAKES, PLAIN), **more):
    outputs = dict.fromkeys(results or {}, INTEGER)
    template = workflow("w", [node("n0", MAKES), *nodes], outputs=outputs, results=results, **more)
    made = FetchRun(template, tasks=tasks)
    made.give("n0", apart(NUMBERS, "s3://xs"))
    return made


def test_who_takes_all_of_it_is_given_what_points_at_it_and_nothing_is_fetched():
    made = run(node("n1", TAKES, a="n0.o0"))
    assert made.asked is None
    assert made.jobs["n1", 0].inputs == literals.literal_map({"a": apart(NUMBERS, "s3://xs")})


@pytest.mark.parametrize("restart", [False, True])
def test_who_takes_a_part_of_it_begins_once_it_was_fetched_also_after_a_crash(restart):
    made = run(node("n1", PLAIN, a="n0.o0[1]"))
    assert "n1" not in made.state.nodes
    if restart:
        made.asked = None
        made.restart()
    assert made.asked.uri == "s3://xs"
    made.fetched(NUMBERS)
    assert made.jobs["n1", 0].inputs == inputs_of(a=5)
    made.fetched(NUMBERS)  # told twice
    assert len(made.jobs) == 2


def test_a_map_gets_the_list_itself_and_a_bound_input_as_it_is():
    pair = task("pair", {"a": INTEGER, "b": LIST})
    made = run(mapped("n1", pair, bound_inputs=["b"], a="n0.o0", b="n0.o0"), tasks=[MAKES, pair])
    made.fetched(NUMBERS)
    given = [made.jobs[f"n1-n{item}", 0].inputs.literals for item in (0, 1)]
    assert [literals.primitive_value(each["a"]) for each in given] == [4, 5]
    assert given[0]["b"] == apart(NUMBERS, "s3://xs")


def test_a_condition_is_decided_by_the_value_and_several_values_are_fetched_one_by_one():
    one = node("one", PLAIN, a=1)
    made = run(
        node("n1", PLAIN, a=1),
        node("n2", PLAIN, a=1),
        branch("n3", [(condition("n1.o0", "LT", "n2.o0"), one)], complaint="no"),
    )
    made.give("n1", apart(SEVEN, "s3://n1", INTEGER))
    made.give("n2", apart(SEVEN, "s3://n2", INTEGER))
    first = made.asked.uri
    made.fetched(literals.primitive(1))
    assert {first, made.asked.uri} == {"s3://n1", "s3://n2"}
    made.fetched(literals.primitive(1))
    assert made.phase("n3") is NodePhase.FAILED  # 1 < 1
    assert made.state.error.code == "UserProvidedError"


def test_a_workflow_that_returns_a_part_ends_once_it_was_fetched():
    made = run(results={"r": "n0.o0[0]"})
    assert made.state.phase is ExecutionPhase.RUNNING
    made.fetched(NUMBERS)
    assert made.state.outputs == inputs_of(r=4)


def test_a_failure_handler_waits_for_its_values_too():
    made = run(node("n1", PLAIN, a=1), handler=node("fn0", PLAIN, a="n0.o0[0]"))
    made.fail("n1")
    assert "fn0" not in made.state.nodes
    made.restart()
    made.fetched(NUMBERS)
    assert made.jobs["fn0", 0].inputs == inputs_of(a=4)
    made.succeed("fn0")
    assert made.state.phase is ExecutionPhase.FAILED


def test_a_workflow_that_goes_on_after_a_failure_waits_for_nodes_whose_values_are_fetched():
    made = run(node("n1", PLAIN, a="n0.o0[0]"), node("n2", PLAIN, a=1), policy=FAIL_LATE)
    made.fail("n2")
    assert made.state.phase is ExecutionPhase.RUNNING
    made.fetched(NUMBERS)
    made.succeed("n1")
    assert made.state.phase is ExecutionPhase.FAILED


def test_a_value_that_cannot_be_read_fails_the_node_that_needs_it_or_the_workflow_that_returns_it():
    gone = system_error("OffloadedValueNotRead", "gone")
    made = run(node("n1", PLAIN, a="n0.o0[0]"))
    made.tell(FetchFailed(place=made.asked.place, error=gone))
    assert (made.phase("n1"), made.state.error.code) == (NodePhase.FAILED, "OffloadedValueNotRead")
    made = run(results={"r": "n0.o0[0]"})
    made.tell(FetchFailed(place=made.asked.place, error=gone))
    assert (made.state.phase, made.state.error) == (ExecutionPhase.FAILED, gone)


def test_what_is_fetched_after_the_end_changes_nothing():
    made = run(node("n1", PLAIN, a="n0.o0[1]"), node("n2", PLAIN, a=1))
    made.tell(Terminate(cause="enough"))
    assert made.fetched(NUMBERS) == []
    made.stopped("n2")
    assert made.state.phase is ExecutionPhase.ABORTED
    assert "n1" not in made.state.nodes


def test_a_value_for_what_was_drawn_before_is_of_no_account_to_what_was_drawn_anew():
    draws = task("draws", {"a": INTEGER}, {"r": INTEGER}, retries=1)
    made = FetchRun(workflow("w", [node("n0", draws, a=1)]), tasks=[draws])
    inner = workflow("inner", [node("dn0", MAKES), node("dn1", PLAIN, a="dn0.o0[0]"), node("dn2", PLAIN, a=1)])
    places = []
    for number in range(2):
        made.draw("n0", number)
        made.compiled("n0", inner, number, tasks=[MAKES, PLAIN])
        made.give(f"n0-{number}-dn0", apart(NUMBERS, "s3://xs"))
        places.append(made.asked.place)
        if not number:
            made.fail("n0-0-dn2")
    assert [place.attempt for place in places] == [0, 1]
    made.tell(FetchFailed(place=places[0], error=system_error("OffloadedValueNotRead", "gone")))
    assert made.phase("n0") is NodePhase.DYNAMIC_RUNNING
    made.fetched(NUMBERS)
    assert made.jobs["n0-1-dn1", 0].inputs == inputs_of(a=4)


def place(index):
    return NodePlace(parent=NodeId(""), attempt=0, index=index)


class Blobs:
    """A store that is busy once, and then has what it has."""

    def __init__(self, **kept):
        self.kept, self.busy = kept, True

    async def read(self, uri):
        if self.busy:
            self.busy = False
            raise TryAgain("busy")
        if uri not in self.kept:
            raise NotFound(f"{uri} is not there")
        return self.kept[uri]


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("xs", ""),
        ("broken", "the value that stands at broken, apart for its size, could not be read: Error parsing"),
        ("ys", "the value that stands at ys, apart for its size, could not be read: ys is not there"),
    ],
)
def test_values_are_read_in_the_background_again_while_the_store_is_busy_and_faults_are_told(uri, message):
    told = []

    async def scenario():
        blobs = Blobs(xs=literals.to_bytes(NUMBERS), broken=b"\xff\xff")
        fetching = Fetching(blobs=blobs, tell=lambda key, event: told.append((key, event)))
        fetching.fetch(ExecutionKey(3), Fetch(place=place(2), uri=uri))
        while not told:
            await asyncio.sleep(0.1)

    under_virtual_time(scenario)
    [(key, event)] = told
    assert (key, event.place.index) == (ExecutionKey(3), 2)
    if message:
        assert event.error.message.startswith(message)
    else:
        assert event.value == NUMBERS


def test_a_value_is_read_once_for_all_who_wait_for_it():
    told, read = [], []

    class Counting(Blobs):
        async def read(self, uri):
            read.append(uri)
            return await super().read(uri)

    async def scenario():
        blobs = Counting(xs=literals.to_bytes(NUMBERS))
        blobs.busy = False
        fetching = Fetching(blobs=blobs, tell=lambda key, event: told.append((key, event.place.index, event.value)))
        for _ in range(2):  # and anew when it is asked for later
            for key, index in ((3, 1), (3, 2), (4, 1)):
                fetching.fetch(ExecutionKey(key), Fetch(place=place(index), uri="xs"))
            await asyncio.sleep(0.1)

    under_virtual_time(scenario)
    assert read == ["xs"] * 2
    assert told == [(3, 1, NUMBERS), (3, 2, NUMBERS), (4, 1, NUMBERS)] * 2


def test_nothing_is_fetched_for_an_execution_that_has_ended():
    told, read = [], []

    class Busy(Blobs):
        async def read(self, uri):
            read.append(uri)
            raise TryAgain("busy")

    async def scenario():
        fetching = Fetching(blobs=Busy(), tell=lambda key, event: told.append(key))
        for key, uri in ((3, "xs"), (4, "xs"), (3, "ys")):
            fetching.fetch(ExecutionKey(key), Fetch(place=place(1), uri=uri))
        await asyncio.sleep(0.1)
        assert read == ["xs", "ys"]
        fetching.forget(ExecutionKey(3))
        await asyncio.sleep(0.5)
        assert read == ["xs", "ys", "xs"]
        fetching.forget(ExecutionKey(4))
        await asyncio.sleep(60)
        assert (read, told) == (["xs", "ys", "xs"], [])

    under_virtual_time(scenario)
