"""What dynamic tasks drew when they ran: the compiled workflows that run below their nodes."""

import asyncio
from contextlib import suppress

from flyteidl.admin import node_execution_pb2
from flyteidl.core import compiler_pb2, identifier_pb2, tasks_pb2

from flyweight import blob
from flyweight.engine.records import DYNAMIC, NO_NODE, NodeRecord
from flyweight.errors import NotFound, TooLarge
from flyweight.ids import NodeId, entity_key
from flyweight.semantics.layout import DRAWN, FUTURES
from flyweight.semantics.nesting import Drawn
from flyweight.services.lookup import INLINE_LIMIT, Lookup
from flyweight.store.rows import StoredExecution

SHOWN = 100
"""So many drawings of one execution are read to show it; nodes of the others are shown as they come."""


class Drawings:
    """Reads drawings."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    async def workflow(self, node: NodeRecord) -> node_execution_pb2.DynamicWorkflowNodeMetadata | None:
        """Give what a node's task drew at its last attempt; None for a node that has drawn nothing.

        Raises:
            TooLarge: it does not fit into a message that Flyte's clients take.
        """
        prefix = await self._prefix(node)
        if not prefix:
            return None
        size = await asyncio.to_thread(blob.size, f"{prefix}/{DRAWN}")
        if size > INLINE_LIMIT:
            raise TooLarge(f"the workflow that {node.node!r} drew is {size:,} bytes: read it at {prefix}/{DRAWN}")
        closure = await self._closure(prefix)
        return node_execution_pb2.DynamicWorkflowNodeMetadata(
            id=closure.primary.template.id, compiled_workflow=closure, dynamic_job_spec_uri=f"{prefix}/{FUTURES}"
        )

    async def of(self, execution: identifier_pb2.WorkflowExecutionIdentifier) -> dict[NodeId, Drawn]:
        """Give what dynamic tasks of an execution drew, each at its last attempt; raises ``NotFound``.

        At most ``SHOWN`` of them, and none that is gone: the rest of the execution can be shown without.
        """
        found = await self._lookup.of(execution)
        drawn: dict[NodeId, Drawn] = {}
        for node in (await self._lookup.nodes(found.new.key, DYNAMIC))[:SHOWN]:
            with suppress(NotFound):
                drawn[node.node] = Drawn(attempt=node.attempt, closure=await self._closure(await self._prefix(node)))
        return drawn

    async def task(self, found: StoredExecution, node: NodeRecord) -> tasks_pb2.TaskTemplate:
        """Give the template of a task that was drawn, and need not be registered; raises ``NotFound``."""
        wanted, parent = node.task, node.parent
        while parent != NO_NODE:
            above = await self._lookup.node(found, parent)
            prefix = await self._prefix(above)
            for task in (await self._closure(prefix)).tasks if prefix else ():
                if str(entity_key(task.template.id)) == wanted:
                    return task.template
            parent = above.parent
        raise NotFound(f"task {wanted} is neither registered nor drawn by a dynamic task above node {node.node!r}")

    async def _prefix(self, node: NodeRecord) -> str:
        if node.kind != DYNAMIC:
            return ""
        attempt = await self._lookup.attempt(node.execution, node.node, node.attempt)
        return attempt.output_prefix if attempt is not None else ""

    async def _closure(self, prefix: str) -> compiler_pb2.CompiledWorkflowClosure:
        def read() -> compiler_pb2.CompiledWorkflowClosure:
            return compiler_pb2.CompiledWorkflowClosure.FromString(blob.get(f"{prefix}/{DRAWN}"))

        return await asyncio.to_thread(read)
