"""Words, times and addresses of executions, nodes and attempts."""

import pytest
from flyteidl.admin import execution_pb2, node_execution_pb2, task_execution_pb2
from flyteidl.core import catalog_pb2, identifier_pb2, types_pb2, workflow_pb2
from flyteidl.core import execution_pb2 as core_execution_pb2
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from flyweight.console import phases, views
from flyweight.console.rendering import render
from flyweight.console.words import duration, size
from flyweight.ids import NodeId
from flyweight.semantics.steps import Step, steps
from tests.unit.console.shapes import closure, template


@pytest.mark.parametrize(
    ("millis", "words"),
    [
        (0, "< 1 ms"),
        (340, "340 ms"),
        (1000, "1.0 s"),
        (12_345, "12.3 s"),
        (125_000, "2 m 05 s"),
        (3_720_000, "1 h 02 m"),
    ],
)
def test_durations(millis: int, words: str):
    assert duration(millis) == words


def test_sizes():
    assert (size(0), size(512), size(200 * 1024**2)) == ("", "512 B", "200 MiB")


def test_addresses_are_those_that_clients_print():
    of = identifier_pb2.Identifier(
        resource_type=identifier_pb2.WORKFLOW, project="p", domain="d", name="a/b", version="v 1"
    )
    assert views.entity_url(of) == "/console/projects/p/domains/d/workflows/a%2Fb/version/v%201"


def test_a_running_execution_has_begun_and_not_ended():
    message = execution_pb2.Execution()
    message.closure.phase = core_execution_pb2.WorkflowExecution.RUNNING
    message.closure.started_at.CopyFrom(Timestamp(seconds=5))
    view = views.execution(message)
    assert (view.phase, view.ended, view.span) == ("running", False, views.Span(started=5000))


def test_an_ended_execution_took_what_its_duration_says():
    message = execution_pb2.Execution()
    message.closure.phase = core_execution_pb2.WorkflowExecution.FAILED
    message.closure.started_at.CopyFrom(Timestamp(seconds=5))
    message.closure.duration.CopyFrom(Duration(seconds=1, nanos=500_000_000))
    message.closure.error.message = "ValueError: no\n\nTraceback ..."
    view = views.execution(message)
    assert view.span.took == "1.5 s"
    assert view.error is not None
    assert (view.error.headline, view.error.details) == ("ValueError: no", "Traceback ...")
    message = core_execution_pb2.ExecutionError(code="USER:RuntimeError", message="ValueError: no")
    assert views.error(message).code == "", "what Flyte calls every exception says nothing beside its own name"
    message.code = "RetriesExhausted|USER:Recoverable"
    assert views.error(message).code == message.code


def test_a_task_that_runs_by_itself_is_called_by_its_own_name():
    message = execution_pb2.Execution()
    message.closure.workflow_id.name = ".flytegen.module.task"
    message.spec.launch_plan.name = "module.task"
    assert views.execution(message).what.name == "module.task"


def test_a_node_without_a_row_waits():
    view = views.node(None, Step(node=NodeId("n0"), title="train", kind="task"))
    assert (view.phase, view.span, view.deck) == ("waiting", views.Span(), False)


def test_a_node_has_a_deck_as_soon_as_its_address_is_known():
    message = node_execution_pb2.NodeExecution()
    message.closure.phase = core_execution_pb2.NodeExecution.RUNNING
    message.closure.deck_uri = "file:///deck.html"
    assert views.node(message, Step(node=NodeId("n0"), title="train", kind="task")).deck


def test_a_map_is_shown_by_its_counts_and_its_items_as_nodes():
    message = task_execution_pb2.TaskExecution()
    message.id.node_execution_id.node_id = "n3"
    message.closure.custom_info.update({"items": 500, "succeeded": 7, "failed": 1, "running": 4, "listed": 12})
    for index in range(12):
        message.closure.metadata.external_resources.add(index=index, phase=core_execution_pb2.TaskExecution.FAILED)
    view = views.attempt(message).mapped
    assert view is not None
    assert (view.size, view.succeeded, view.failed, view.running) == (500, 7, 1, 4)
    assert view.items[11] == views.ItemView(index=11, node="n3[11]", phase="failed")
    panel = render(
        "node_panel.html",
        execution=views.execution(execution_pb2.Execution()),
        node=views.node(node_execution_pb2.NodeExecution(), Step(node=NodeId("n3"), title="m", kind="task", depth=0)),
        attempts=[views.attempt(message)],
        attempt=views.attempt(message),
        number=0,
        newest=0,
        tab="overview",
        question=None,
        inputs=None,
        outputs=None,
    )
    assert "7 of 500 succeeded, 1 failed, 4 under way" in panel
    assert "?node=n3%5B11%5D&amp;tab=log" in panel
    assert "12 are listed" in panel


def test_items_say_what_the_catalog_had_and_why():
    message = task_execution_pb2.TaskExecution()
    message.closure.custom_info.update({"items": 2, "succeeded": 1, "failed": 0, "running": 1})
    hit = message.closure.metadata.external_resources.add(index=0, cache_status=catalog_pb2.CACHE_HIT)
    hit.custom_info.update({"reason": "its outputs are those of execution e7, node n0-n1"})
    message.closure.metadata.external_resources.add(index=1)
    found = views.attempt(message).mapped
    assert found is not None
    assert [(item.cache, item.why) for item in found.items] == [
        ("hit", "its outputs are those of execution e7, node n0-n1"),
        ("", ""),
    ]
    assert found.cached


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        (["succeeded", "failed", "running"], "failed"),
        (["succeeded", "queued", "running"], "running"),
        (["succeeded", "waiting"], "waiting"),
        (["recovered", "succeeded"], "succeeded"),
    ],
)
def test_nodes_that_are_shown_as_one_stand_where_the_first_of_interest_does(found: list[str], shown: str):
    assert phases.together(found) == shown


def test_a_gate_says_what_it_asks_for_and_a_sleep_asks_nobody():
    gates = [workflow_pb2.Node(id=name) for name in ("a", "b", "c")]
    gates[0].gate_node.approve.signal_id = "good?"
    gates[1].gate_node.signal.signal_id = "rate"
    gates[1].gate_node.signal.type.simple = types_pb2.DURATION
    gates[2].gate_node.sleep.duration.seconds = 1
    approval, value, sleep = (views.question(step) for step in steps(closure(template("main", *gates))))
    assert approval is not None
    assert (approval.signal, approval.approval, approval.yes_or_no) == ("good?", True, True)
    assert value is not None
    assert (value.signal, value.expected, value.hint) == ("rate", "duration", "a number of seconds")
    assert not value.yes_or_no
    assert sleep is None


def test_an_attempt_that_was_lost_with_the_platform_says_so_beside_the_time_it_took() -> None:
    lost = task_execution_pb2.TaskExecution()
    lost.closure.phase = core_execution_pb2.TaskExecution.ABORTED
    lost.closure.error.code, lost.closure.error.message = "PlatformRestarted", "the platform was restarted"
    again = task_execution_pb2.TaskExecution()
    again.id.retry_attempt = 1
    attempts = [views.attempt(lost), views.attempt(again)]
    panel = render(
        "node_panel.html",
        execution=views.execution(execution_pb2.Execution()),
        node=views.node(node_execution_pb2.NodeExecution(), Step(node=NodeId("n0"), title="t", kind="task")),
        attempts=attempts,
        attempt=attempts[1],
        number=1,
        newest=1,
        tab="overview",
        question=None,
        inputs=None,
        outputs=None,
    )
    assert '<span class="soft" title="the platform was restarted">PlatformRestarted</span>' in panel
    assert panel.count("with the downtime") == 1


def test_a_case_says_when_it_is_taken_and_a_node_that_never_began_that() -> None:
    step = Step(node=NodeId("b-0-n0"), title="small", kind="task", depth=1, case="if x < 3")
    message = node_execution_pb2.NodeExecution()
    message.closure.phase = core_execution_pb2.NodeExecution.SKIPPED
    assert "data-taken" not in render("node_row.html", node=views.node(message, step))
    message.closure.phase = core_execution_pb2.NodeExecution.RUNNING
    row = render("node_row.html", node=views.node(message, step))
    assert 'data-taken title="This case was taken">if x &lt; 3</span>' in row
    assert "Not started" in render("node_row.html", node=views.node(None, step, unbegun=phases.NOT_STARTED))
