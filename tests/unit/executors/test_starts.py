"""Start messages: all that a worker needs, what attempts share made once, and nothing of one execution in another."""

import pytest

from flyweight.containers.environments import Environments
from flyweight.engine.jobs import Job
from flyweight.errors import InvalidInput
from flyweight.executors.starts import KEPT, Pace, StartMessages
from flyweight.ids import NO_ITEM, AttemptId, ExecutionKey, NodeId
from flyweight.protocol import worker_pb2
from flyweight.protocol.framing import FrameDecoder
from flyweight.runtime.assignment import Assignment, SharedPart
from flyweight.semantics.offloading import Limits
from flyweight.settings import PlatformSecrets

from .jobs import job, template


def messages(**options: str) -> StartMessages:
    return StartMessages(
        Environments({"flyweight": "python"}), secrets=PlatformSecrets(), inline_limit=77, offload=Limits(), **options
    )


def told(starts: StartMessages, given: Job, number: int = 1) -> tuple[Assignment, dict[str, str]]:
    """Put together what a worker gets to know, as it does itself; and its environment."""
    work = starts.work(given)
    (frame,) = FrameDecoder().feed(work.frame)
    shared = worker_pb2.ToWorker.FromString(frame).shared
    own = starts.make(given, work, number).start
    assert own.shared == shared.number == work.number
    assignment = Assignment(own, SharedPart(shared.part))
    return assignment, {**assignment.shared.environment, **assignment.variables()}


def test_a_worker_is_told_what_the_container_says_and_whose_attempt_it_is() -> None:
    task = template("task-module", "m", "task-name", "t", bundle="file:///bundle")
    task.container.env.add(key="MODE", value="fast")
    given = job(task, "n4", root="file:///r")
    start, environment = told(messages(console_url="http://h/console"), given, 9)
    shared = start.shared
    assert (start.id, start.node, start.attempt, shared.message.execution) == (9, "n4", 0, "e1")
    assert (shared.bundle_uri, shared.resolver, shared.inline_limit) == ("file:///bundle", "some.resolver", 77)
    assert shared.loader_args == ("task-module", "m", "task-name", "t")
    assert start.output_prefix == given.output_prefix == "file:///r/p-d-e1/n4/data/0"
    assert start.raw_output_prefix == given.raw_output_prefix
    assert start.checkpoint_prefix == given.checkpoint_prefix == f"{start.raw_output_prefix}/_flytecheckpoints"
    assert environment["MODE"] == "fast"
    assert environment["FLYTE_INTERNAL_EXECUTION_ID"] == "e1"
    assert environment["FLYTE_EXECUTION_URL"].endswith("/executions/e1/nodeId/n4/nodes")
    assert not shared.deck


def test_what_attempts_share_is_made_once_and_holds_nothing_of_any_of_them() -> None:
    starts = messages()
    first = job(template("echo"), "n0")
    later = first._replace(attempt=AttemptId(ExecutionKey(1), NodeId("n1"), 2))
    before = told(starts, first)[1]
    retried, environment = told(starts, later)
    assert starts.work(first) is starts.work(later)
    assert (retried.attempt, environment["FLYTE_ATTEMPT_NUMBER"]) == (2, "2")
    assert told(starts, first)[1] == before


def test_an_item_of_a_map_is_told_which_one_it_is() -> None:
    plain = job(template("echo"), "n0")
    item = plain._replace(attempt=AttemptId(ExecutionKey(1), NodeId("n0"), 1, 7))
    start, environment = told(messages(), item)
    assert start.item == 7
    assert environment[environment["BATCH_JOB_ARRAY_INDEX_VAR_NAME"]] == "7"
    assert start.output_prefix == item.output_prefix == "file:///nowhere/p-d-e1/n0/data/0/7/1"
    assert start.raw_output_prefix == item.raw_output_prefix
    assert start.raw_output_prefix.endswith("/e1-n0-n7-1")
    assert told(messages(), plain)[0].item == NO_ITEM


def test_executions_of_one_task_are_told_apart_however_many_there_are() -> None:
    starts = messages()
    task = template("echo")
    numbers = [*range(1, 2 * KEPT), 1, 2 * KEPT]
    # Each job goes as soon as its message is made, so that the next one may stand at the same place in memory.
    assert [told(starts, job(task, execution=number))[0].shared.message.execution for number in numbers] == [
        f"e{n}" for n in numbers
    ]


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
