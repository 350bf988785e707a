"""What an attempt used is told by the API and drawn in its panel, from the row on."""

import re

from flyteidl.admin import execution_pb2, node_execution_pb2
from flyteidl.core import identifier_pb2

from flyweight.console import views
from flyweight.console.rendering import render
from flyweight.engine.phases import AttemptPhase
from flyweight.engine.records import AttemptRecord
from flyweight.executors.series import Series
from flyweight.executors.usage import TreeUsage
from flyweight.ids import ExecutionKey, NodeId
from flyweight.semantics.steps import Step
from flyweight.services.views import Subject
from flyweight.services.views import attempt as told

OF = identifier_pb2.WorkflowExecutionIdentifier(project="p", domain="d", name="e")


def attempt(*measured: tuple[float, int, float], peak: int = 0) -> views.AttemptView:
    series = Series()
    for seconds, mebibytes, cpu in measured:
        series.note(seconds, TreeUsage(memory=mebibytes << 20, cpu=cpu))
    row = AttemptRecord(
        execution=ExecutionKey(1),
        node=NodeId("n0"),
        attempt=0,
        task="TASK:p:d:t:v",
        phase=AttemptPhase.SUCCEEDED,
        usage_series=series.data(0),
        peak_memory_bytes=peak << 20,
    )
    message = told(Subject(execution=OF, console="http://x/console"), row)
    if measured:
        course = message.closure.custom_info["usage"]
        assert list(course["seconds"]) == [seconds for seconds, _, _ in measured]
        assert list(course["memory_bytes"]) == [mebibytes << 20 for _, mebibytes, _ in measured]
    return views.attempt(message)


def panel(view: views.AttemptView) -> str:
    return render(
        "node_panel.html",
        execution=views.execution(execution_pb2.Execution(id=OF)),
        node=views.node(node_execution_pb2.NodeExecution(), Step(node=NodeId("n0"), title="t", kind="task", depth=0)),
        attempts=[view],
        attempt=view,
        number=0,
        newest=0,
        tab="overview",
        question=None,
        inputs=None,
        outputs=None,
    )


def test_memory_and_processors_are_drawn_as_steps_each_against_its_highest() -> None:
    drawn = panel(attempt((1, 50, 1.0), (2, 100, 3.0), (4, 25, 4.0)))
    lines = re.findall(r'<polyline class="(\w+)" points="([\d., ]+)"', drawn)
    assert lines == [
        ("memory", "0.0,32.0 120.0,32.0 120.0,0.0 240.0,0.0 240.0,48.0 480.0,48.0"),
        ("cpu", "0.0,64.0 120.0,64.0 120.0,0.0 240.0,0.0 240.0,48.0 480.0,48.0"),
    ]
    assert "memory, up to 100 MiB" in drawn
    assert "processors, up to 2.0" in drawn
    assert "over 4.0 s" in drawn


def test_what_took_no_time_is_not_drawn() -> None:
    assert "<polyline" not in panel(attempt())


def test_what_used_nothing_is_a_line_at_the_bottom() -> None:
    assert panel(attempt((1, 0, 0.0), (2, 0, 0.0))).count("240.0,64.0") == 4


def test_the_chart_and_the_table_say_the_same_peak_also_one_that_fell_between_two_looks() -> None:
    seen = attempt((1, 32, 1.0), (2, 20, 1.0), peak=51)
    assert seen.usage is not None
    assert (seen.usage.most_memory, seen.peak_memory) == ("51 MiB", "51 MiB")
