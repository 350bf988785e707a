"""Finds the rows that requests name, and the literal maps that belong to them, wherever those stand.

Every service reads executions through this, so that what is not there is told in the same words everywhere.
"""

import asyncio

from flyteidl.core import identifier_pb2

from flyweight import blob
from flyweight.engine.records import AttemptRecord, NodeRecord
from flyweight.errors import InvalidInput, NotFound
from flyweight.ids import AttemptId, ExecutionKey, NodeId
from flyweight.services import views
from flyweight.services.views import Subject
from flyweight.store.executions import ExecutionStore
from flyweight.store.listing import MAX_LIMIT, ListQuery, Page
from flyweight.store.rows import StoredExecution

INLINE_LIMIT = 10 * 1024 * 1024
"""Larger literal maps are given by link only: Flyte's clients take messages of at most 20 MB, with two maps in each."""


class Lookup:
    """Reads of one platform's executions, nodes and attempts."""

    def __init__(self, executions: ExecutionStore, *, console: str) -> None:
        """Take the rows, and the console's address (``http://host:port/console``) for links to pages."""
        self._executions = executions
        self._console = console.rstrip("/")

    def subject(self, found: StoredExecution) -> Subject:
        """Give what the views of an execution's nodes and attempts need to know of it."""
        return Subject(execution=views.execution_id(found.new), console=self._console)

    async def execution(self, project: str, domain: str, name: str) -> StoredExecution:
        """Find an execution by name; raises ``NotFound``."""
        if not name:
            raise InvalidInput("the execution's name is missing")
        return await self._executions.get_execution(project, domain, name)

    async def of(self, identifier: identifier_pb2.WorkflowExecutionIdentifier) -> StoredExecution:
        """Find an execution by its identifier; raises ``NotFound``."""
        return await self.execution(identifier.project, identifier.domain, identifier.name)

    async def by_key(self, key: ExecutionKey) -> StoredExecution:
        """Find an execution by its key; raises ``NotFound``."""
        return await self._executions.get_by_key(key)

    async def snapshot(self, key: ExecutionKey) -> tuple[StoredExecution, list[NodeRecord]]:
        """Read an execution with all its nodes as of one moment, with outputs; raises ``NotFound``."""
        return await self._executions.snapshot(key)

    async def node(self, found: StoredExecution, node: NodeId) -> NodeRecord:
        """Find a node of an execution; raises ``NotFound`` that says whether it can still come."""
        try:
            return await self._executions.node(found.new.key, node)
        except NotFound as problem:
            later = "" if found.record.phase.terminal else ", or none yet: nodes appear when they start"
            raise NotFound(f"execution {found.new.name!r} has no node {node!r}{later}") from problem

    async def attempt(self, execution: ExecutionKey, node: NodeId, attempt: int) -> AttemptRecord | None:
        """Find one attempt of a node, if it is there."""
        try:
            return await self._executions.attempt(AttemptId(execution, node, attempt))
        except NotFound:
            return None

    async def attempts(self, execution: ExecutionKey, node: NodeId | None = None) -> list[AttemptRecord]:
        """List all attempts of a node, or of all nodes."""
        found: list[AttemptRecord] = []
        token = ""
        while True:
            query = ListQuery(limit=MAX_LIMIT, token=token)
            page: Page[AttemptRecord] = await self._executions.attempts(execution, query, node)
            found.extend(page.items)
            token = page.token
            if not token:
                return found

    async def nodes(self, execution: ExecutionKey, *, kind: str = "") -> list[NodeRecord]:
        """List all nodes of an execution (of one kind), nested ones too, without their inputs and outputs."""
        filters = f"eq(kind,{kind})" if kind else ""
        found: list[NodeRecord] = []
        token = ""
        while True:
            page = await self._executions.nodes(execution, ListQuery(limit=MAX_LIMIT, token=token, filters=filters))
            found.extend(page.items)
            token = page.token
            if not token:
                return found

    async def body(self, inline: bytes, uri: str) -> bytes:
        """Give a literal map's bytes: from the row, else from its object; empty when it is above ``INLINE_LIMIT``."""
        if not uri:
            return inline
        if await asyncio.to_thread(blob.size, uri) > INLINE_LIMIT:
            return b""
        return await asyncio.to_thread(blob.get, uri)

    async def whole_body(self, inline: bytes, uri: str) -> bytes:
        """Give a literal map's bytes, whatever their size."""
        return await asyncio.to_thread(blob.get, uri) if uri else inline
