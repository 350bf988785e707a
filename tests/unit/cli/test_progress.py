"""Lines that tell how an execution goes, one for each change of a node."""

import io

import pytest
from flyteidl.admin import node_execution_pb2
from flyteidl.core import execution_pb2
from rich.console import Console

from flyweight.cli.progress import _Lines
from flyweight.client.progress import NodeState

MAPPED = "jobs.map_score_16318ca80b87ebf18c3d87a1d798ce59-arraynode"


@pytest.mark.parametrize(
    ("node", "spec", "task", "line"),
    [
        ("n0", "n0", "", "n0 (train) running"),
        ("n1", "n1", "", "n1 running"),
        ("n1-0-dn0", "dn0", "jobs.clean", "n1-0-dn0 (clean) running"),
        ("n1-0-dn1", "dn1", MAPPED, "n1-0-dn1 (map_score) running"),
        ("n1-0-dn2", "dn2", "", "n1-0-dn2 (dn2) running"),
    ],
)
def test_a_node_is_named_by_what_it_runs_also_inside_a_dynamic_task(node: str, spec: str, task: str, line: str) -> None:
    message = node_execution_pb2.NodeExecution()
    message.id.node_id, message.metadata.spec_node_id = node, spec
    message.closure.phase = execution_pb2.NodeExecution.RUNNING
    told = io.StringIO()
    _Lines(Console(file=told), {"n0": "train"}).show(NodeState(message=message, task=task))
    assert told.getvalue().strip() == line


def test_a_gate_says_what_it_waits_for_and_the_command_that_answers() -> None:
    message = node_execution_pb2.NodeExecution()
    message.id.node_id = "n1"
    message.closure.phase = execution_pb2.NodeExecution.RUNNING
    told = io.StringIO()
    asked = {"good enough?": "flyweight execution e1 approve 'good enough?' (or reject)"}
    lines = _Lines(Console(file=told), {"n1": "good enough?"}, lambda: asked)
    lines.show(NodeState(message=message, reason="waits for an answer: good enough?"))
    assert told.getvalue().splitlines() == [
        "  n1 (good enough?) running: waits for an answer: good enough?",
        "    flyweight execution e1 approve 'good enough?' (or reject)",
    ]


def test_a_node_that_is_an_execution_of_its_own_names_it() -> None:
    message = node_execution_pb2.NodeExecution()
    message.id.node_id = "n2"
    message.closure.phase = execution_pb2.NodeExecution.FAILED
    message.closure.workflow_node_metadata.executionId.name = "f6b4"
    told = io.StringIO()
    _Lines(Console(file=told), {"n2": "child"}).show(NodeState(message=message))
    assert told.getvalue() == "  n2 (child) failed: execution f6b4\n"


def test_a_node_that_failed_says_of_what_in_a_line_with_the_code() -> None:
    message = node_execution_pb2.NodeExecution()
    message.id.node_id = "n2"
    message.closure.phase = execution_pb2.NodeExecution.FAILED
    message.closure.error.code, message.closure.error.message = "OutOfMemory", "past its limit\nof 300 MiB"
    told = io.StringIO()
    _Lines(Console(file=told), {"n2": "greedy"}).show(NodeState(message=message))
    assert told.getvalue() == "  n2 (greedy) failed: OutOfMemory: past its limit\n"
