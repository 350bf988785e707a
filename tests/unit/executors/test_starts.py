"""Start messages: all that a worker needs, what attempts share made once, and nothing of one execution in another."""

from dataclasses import replace

import pytest

from flyweight.errors import InvalidInput
from flyweight.executors.starts import KEPT, StartMessages
from flyweight.ids import AttemptId, ExecutionKey, NodeId

from .jobs import job, template


def test_a_worker_is_told_what_the_container_says_and_whose_attempt_it_is() -> None:
    task = template("task-module", "m", "task-name", "t", bundle="file:///bundle")
    task.container.env.add(key="MODE", value="fast")
    start = StartMessages(inline_limit=77, console_url="http://h/console").make(job(task, "n4", root="file:///r"), 9)
    assert (start.id, start.node_id, start.attempt, start.execution) == (9, "n4", 0, "e1")
    assert (start.bundle_uri, start.resolver, start.inline_limit) == ("file:///bundle", "some.resolver", 77)
    assert list(start.loader_args) == ["task-module", "m", "task-name", "t"]
    assert (start.output_prefix, start.raw_output_prefix) == ("file:///r/n4/0", "file:///r/raw")
    assert start.environment["MODE"] == "fast"
    assert start.environment["FLYTE_INTERNAL_EXECUTION_ID"] == "e1"
    assert start.environment["FLYTE_EXECUTION_URL"].endswith("/executions/e1/nodeId/n4/nodes")
    assert not start.deck


def test_what_attempts_share_is_not_changed_by_any_of_them() -> None:
    messages = StartMessages(inline_limit=1)
    first = job(template("echo"), "n0")
    later = replace(first, attempt=AttemptId(ExecutionKey(1), NodeId("n1"), 2), deck_uri="file:///deck.html")
    before = messages.make(first, 1)
    retried = messages.make(later, 2)
    again = messages.make(first, 1)
    assert (retried.attempt, retried.deck, retried.environment["FLYTE_ATTEMPT_NUMBER"]) == (2, True, "2")
    assert again == before
    retried.environment["FLYTE_INTERNAL_EXECUTION_ID"] = "changed"
    assert messages.make(first, 1) == before


def test_an_item_of_a_map_is_told_which_one_it_is() -> None:
    plain = job(template("echo"), "n0")
    item = replace(plain, attempt=AttemptId(ExecutionKey(1), NodeId("n0"), 1, 7))
    start = StartMessages(inline_limit=1).make(item, 1)
    assert (start.node_id, start.element) == ("n0-n7", True)
    assert start.environment[start.environment["BATCH_JOB_ARRAY_INDEX_VAR_NAME"]] == "7"
    assert not StartMessages(inline_limit=1).make(plain, 1).element


def test_executions_of_one_task_are_told_apart_however_many_there_are() -> None:
    messages = StartMessages(inline_limit=1)
    task = template("echo")
    numbers = [*range(1, 2 * KEPT), 1, 2 * KEPT]
    # Each job goes as soon as its message is made, so that the next one may stand at the same place in memory.
    told = [messages.make(job(task, execution=number), 1).execution for number in numbers]
    assert told == [f"e{number}" for number in numbers]


def test_the_command_of_another_entry_point_is_refused() -> None:
    task = template("echo")
    task.container.args[:] = ["pyflyte-execute"]
    with pytest.raises(InvalidInput, match="pyflyte-execute"):
        StartMessages(inline_limit=1).make(job(task), 1)
