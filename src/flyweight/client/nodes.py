"""Handles of nodes: where one step of an execution stands, what it was given and what it gave."""

from functools import cached_property

from flyteidl.admin import node_execution_pb2
from flyteidl.core import compiler_pb2, identifier_pb2

from flyweight.client import rpcs
from flyweight.client.attempts import FlyteTaskExecution, list_attempts
from flyweight.client.data import ClientData
from flyweight.client.outputs import LiteralsResolver
from flyweight.client.progress import NodeState
from flyweight.client.upload import Uploading
from flyweight.errors import PreconditionFailed


class FlyteNodeExecution:
    """One node of an execution."""

    def __init__(self, remote: Uploading, state: NodeState) -> None:
        self._remote = remote
        self.state = state

    @property
    def id(self) -> identifier_pb2.NodeExecutionIdentifier:
        """Which node of which execution."""
        return self.state.message.id

    @property
    def closure(self) -> node_execution_pb2.NodeExecutionClosure:
        """All the platform says about where it stands."""
        return self.state.message.closure

    @property
    def metadata(self) -> node_execution_pb2.NodeExecutionMetaData:
        """What kind of node it is, and its id in its own workflow."""
        return self.state.message.metadata

    @property
    def input_uri(self) -> str:
        """Where its inputs lie."""
        return self.state.message.input_uri

    @property
    def task_executions(self) -> list[FlyteTaskExecution]:
        """The attempts of its task, the first one first; asked for now."""
        return [FlyteTaskExecution(self._remote, each) for each in list_attempts(self._remote.connection, self.id)]

    @property
    def subworkflow_node_executions(self) -> "dict[str, FlyteNodeExecution]":
        """The nodes inside it, by id; asked for now."""
        request = node_execution_pb2.NodeExecutionListRequest(
            workflow_execution_id=self.id.execution_id, unique_parent_id=self.id.node_id, limit=100
        )
        found: dict[str, FlyteNodeExecution] = {}
        while True:
            page = self._remote.connection.call(rpcs.LIST_NODE_EXECUTIONS, request)
            for message in page.node_executions:
                found[message.id.node_id] = FlyteNodeExecution(self._remote, NodeState(message=message))
            if not page.token:
                return found
            request.token = page.token

    @property
    def phase(self) -> str:
        """``RUNNING``, ``SUCCEEDED``, ..."""
        return self.state.phase

    @property
    def is_done(self) -> bool:
        """Whether it has ended for good."""
        return self.state.is_done

    @property
    def error(self) -> str:
        """Why it failed, or nothing."""
        return self.state.error

    @property
    def outputs(self) -> LiteralsResolver:
        """What it gave, by name.

        Raises:
            PreconditionFailed: it has not succeeded, yet.

        """
        if self.state.outputs is not None:
            return LiteralsResolver(self.state.outputs.literals, data=self._data)
        if not self.is_done or self.error:
            raise PreconditionFailed(f"{self.id.node_id} has no outputs: it is {self.phase}. {self.error}".strip())
        return LiteralsResolver(self._fetched.full_outputs.literals, data=self._data)

    @property
    def inputs(self) -> LiteralsResolver:
        """What it was given, by name."""
        return LiteralsResolver(self._fetched.full_inputs.literals, data=self._data)

    @property
    def drawn(self) -> compiler_pb2.CompiledWorkflowClosure | None:
        """The workflow that its dynamic task drew; None if there is none, or it is gone or too large."""
        found = self._fetched.dynamic_workflow
        return found.compiled_workflow if found.HasField("compiled_workflow") else None

    @cached_property
    def _fetched(self) -> node_execution_pb2.NodeExecutionGetDataResponse:
        request = node_execution_pb2.NodeExecutionGetDataRequest(id=self.id)
        return self._remote.connection.call(rpcs.GET_NODE_EXECUTION_DATA, request)

    @property
    def _data(self) -> ClientData:
        of = self.id.execution_id
        return ClientData(self._remote, of.project, of.domain)

    def __repr__(self) -> str:
        return f"<{self.id.node_id}: {self.phase}>"
