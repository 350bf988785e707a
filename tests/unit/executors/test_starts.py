"""Start messages: all that a worker needs, what attempts share made once, and nothing of one execution in another."""

from dataclasses import replace

import pytest

from flyweight.containers.environments import Environments
from flyweight.engine.jobs import Job
from flyweight.errors import InvalidInput
from flyweight.executors.starts import KEPT, Pace, StartMessages
from flyweight.ids import AttemptId, ExecutionKey, NodeId
from flyweight.protocol import worker_pb2
from flyweight.protocol.framing import FrameDecoder
from flyweight.semantics.offloading import Limits
from flyweight.settings import PlatformSecrets

from .jobs import job, template


def messages(**options: str) -> StartMessages:
    return StartMessages(
        Environments({"flyweight": "python"}), secrets=PlatformSecrets(), inline_limit=77, offload=Limits(), **options
    )


def told(starts: StartMessages, given: Job, number: int = 1) -> worker_pb2.Start:
    """Put together what a worker gets to know, as it does itself."""
    work = starts.work(given)
    (frame,) = FrameDecoder().feed(work.frame)
    shared = worker_pb2.ToWorker.FromString(frame).shared
    own = starts.make(given, work, number, "/folder").start
    assert own.shared == shared.number == work.number
    shared.part.MergeFrom(own)
    return shared.part


def test_a_worker_is_told_what_the_container_says_and_whose_attempt_it_is() -> None:
    task = template("task-module", "m", "task-name", "t", bundle="file:///bundle")
    task.container.env.add(key="MODE", value="fast")
    start = told(messages(console_url="http://h/console"), job(task, "n4", root="file:///r"), 9)
    assert (start.id, start.node_id, start.attempt, start.execution) == (9, "n4", 0, "e1")
    assert (start.bundle_uri, start.resolver, start.inline_limit) == ("file:///bundle", "some.resolver", 77)
    assert list(start.loader_args) == ["task-module", "m", "task-name", "t"]
    assert (start.output_prefix, start.raw_output_prefix) == ("file:///r/n4/0", "file:///r/raw")
    assert start.environment["MODE"] == "fast"
    assert start.environment["FLYTE_INTERNAL_EXECUTION_ID"] == "e1"
    assert start.environment["FLYTE_EXECUTION_URL"].endswith("/executions/e1/nodeId/n4/nodes")
    assert start.working_directory == "/folder"
    assert not start.deck


def test_what_attempts_share_is_made_once_and_holds_nothing_of_any_of_them() -> None:
    starts = messages()
    first = job(template("echo"), "n0")
    later = replace(first, attempt=AttemptId(ExecutionKey(1), NodeId("n1"), 2), deck_uri="file:///deck.html")
    before = told(starts, first)
    retried = told(starts, later)
    assert starts.work(first) is starts.work(later)
    assert (retried.attempt, retried.deck, retried.environment["FLYTE_ATTEMPT_NUMBER"]) == (2, True, "2")
    assert told(starts, first) == before


def test_an_item_of_a_map_is_told_which_one_it_is() -> None:
    plain = job(template("echo"), "n0")
    item = replace(plain, attempt=AttemptId(ExecutionKey(1), NodeId("n0"), 1, 7))
    start = told(messages(), item)
    assert (start.node_id, start.element) == ("n0-n7", True)
    assert start.environment[start.environment["BATCH_JOB_ARRAY_INDEX_VAR_NAME"]] == "7"
    assert not told(messages(), plain).element


def test_executions_of_one_task_are_told_apart_however_many_there_are() -> None:
    starts = messages()
    task = template("echo")
    numbers = [*range(1, 2 * KEPT), 1, 2 * KEPT]
    # Each job goes as soon as its message is made, so that the next one may stand at the same place in memory.
    assert [told(starts, job(task, execution=number)).execution for number in numbers] == [f"e{n}" for n in numbers]


def test_the_command_of_another_entry_point_is_refused() -> None:
    task = template("echo")
    task.container.args[:] = ["pyflyte-execute"]
    with pytest.raises(InvalidInput, match="pyflyte-execute"):
        messages().work(job(task))


def test_that_a_task_is_slow_is_believed_at_once_and_that_it_is_quick_little_by_little() -> None:
    pace = Pace()
    pace.note(0.001)
    assert pace.seconds == 0.001
    pace.note(1.0)
    assert pace.seconds == 1.0
    for _ in range(20):
        pace.note(0.001)
    assert 0.001 < pace.seconds < 0.01
