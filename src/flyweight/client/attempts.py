"""Handles of attempts: one try of a node's task, where it stands, what it was given and what it gave."""

from functools import cached_property

from flyteidl.admin import task_execution_pb2
from flyteidl.core import execution_pb2, identifier_pb2

from flyweight.client import rpcs
from flyweight.client.channel import Connection
from flyweight.client.data import ClientData
from flyweight.client.outputs import LiteralsResolver
from flyweight.client.upload import Uploading
from flyweight.errors import PreconditionFailed

Phase = execution_pb2.TaskExecution
_ENDED = frozenset({Phase.SUCCEEDED, Phase.FAILED, Phase.ABORTED})


class FlyteTaskExecution:
    """One attempt of a task."""

    def __init__(self, remote: Uploading, message: task_execution_pb2.TaskExecution) -> None:
        self._remote = remote
        self.message = message

    @property
    def id(self) -> identifier_pb2.TaskExecutionIdentifier:
        """Which task, which node, and which try (``retry_attempt``, from 0)."""
        return self.message.id

    @property
    def closure(self) -> task_execution_pb2.TaskExecutionClosure:
        """All the platform says about where it stands."""
        return self.message.closure

    @property
    def input_uri(self) -> str:
        """Where its inputs lie."""
        return self.message.input_uri

    @property
    def is_parent(self) -> bool:
        """Whether it drew nodes of its own."""
        return self.message.is_parent

    @property
    def phase(self) -> str:
        """``RUNNING``, ``SUCCEEDED``, ..."""
        return Phase.Phase.Name(self.closure.phase)

    @property
    def is_done(self) -> bool:
        """Whether it has ended for good."""
        return self.closure.phase in _ENDED

    @property
    def error(self) -> execution_pb2.ExecutionError | None:
        """Why it failed (``.message``, ``.code``), or None."""
        return self.closure.error if self.closure.HasField("error") else None

    @property
    def inputs(self) -> LiteralsResolver:
        """What it was given, by name."""
        return LiteralsResolver(self._fetched.full_inputs.literals, data=self._data)

    @property
    def outputs(self) -> LiteralsResolver:
        """What it gave, by name.

        Raises:
            PreconditionFailed: it has not succeeded, yet.

        """
        if self.closure.phase != Phase.SUCCEEDED:
            raise PreconditionFailed(f"Attempt {self.id.retry_attempt} has no outputs: it is {self.phase}.")
        return LiteralsResolver(self._fetched.full_outputs.literals, data=self._data)

    @cached_property
    def _fetched(self) -> task_execution_pb2.TaskExecutionGetDataResponse:
        request = task_execution_pb2.TaskExecutionGetDataRequest(id=self.id)
        return self._remote.connection.call(rpcs.GET_TASK_EXECUTION_DATA, request)

    @property
    def _data(self) -> ClientData:
        of = self.id.node_execution_id.execution_id
        return ClientData(self._remote, of.project, of.domain)

    def __repr__(self) -> str:
        return f"<attempt {self.id.retry_attempt} of {self.id.node_execution_id.node_id}: {self.phase}>"


def list_attempts(
    connection: Connection, node: identifier_pb2.NodeExecutionIdentifier
) -> list[task_execution_pb2.TaskExecution]:
    """List the attempts of a node, the first one first."""
    request = task_execution_pb2.TaskExecutionListRequest(node_execution_id=node, limit=100)
    found = connection.call(rpcs.LIST_TASK_EXECUTIONS, request).task_executions
    return sorted(found, key=lambda each: each.id.retry_attempt)
