"""Words for phases: one lower-case name that pages, styles and scripts share, and a label that people read."""

from collections.abc import Iterable

from flyteidl.core import execution_pb2

from flyweight.semantics.steps import NOT_STARTED, WAITING

ENDED = frozenset(
    {NOT_STARTED, "succeeded", "failed", "aborted", "timed_out", "skipped", "recovered", "retryable_failed"}
)
"""What stands in these does not change any more."""

FOREMOST = (
    *("failed", "timed_out", "failing", "running", "dynamic_running", "queued", WAITING),
    *("aborted", NOT_STARTED, "succeeded", "recovered", "skipped"),
)
"""Whose phase nodes have that are shown as one: of these the first that one of them has. Pages tell it to scripts."""

FACETS: dict[str, tuple[str, ...]] = {
    "running": ("QUEUED", "RUNNING", "SUCCEEDING", "FAILING", "ABORTING"),
    "succeeded": ("SUCCEEDED",),
    "failed": ("FAILED", "TIMED_OUT"),
    "aborted": ("ABORTED",),
}
"""What a list of executions can be narrowed to, and the wire's phases that it means."""


def execution_phase(number: execution_pb2.WorkflowExecution.Phase) -> str:
    """Name the phase of an execution."""
    name = execution_pb2.WorkflowExecution.Phase.Name(number).lower()
    return "queued" if name == "undefined" else name


def node_phase(number: execution_pb2.NodeExecution.Phase) -> str:
    """Name the phase of a node."""
    name = execution_pb2.NodeExecution.Phase.Name(number).lower()
    return WAITING if name == "undefined" else name


def attempt_phase(number: execution_pb2.TaskExecution.Phase) -> str:
    """Name the phase of an attempt."""
    name = execution_pb2.TaskExecution.Phase.Name(number).lower()
    return "queued" if name == "undefined" else name


def together(found: Iterable[str]) -> str:
    """Name the phase that nodes shown as one stand in: the first of them that somebody wants to know."""
    return min(found, key=FOREMOST.index, default=WAITING)


def label(phase: str) -> str:
    """Write a phase for people."""
    return "Failed, tried again" if phase == "retryable_failed" else phase.replace("_", " ").capitalize()
