"""Nodes and attempts of executions, as Flyte's clients list and read them: state, data, logs and decks."""

from flyteidl.admin import node_execution_pb2, task_execution_pb2
from flyteidl.core import identifier_pb2

from flyweight.engine.graph import NodeKind
from flyweight.engine.phases import NodePhase
from flyweight.engine.records import DYNAMIC, NO_NODE, AttemptRecord, NodeRecord
from flyweight.errors import NotFound, TooLarge
from flyweight.ids import NodeId
from flyweight.services import registered, views
from flyweight.services.drawings import Drawings
from flyweight.services.identifiers import parse_key
from flyweight.services.links import Links
from flyweight.services.lookup import Lookup
from flyweight.store.executions import ExecutionStore
from flyweight.store.listing import ListQuery
from flyweight.store.registry import TaskTable
from flyweight.store.rows import StoredExecution

_TYPES_KEPT = 10_000
ITEMS_LISTED = 1000
"""So many items of a map stand in its task execution, which has no pages and 20 MB at most; those that failed first."""


class Nodes:
    """What the platform tells of nodes and attempts."""

    def __init__(
        self, *, store: ExecutionStore, tasks: TaskTable, lookup: Lookup, links: Links, drawings: Drawings
    ) -> None:
        self._store = store
        self._lookup = lookup
        self._links = links
        self._tasks = tasks
        self._drawings = drawings
        self._task_types: dict[str, str] = {}

    async def get_node_execution(
        self, request: node_execution_pb2.NodeExecutionGetRequest
    ) -> node_execution_pb2.NodeExecution:
        """Give one node; raises ``NotFound``."""
        found, node = await self._node(request.id)
        return views.node(self._lookup.subject(found), node)

    async def list_node_executions(
        self, request: node_execution_pb2.NodeExecutionListRequest
    ) -> node_execution_pb2.NodeExecutionList:
        """List the nodes under ``unique_parent_id``, or the outermost ones; those that still wait are not there yet."""
        found = await self._lookup.of(request.workflow_execution_id)
        subject = self._lookup.subject(found)
        parent = NodeId(request.unique_parent_id)
        drawn = None
        if parent != NO_NODE:
            # What an earlier attempt drew is listed with that attempt; clients look for these in the last drawing.
            above = await self._lookup.node(found, parent)
            drawn = above.attempt if above.kind == DYNAMIC else None
        page = await self._store.nodes(found.new.key, ListQuery.of(request), parent, drawn)
        return node_execution_pb2.NodeExecutionList(
            node_executions=[views.node(subject, node) for node in page.items], token=page.token
        )

    async def list_node_executions_for_task(
        self, request: node_execution_pb2.NodeExecutionForTaskListRequest
    ) -> node_execution_pb2.NodeExecutionList:
        """List the nodes that a dynamic task's attempt drew."""
        of = request.task_execution_id.node_execution_id
        found, node = await self._node(of)
        subject = self._lookup.subject(found)
        attempt = request.task_execution_id.retry_attempt
        page = await self._store.nodes(found.new.key, ListQuery.of(request), node.node, attempt)
        return node_execution_pb2.NodeExecutionList(
            node_executions=[views.node(subject, child) for child in page.items], token=page.token
        )

    async def get_node_execution_data(
        self, request: node_execution_pb2.NodeExecutionGetDataRequest
    ) -> node_execution_pb2.NodeExecutionGetDataResponse:
        """Give a node's inputs and outputs, inline and by link like an execution's, with their ``flyte://`` URLs."""
        found, node = await self._node(request.id)
        return node_execution_pb2.NodeExecutionGetDataResponse(
            inputs=await self._links.url_blob(node.inputs_uri),
            outputs=await self._links.url_blob(node.outputs_uri),
            full_inputs=views.literal_map(await self._lookup.body(node.inputs, node.inputs_uri)),
            full_outputs=views.literal_map(await self._lookup.body(node.outputs, node.outputs_uri)),
            dynamic_workflow=await self._drawn(node),
            flyte_urls=views.flyte_urls(self._lookup.subject(found), node),
        )

    async def _drawn(self, node: NodeRecord) -> node_execution_pb2.DynamicWorkflowNodeMetadata | None:
        """Give what a node drew, beside its data: without it, if it is gone or too large."""
        try:
            return await self._drawings.workflow(node)
        except (NotFound, TooLarge):
            return None

    async def get_dynamic_node_workflow(
        self, request: node_execution_pb2.GetDynamicNodeWorkflowRequest
    ) -> node_execution_pb2.DynamicNodeWorkflowResponse:
        """Give the workflow that a node's dynamic task drew when it ran; raises ``NotFound`` if it drew none."""
        _, node = await self._node(request.id)
        drawn = await self._drawings.workflow(node)
        if drawn is None:
            raise NotFound(
                f"node {node.node!r} has no workflow of its own: its task is not dynamic, or drew nothing yet"
            )
        return node_execution_pb2.DynamicNodeWorkflowResponse(compiled_workflow=drawn.compiled_workflow)

    async def reasons(self, of: identifier_pb2.WorkflowExecutionIdentifier) -> dict[NodeId, str]:
        """Say in words how far each map has come, and what each gate waits for; raises ``NotFound``.

        Flyte's messages lack that.
        """
        found = await self._lookup.of(of)
        rows = await self._lookup.nodes(found.new.key, NodeKind.ARRAY.value, NodeKind.GATE.value)
        return {row.node: row.reason for row in rows}

    async def get_task_execution(
        self, request: task_execution_pb2.TaskExecutionGetRequest
    ) -> task_execution_pb2.TaskExecution:
        """Give one attempt; raises ``NotFound``."""
        found, node, attempt = await self._attempt(request.id)
        return await self._shown(found, node, attempt)

    async def list_task_executions(
        self, request: task_execution_pb2.TaskExecutionListRequest
    ) -> task_execution_pb2.TaskExecutionList:
        """List a node's attempts."""
        found, node = await self._node(request.node_execution_id)
        page = await self._store.attempts(found.new.key, ListQuery.of(request), node.node)
        attempts = page.items or ([] if request.token else await self._lookup.attempts(found.new.key, node.node))
        shown = [await self._shown(found, node, attempt) for attempt in attempts]
        return task_execution_pb2.TaskExecutionList(task_executions=shown, token=page.token)

    async def get_task_execution_data(
        self, request: task_execution_pb2.TaskExecutionGetDataRequest
    ) -> task_execution_pb2.TaskExecutionGetDataResponse:
        """Give an attempt's inputs (its node's) and outputs (the node's, if this is the attempt that made them)."""
        found, node, attempt = await self._attempt(request.id)
        made = node.phase in {NodePhase.SUCCEEDED, NodePhase.RECOVERED} and attempt.attempt == node.attempt
        outputs, outputs_uri = (node.outputs, node.outputs_uri) if made else (b"", "")
        return task_execution_pb2.TaskExecutionGetDataResponse(
            inputs=await self._links.url_blob(node.inputs_uri),
            outputs=await self._links.url_blob(outputs_uri),
            full_inputs=views.literal_map(await self._lookup.body(node.inputs, node.inputs_uri)),
            full_outputs=views.literal_map(await self._lookup.body(outputs, outputs_uri)),
            flyte_urls=views.flyte_urls(self._lookup.subject(found), node, attempt=attempt.attempt),
        )

    async def _node(self, of: identifier_pb2.NodeExecutionIdentifier) -> tuple[StoredExecution, NodeRecord]:
        found = await self._lookup.of(of.execution_id)
        return found, await self._lookup.node(found, NodeId(of.node_id))

    async def _attempt(
        self, of: identifier_pb2.TaskExecutionIdentifier
    ) -> tuple[StoredExecution, NodeRecord, AttemptRecord]:
        found, node = await self._node(of.node_execution_id)
        attempt = await self._lookup.attempt(found.new.key, node.node, of.retry_attempt)
        if attempt is None:
            raise NotFound(f"node {node.node!r} of execution {found.new.name!r} has no attempt {of.retry_attempt + 1}")
        return found, node, attempt

    async def _shown(
        self, found: StoredExecution, node: NodeRecord, attempt: AttemptRecord
    ) -> task_execution_pb2.TaskExecution:
        subject = self._lookup.subject(found)
        shown = views.attempt(subject, attempt, task_type=await self._task_type(found, node), why=node.reason)
        if node.kind == NodeKind.ARRAY.value:
            views.add_items(shown, subject, node, await self._lookup.items(found, node, ITEMS_LISTED))
        return shown

    async def _task_type(self, found: StoredExecution, node: NodeRecord) -> str:
        """Tell the type of a node's task; versions never change, so what was read once stays true."""
        task = node.task
        if not task:
            return ""
        if task not in self._task_types:
            if len(self._task_types) >= _TYPES_KEPT:
                self._task_types.clear()
            try:
                template = registered.task_template(await self._tasks.get(parse_key(task)))
            except NotFound:
                template = await self._drawings.task(found, node)
            self._task_types[task] = template.type
        return self._task_types[task]
