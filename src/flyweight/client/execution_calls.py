"""The part of ``remote.client`` about executions: what runs and ran, its nodes, attempts and data, and signals."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from flyteidl.admin import common_pb2, execution_pb2, node_execution_pb2, signal_pb2, task_execution_pb2
from flyteidl.core import identifier_pb2
from flyteidl.service import dataproxy_pb2
from google.protobuf.duration_pb2 import Duration

from flyweight.client import rpcs
from flyweight.client.channel import Connection
from flyweight.client.fetch import filters_text
from flyweight.client.requests import list_request, message
from flyweight.ids import new_execution_name

Filters = Iterable[Any] | None


class ExecutionCalls:
    """Calls about executions and their data."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create_execution(
        self, project: str, domain: str, name: str | None, execution_spec: Any, inputs: Any
    ) -> identifier_pb2.WorkflowExecutionIdentifier:
        """Start an execution and give its identifier; a name is drawn where none is given."""
        request = execution_pb2.ExecutionCreateRequest(
            project=project,
            domain=domain,
            name=name or new_execution_name(),
            spec=message(execution_spec),
            inputs=message(inputs),
        )
        return self._connection.call(rpcs.CREATE_EXECUTION, request).id

    def recover_execution(self, id: Any, name: str | None = None) -> identifier_pb2.WorkflowExecutionIdentifier:  # noqa: A002  flytekit's
        """Start a failed execution again; what had succeeded is taken over."""
        request = execution_pb2.ExecutionRecoverRequest(id=message(id), name=name or "")
        return self._connection.call(rpcs.RECOVER_EXECUTION, request).id

    def relaunch_execution(self, id: Any, name: str | None = None) -> identifier_pb2.WorkflowExecutionIdentifier:  # noqa: A002  flytekit's
        """Start an execution again from the beginning."""
        request = execution_pb2.ExecutionRelaunchRequest(id=message(id), name=name or "")
        return self._connection.call(rpcs.RELAUNCH_EXECUTION, request).id

    def terminate_execution(self, id: Any, cause: str) -> None:  # noqa: A002  flytekit's
        """Stop an execution."""
        request = execution_pb2.ExecutionTerminateRequest(id=message(id), cause=cause)
        self._connection.call(rpcs.TERMINATE_EXECUTION, request)

    def get_execution(self, id: Any) -> execution_pb2.Execution:  # noqa: A002  flytekit's
        """Give an execution; raises ``NotFound``."""
        return self._connection.call(rpcs.GET_EXECUTION, execution_pb2.WorkflowExecutionGetRequest(id=message(id)))

    def get_execution_data(self, execution: Any) -> execution_pb2.WorkflowExecutionGetDataResponse:
        """Give an execution's inputs and outputs."""
        request = execution_pb2.WorkflowExecutionGetDataRequest(id=message(execution))
        return self._connection.call(rpcs.GET_EXECUTION_DATA, request)

    def get_execution_metrics(self, id: Any, depth: int = 10) -> execution_pb2.WorkflowExecutionGetMetricsResponse:  # noqa: A002  flytekit's
        """Give how long an execution and its parts took."""
        request = execution_pb2.WorkflowExecutionGetMetricsRequest(id=message(id), depth=depth)
        return self._connection.call(rpcs.GET_EXECUTION_METRICS, request)

    def list_executions_paginated(
        self,
        project: str,
        domain: str,
        limit: int = 100,
        token: str | None = None,
        filters: Filters = None,
        sort_by: Any = None,
    ) -> tuple[list[execution_pb2.Execution], str]:
        """List executions."""
        place = common_pb2.NamedEntityIdentifier(project=project, domain=domain)
        found = self._connection.call(rpcs.LIST_EXECUTIONS, list_request(place, limit, token, filters, sort_by))
        return list(found.executions), found.token

    def get_node_execution(self, node_execution_identifier: Any) -> node_execution_pb2.NodeExecution:
        """Give a node of an execution; raises ``NotFound``."""
        request = node_execution_pb2.NodeExecutionGetRequest(id=message(node_execution_identifier))
        return self._connection.call(rpcs.GET_NODE_EXECUTION, request)

    def get_node_execution_data(
        self, node_execution_identifier: Any
    ) -> node_execution_pb2.NodeExecutionGetDataResponse:
        """Give a node's inputs and outputs."""
        request = node_execution_pb2.NodeExecutionGetDataRequest(id=message(node_execution_identifier))
        return self._connection.call(rpcs.GET_NODE_EXECUTION_DATA, request)

    def list_node_executions(
        self,
        workflow_execution_identifier: Any,
        limit: int = 100,
        token: str | None = None,
        filters: Filters = None,
        sort_by: Any = None,
        unique_parent_id: str | None = None,
    ) -> tuple[list[node_execution_pb2.NodeExecution], str]:
        """List an execution's nodes: the outermost ones, or those inside one."""
        request = node_execution_pb2.NodeExecutionListRequest(
            workflow_execution_id=message(workflow_execution_identifier),
            limit=limit,
            token=token or "",
            filters=filters_text(filters),
            sort_by=message(sort_by),
            unique_parent_id=unique_parent_id or "",
        )
        found = self._connection.call(rpcs.LIST_NODE_EXECUTIONS, request)
        return list(found.node_executions), found.token

    def list_node_executions_for_task_paginated(
        self,
        task_execution_identifier: Any,
        limit: int = 100,
        token: str | None = None,
        filters: Filters = None,
        sort_by: Any = None,
    ) -> tuple[list[node_execution_pb2.NodeExecution], str]:
        """List the nodes that a dynamic task's attempt drew."""
        request = node_execution_pb2.NodeExecutionForTaskListRequest(
            task_execution_id=message(task_execution_identifier),
            limit=limit,
            token=token or "",
            filters=filters_text(filters),
            sort_by=message(sort_by),
        )
        found = self._connection.call(rpcs.LIST_NODE_EXECUTIONS_FOR_TASK, request)
        return list(found.node_executions), found.token

    def get_task_execution(self, id: Any) -> task_execution_pb2.TaskExecution:  # noqa: A002  flytekit's
        """Give one attempt of a task; raises ``NotFound``."""
        request = task_execution_pb2.TaskExecutionGetRequest(id=message(id))
        return self._connection.call(rpcs.GET_TASK_EXECUTION, request)

    def get_task_execution_data(
        self, task_execution_identifier: Any
    ) -> task_execution_pb2.TaskExecutionGetDataResponse:
        """Give an attempt's inputs and outputs."""
        request = task_execution_pb2.TaskExecutionGetDataRequest(id=message(task_execution_identifier))
        return self._connection.call(rpcs.GET_TASK_EXECUTION_DATA, request)

    def list_task_executions_paginated(
        self,
        node_execution_identifier: Any,
        limit: int = 100,
        token: str | None = None,
        filters: Filters = None,
        sort_by: Any = None,
    ) -> tuple[list[task_execution_pb2.TaskExecution], str]:
        """List the attempts of a node."""
        request = task_execution_pb2.TaskExecutionListRequest(
            node_execution_id=message(node_execution_identifier),
            limit=limit,
            token=token or "",
            filters=filters_text(filters),
            sort_by=message(sort_by),
        )
        found = self._connection.call(rpcs.LIST_TASK_EXECUTIONS, request)
        return list(found.task_executions), found.token

    def list_signals(self, signal_list_request: signal_pb2.SignalListRequest) -> signal_pb2.SignalList:
        """List what gates wait for."""
        return self._connection.call(rpcs.LIST_SIGNALS, signal_list_request)

    def set_signal(self, signal_set_request: signal_pb2.SignalSetRequest) -> signal_pb2.SignalSetResponse:
        """Answer a gate."""
        return self._connection.call(rpcs.SET_SIGNAL, signal_set_request)

    def get_upload_signed_url(  # noqa: PLR0913, PLR0917  flytekit's signature
        self,
        project: str,
        domain: str,
        content_md5: bytes | None = None,
        filename: str | None = None,
        expires_in: dt.timedelta | None = None,
        filename_root: str | None = None,
        add_content_md5_metadata: bool = True,  # noqa: FBT001, FBT002  flytekit's signature
    ) -> dataproxy_pb2.CreateUploadLocationResponse:
        """Give a signed link to write one object with."""
        request = dataproxy_pb2.CreateUploadLocationRequest(
            project=project,
            domain=domain,
            content_md5=content_md5 or b"",
            filename=filename or "",
            expires_in=_duration(expires_in),
            filename_root=filename_root or "",
            add_content_md5_metadata=add_content_md5_metadata,
        )
        return self._connection.call(rpcs.CREATE_UPLOAD_LOCATION, request)

    def get_download_signed_url(
        self, native_url: str, expires_in: dt.timedelta | None = None
    ) -> dataproxy_pb2.CreateDownloadLocationResponse:
        """Give a signed link to read one object with."""
        request = dataproxy_pb2.CreateDownloadLocationRequest(native_url=native_url, expires_in=_duration(expires_in))
        return self._connection.call(rpcs.CREATE_DOWNLOAD_LOCATION, request)

    def get_data(self, flyte_uri: str) -> dataproxy_pb2.GetDataResponse:
        """Give what a ``flyte://`` address names."""
        return self._connection.call(rpcs.GET_DATA, dataproxy_pb2.GetDataRequest(flyte_url=flyte_uri))


def _duration(given: dt.timedelta | None) -> Duration | None:
    if given is None:
        return None
    made = Duration()
    made.FromTimedelta(given)
    return made
