"""The phases of executions, nodes and attempts; each value is its number on Flyte's wire."""

from enum import Enum

from flyteidl.core import execution_pb2


class _Phase(Enum):
    """Hashed by identity, as members are compared: Enum's own hash runs in Python, and a task asks a dozen times."""

    __hash__ = object.__hash__


class ExecutionPhase(_Phase):
    """Where an execution stands."""

    QUEUED = execution_pb2.WorkflowExecution.QUEUED
    RUNNING = execution_pb2.WorkflowExecution.RUNNING
    SUCCEEDING = execution_pb2.WorkflowExecution.SUCCEEDING
    SUCCEEDED = execution_pb2.WorkflowExecution.SUCCEEDED
    FAILING = execution_pb2.WorkflowExecution.FAILING
    FAILED = execution_pb2.WorkflowExecution.FAILED
    ABORTED = execution_pb2.WorkflowExecution.ABORTED
    TIMED_OUT = execution_pb2.WorkflowExecution.TIMED_OUT
    ABORTING = execution_pb2.WorkflowExecution.ABORTING

    @property
    def terminal(self) -> bool:
        """Tell whether the execution has ended for good."""
        return self in _ENDED_EXECUTIONS


_ENDED_EXECUTIONS = frozenset(
    {ExecutionPhase.SUCCEEDED, ExecutionPhase.FAILED, ExecutionPhase.ABORTED, ExecutionPhase.TIMED_OUT}
)


class NodePhase(_Phase):
    """Where a node stands; WAITING nodes have no row yet."""

    WAITING = execution_pb2.NodeExecution.UNDEFINED
    QUEUED = execution_pb2.NodeExecution.QUEUED
    RUNNING = execution_pb2.NodeExecution.RUNNING
    SUCCEEDED = execution_pb2.NodeExecution.SUCCEEDED
    FAILING = execution_pb2.NodeExecution.FAILING
    FAILED = execution_pb2.NodeExecution.FAILED
    ABORTED = execution_pb2.NodeExecution.ABORTED
    SKIPPED = execution_pb2.NodeExecution.SKIPPED
    TIMED_OUT = execution_pb2.NodeExecution.TIMED_OUT
    DYNAMIC_RUNNING = execution_pb2.NodeExecution.DYNAMIC_RUNNING
    RECOVERED = execution_pb2.NodeExecution.RECOVERED

    @property
    def terminal(self) -> bool:
        """Tell whether the node has ended for good."""
        return self in _ENDED_NODES


_ENDED_NODES = frozenset(
    {
        NodePhase.SUCCEEDED,
        NodePhase.FAILED,
        NodePhase.ABORTED,
        NodePhase.SKIPPED,
        NodePhase.TIMED_OUT,
        NodePhase.RECOVERED,
    }
)


class AttemptPhase(_Phase):
    """Where one try of a task stands (a task execution, in Flyte's words)."""

    QUEUED = execution_pb2.TaskExecution.QUEUED
    RUNNING = execution_pb2.TaskExecution.RUNNING
    SUCCEEDED = execution_pb2.TaskExecution.SUCCEEDED
    ABORTED = execution_pb2.TaskExecution.ABORTED
    FAILED = execution_pb2.TaskExecution.FAILED
    RETRYABLE_FAILED = execution_pb2.TaskExecution.RETRYABLE_FAILED

    @property
    def terminal(self) -> bool:
        """Tell whether the attempt is over."""
        return self not in _OPEN_ATTEMPTS


_OPEN_ATTEMPTS = frozenset({AttemptPhase.QUEUED, AttemptPhase.RUNNING})
