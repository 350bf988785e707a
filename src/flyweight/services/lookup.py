"""Finds the rows that requests name, and the literal maps that belong to them, wherever those stand.

Every service reads executions through this, so that what is not there is told in the same words everywhere.
"""

import asyncio
from collections.abc import Callable

from flyteidl.core import identifier_pb2

from flyweight import blob
from flyweight.engine.graph import NodeKind
from flyweight.engine.items import CHUNK
from flyweight.engine.records import AttemptRecord, NewExecution, NodeRecord
from flyweight.errors import InvalidInput, NotFound
from flyweight.ids import AttemptId, ExecutionKey, NodeId, parse_item_name, place_named, shown_item
from flyweight.protocol.items_pb2 import ItemChunk, MapProgress
from flyweight.semantics.layout import ExecutionLayout
from flyweight.services import items, views
from flyweight.services.items import Item, items_of_map
from flyweight.services.views import Subject
from flyweight.store.executions import ExecutionStore
from flyweight.store.listing import MAX_LIMIT, ListQuery, Page
from flyweight.store.rows import StoredExecution

INLINE_LIMIT = 10 * 1024 * 1024
"""Larger literal maps are given by link only: Flyte's clients take messages of at most 20 MB, with two maps in each."""


class Lookup:
    """Reads of one platform's executions, nodes and attempts."""

    def __init__(
        self, executions: ExecutionStore, *, console: str, layout: Callable[[NewExecution], ExecutionLayout]
    ) -> None:
        """Take the rows, the console's address (``http://host:port/console``) for links, and where data lies."""
        self._executions = executions
        self._console = console.rstrip("/")
        self._layout = layout

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
        """Find a node of an execution, or an item of one: ``n1[3]``, which Flyte calls ``n1-n3``.

        Raises ``NotFound`` that says whether it can still come.
        """
        node = place_named(node)
        try:
            return await self._executions.node(found.new.key, node)
        except NotFound as problem:
            item = await self._item(found.new, node)
            if item is not None:
                body = await self.whole_body(item.owner.inputs, item.owner.inputs_uri)
                return item.node(views.literal_map(body))
            raise NotFound(await self._absent(found, node)) from problem

    async def _absent(self, found: StoredExecution, node: NodeId) -> str:
        """Say what is wrong with the name of a node or an item that is not there."""
        later = "" if found.record.phase.terminal else ", or none yet: nodes appear when they start"
        named = parse_item_name(node)
        owner = None if named is None else await self.map(found.new.key, named[0])
        if named is None or owner is None:
            item = "" if named is None else f", nor a map {named[0]!r} with an item {named[1]}"
            return f"execution {found.new.name!r} has no node {node!r}{item}{later}"
        size = MapProgress.FromString(owner.detail).size
        if named[1] < size:
            return f"item {shown_item(*named)} of execution {found.new.name!r} has not begun"
        return f"there is no item {shown_item(*named)} in execution {found.new.name!r}: {items_of_map(owner, size)}"

    async def attempt(self, execution: ExecutionKey, node: NodeId, attempt: int) -> AttemptRecord | None:
        """Find one attempt of a node, or of an item of one, if it is there."""
        try:
            return await self._executions.attempt(AttemptId(execution, node, attempt))
        except NotFound:
            found = await self._attempts_of_items(execution, place_named(node))
            return next((record for record in found if record.attempt == attempt), None)

    async def _attempts_of_items(self, execution: ExecutionKey, node: NodeId) -> list[AttemptRecord]:
        """Give the latest attempt at an item, or the one attempt that a whole map is shown as."""
        item = await self._item((await self.by_key(execution)).new, node)
        if item is not None:
            return [item.attempt()]
        owner = await self.map(execution, node)
        return [] if owner is None else [items.task_execution(owner)]

    async def _item(self, new: NewExecution, name: NodeId) -> Item | None:
        """Find the item of a map that bears this name, if it has begun."""
        named = parse_item_name(name)
        owner = None if named is None else await self.map(new.key, named[0])
        if named is None or owner is None:
            return None
        number, at = divmod(named[1], CHUNK)
        rows = await self._executions.items(new.key, owner.node, number, 1)
        if not rows or rows[0].chunk != number:
            return None
        chunk = ItemChunk.FromString(rows[0].body)
        if at >= len(chunk.states) or not chunk.states[at]:
            return None
        return Item(owner=owner, index=named[1], chunk=chunk, layout=self._layout(new))

    async def map(self, execution: ExecutionKey, node: NodeId) -> NodeRecord | None:
        """Find a node that maps over lists; None if there is no such node, or it does not."""
        return await self._of_kind(NodeKind.ARRAY, execution, node)

    async def launches(self, execution: ExecutionKey, node: NodeId) -> bool:
        """Tell whether there is such a node, and it stands for an execution of its own."""
        return await self._of_kind(NodeKind.LAUNCH_PLAN, execution, node) is not None

    async def _of_kind(self, kind: NodeKind, execution: ExecutionKey, node: NodeId) -> NodeRecord | None:
        try:
            found = await self._executions.node(execution, node)
        except NotFound:
            return None
        return found if found.kind == kind.value else None

    async def items(self, found: StoredExecution, owner: NodeRecord, limit: int, first: int = 0) -> list[Item]:
        """List items of a map that have begun, those that failed first, the last ones those that succeeded."""
        rows = await self._executions.items(found.new.key, owner.node)
        layout = self._layout(found.new)

        def choose() -> list[Item]:
            chunks = {row.chunk: ItemChunk.FromString(row.body) for row in rows}
            chosen = items.foremost(chunks, limit, first)
            return [Item(owner=owner, index=index, chunk=chunk, layout=layout) for index, chunk in chosen]

        return await asyncio.to_thread(choose)

    async def attempts(self, execution: ExecutionKey, node: NodeId | None = None) -> list[AttemptRecord]:
        """List all attempts of a node (or of an item), or of all nodes."""
        found: list[AttemptRecord] = []
        token = ""
        while True:
            query = ListQuery(limit=MAX_LIMIT, token=token)
            page: Page[AttemptRecord] = await self._executions.attempts(execution, query, node)
            found.extend(page.items)
            token = page.token
            if not token:
                break
        return found if found or node is None else await self._attempts_of_items(execution, node)

    async def nodes(self, execution: ExecutionKey, *kinds: str) -> list[NodeRecord]:
        """List all nodes of an execution (of some kinds), nested ones too, without their inputs and outputs."""
        filters = f"value_in(kind,{';'.join(kinds)})" if kinds else ""
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
