"""Asks about executions: one by name, the last ones, their logs; and starts old ones again where they failed."""

from collections.abc import Iterator, Mapping
from typing import Any, TypedDict, Unpack

from flyteidl.admin import (
    common_pb2,
    execution_pb2,
    launch_plan_pb2,
    node_execution_pb2,
    task_execution_pb2,
    version_pb2,
)
from flyteidl.core import identifier_pb2, metrics_pb2

from flyweight.client import recorded, rpcs
from flyweight.client.addresses import Addressing
from flyweight.client.attempts import FlyteTaskExecution
from flyweight.client.entities import FetchedEntity
from flyweight.client.executions import FlyteWorkflowExecution, Seconds
from flyweight.client.fetch import NEWEST_FIRST, filters_text
from flyweight.client.links import entity_url, execution_url
from flyweight.client.nodes import FlyteNodeExecution
from flyweight.client.progress import NodeState
from flyweight.errors import NotFound
from flyweight.ids import place_named
from flyweight.protocol import watch_pb2
from flyweight.semantics.rerun import RERUN_NODE


class Place(TypedDict, total=False):
    """Whose executions; the defaults when left out."""

    project: str | None
    domain: str | None


class Looking(Addressing):
    """Reads about executions."""

    def fetch_execution(
        self,
        project: str | None = None,
        domain: str | None = None,
        name: str | None = None,
        output_types: Mapping[str, Any] | None = None,
    ) -> FlyteWorkflowExecution:
        """Fetch an execution by name; ``output_types`` are the Python types of its outputs, where they are known.

        Raises:
            NotFound: there is none of that name.

        """
        if not name:
            raise NotFound("Which execution? Give its name.")
        return self._handle(self.execution_id(name, project, domain), output_types)

    def recent_executions(
        self,
        project: str | None = None,
        domain: str | None = None,
        limit: int = 100,
        filters: list[Any] | None = None,
    ) -> list[FlyteWorkflowExecution]:
        """List executions, newest first.

        Args:
            project: the default project when left out.
            domain: likewise.
            limit: how many at most.
            filters: Flyte's filters, ``"eq(phase,SUCCEEDED)"`` and the like; all must hold.

        """
        request = common_pb2.ResourceListRequest(
            id=common_pb2.NamedEntityIdentifier(
                project=project or self.default_project, domain=domain or self.default_domain
            ),
            limit=limit,
            filters=filters_text(filters),
            sort_by=NEWEST_FIRST,
        )
        found = self.connection.call(rpcs.LIST_EXECUTIONS, request).executions
        return [FlyteWorkflowExecution(self, one) for one in found]

    def recover(self, name: str, new_name: str = "", **place: Unpack[Place]) -> FlyteWorkflowExecution:
        """Start a failed execution again; what had succeeded is not run again."""
        request = execution_pb2.ExecutionRecoverRequest(
            id=self.execution_id(name, place.get("project"), place.get("domain")), name=new_name
        )
        return self._handle(self.connection.call(rpcs.RECOVER_EXECUTION, request).id)

    def rerun(
        self, name: str, node: str, new_name: str = "", *, version: str = "", **place: Unpack[Place]
    ) -> FlyteWorkflowExecution:
        """Run one node of an execution that has ended again, with its recorded inputs, and go on from there.

        What the node does not wait for is taken over. The node, with all inside it, runs even if its outputs are
        cached; what follows from it may be cached. A platform of Flyte's own does not know how.

        Args:
            name: of the execution.
            node: its id there: ``n1``, ``n0-0-n1`` for one inside another, or ``n1[3]`` for an item of a map, which
                Flyte calls ``n1-n3``: that item runs again, and the map's other items are taken over.
            new_name: of the new execution; drawn if empty.
            version: of the launch plan or task to run instead: newer code. What it calls by other names runs, too.
            **place: project and domain, if they are not the client's own.

        Raises:
            NotFound: there is no such execution or node, or no such version.
            PreconditionFailed: the execution has not ended.
            InvalidInput: newer code has other inputs, or no such node.

        """
        of = self.execution_id(name, place.get("project"), place.get("domain"))
        metadata = execution_pb2.ExecutionMetadata(
            mode=execution_pb2.ExecutionMetadata.RECOVERED, reference_execution=of
        )
        spec = execution_pb2.ExecutionSpec(metadata=metadata, launch_plan=identifier_pb2.Identifier(version=version))
        spec.annotations.values[RERUN_NODE] = place_named(node)
        request = execution_pb2.ExecutionCreateRequest(project=of.project, domain=of.domain, name=new_name, spec=spec)
        return self._handle(self.connection.call(rpcs.CREATE_EXECUTION, request).id)

    def wait(
        self,
        execution: FlyteWorkflowExecution,
        timeout: Seconds = None,
        poll_interval: Seconds = None,
        sync_nodes: bool = True,  # noqa: FBT001, FBT002  flytekit's signature
    ) -> FlyteWorkflowExecution:
        """Wait until an execution has ended; see ``FlyteWorkflowExecution.wait``."""
        return execution.wait(timeout, poll_interval, sync_nodes)

    def sync(self, execution: FlyteWorkflowExecution, **_: object) -> FlyteWorkflowExecution:
        """Ask where an execution stands now."""
        return execution.sync()

    sync_execution = sync

    def sync_node_execution(self, execution: FlyteNodeExecution, *_: object) -> FlyteNodeExecution:
        """Ask where a node stands now."""
        request = node_execution_pb2.NodeExecutionGetRequest(id=execution.id)
        message = self.connection.call(rpcs.GET_NODE_EXECUTION, request)
        return FlyteNodeExecution(self, NodeState(message=message))

    def sync_task_execution(self, execution: FlyteTaskExecution, *_: object) -> FlyteTaskExecution:
        """Ask where an attempt stands now."""
        request = task_execution_pb2.TaskExecutionGetRequest(id=execution.id)
        return FlyteTaskExecution(self, self.connection.call(rpcs.GET_TASK_EXECUTION, request))

    def find_launch_plan(
        self,
        lp_ref: identifier_pb2.Identifier,
        node_launch_plans: dict[tuple[str, ...], launch_plan_pb2.LaunchPlanSpec],
    ) -> None:
        """Fetch a launch plan's spec into a dictionary that lacks it, under ``(project, domain, name, version)``."""
        key = (lp_ref.project, lp_ref.domain, lp_ref.name, lp_ref.version)
        if key not in node_launch_plans:
            node_launch_plans[key] = self.fetch_launch_plan(*key).message.spec

    def terminate(self, execution: FlyteWorkflowExecution, cause: str) -> None:
        """Stop an execution."""
        execution.terminate(cause)

    def logs(
        self, name: str, node: str, attempt: int | None = None, *, follow: bool = False, **place: Unpack[Place]
    ) -> Iterator[bytes]:
        """Read what a node's task wrote.

        Args:
            name: the execution.
            node: the node's id, or ``n1[3]`` for an item of a map.
            attempt: which try, from 0; the last one when left out.
            follow: go on until the attempt has ended.
            place: ``project`` and ``domain``.

        """
        of = self.execution_id(name, place.get("project"), place.get("domain"))
        place_id = place_named(node)
        if attempt is None:
            attempt = self._last_attempt(of, place_id)
        request = watch_pb2.LogsRequest(
            project=of.project, domain=of.domain, name=name, node_id=place_id, attempt=attempt, follow=follow
        )
        for chunk in self.connection.stream(rpcs.READ_LOGS, request):
            yield chunk.text

    def recorded_call(self, name: str, node: str, **place: Unpack[Place]) -> recorded.RecordedCall:
        """Give the task that a node or an item of a map (``n1[3]``) ran, and what it was given.

        Raises:
            NotFound: there is no such node, or it runs no task, or did not have to: what is cached, or was recovered.

        """
        of = self.execution_id(name, place.get("project"), place.get("domain"))
        return recorded.call(self.connection, of, place_named(node))

    def get_execution_metrics(
        self,
        id: identifier_pb2.WorkflowExecutionIdentifier,  # noqa: A002  flytekit's
        depth: int = 10,
    ) -> metrics_pb2.Span:
        """Give how long an execution and its parts took, as a tree of spans, ``depth`` levels deep."""
        request = execution_pb2.WorkflowExecutionGetMetricsRequest(id=id, depth=depth)
        return self.connection.call(rpcs.GET_EXECUTION_METRICS, request).span

    def generate_console_http_domain(self) -> str:
        """Give the console's address."""
        return self.console

    def generate_console_url(self, entity: FlyteWorkflowExecution | FetchedEntity | identifier_pb2.Identifier) -> str:
        """Give the console's address of an execution or an entity."""
        match entity:
            case FlyteWorkflowExecution():
                return execution_url(self.console, entity.id)
            case FetchedEntity():
                return entity_url(self.console, entity.id)
            case _:
                return entity_url(self.console, entity)

    def platform_version(self) -> str:
        """Ask which version the platform has."""
        return self.connection.call(rpcs.GET_VERSION, version_pb2.GetVersionRequest()).control_plane_version.Version

    def _handle(
        self, of: identifier_pb2.WorkflowExecutionIdentifier, output_types: Mapping[str, Any] | None = None
    ) -> FlyteWorkflowExecution:
        found = self.connection.call(rpcs.GET_EXECUTION, execution_pb2.WorkflowExecutionGetRequest(id=of))
        return FlyteWorkflowExecution(self, found, output_types=output_types)

    def _last_attempt(self, of: identifier_pb2.WorkflowExecutionIdentifier, node: str) -> int:
        request = task_execution_pb2.TaskExecutionListRequest(
            node_execution_id=identifier_pb2.NodeExecutionIdentifier(execution_id=of, node_id=node), limit=100
        )
        tries = self.connection.call(rpcs.LIST_TASK_EXECUTIONS, request).task_executions
        return max((one.id.retry_attempt for one in tries), default=0)
