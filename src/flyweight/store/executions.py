"""Executions, their nodes and attempts: written for the engine in bulk, read for whoever asks.

Implements ``engine.ports.EngineStore``. Lists leave large columns (inputs, outputs) out; the single reads have them.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TypeVar

from flyteidl.admin import execution_pb2
from flyteidl.core import compiler_pb2
from sqlalchemy import ColumnElement, Connection, RowMapping, Table, bindparam, func, literal, select, update
from sqlalchemy.exc import IntegrityError

from flyweight.engine.graph import NodeKind
from flyweight.engine.phases import ExecutionPhase
from flyweight.engine.records import (
    AttemptRecord,
    Batch,
    ItemsRecord,
    LoadedExecution,
    NewExecution,
    NodeRecord,
    SignalRecord,
)
from flyweight.errors import AlreadyExists, NotFound
from flyweight.ids import AttemptId, ExecutionKey, NodeId
from flyweight.store import fields, rows, tables
from flyweight.store.database import Database
from flyweight.store.listing import Listing, ListQuery, Page, asks_for, clauses
from flyweight.store.rows import StoredExecution

Record = TypeVar("Record")

_executions = tables.executions.c
_nodes = tables.node_executions.c
_attempts = tables.attempts.c
_items = tables.items.c

# What every execution asks for, made once: building a query costs more than answering it.
_NAMED = (
    _executions.project == bindparam("project"),
    _executions.domain == bindparam("domain"),
    _executions.name == bindparam("name"),
)
_KEY_OF = select(_executions.key).where(*_NAMED)
_BY_NAME = select(tables.executions).where(*_NAMED)
_BY_KEY = select(tables.executions).where(_executions.key == bindparam("key"))
_NODES_OF = (
    select(*(column for column in _nodes if column.name not in {"inputs", "detail"}))
    .where(_nodes.execution == bindparam("key"))
    .order_by(_nodes.created_at, _nodes.node)
)


class ExecutionStore:
    """The rows of executions. Reads see what was committed last."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def commit(self, batch: Batch) -> None:
        """Write all of it in one durable transaction.

        Raises ``TryAgain`` (full disk, busy) and ``AlreadyExists`` (a new execution's name is taken), having written
        nothing.
        """
        await self._database.write(lambda connection: _write(connection, batch))

    async def unfinished(self) -> dict[ExecutionKey, int]:
        """Count the nodes of every execution that has not ended, oldest first."""
        count = select(func.count()).where(_nodes.execution == _executions.key).scalar_subquery()
        query = select(_executions.key, count).where(~_executions.ended).order_by(_executions.key)
        found = await self._database.read(lambda connection: connection.execute(query).all())
        return {ExecutionKey(key): nodes for key, nodes in found}

    async def load(self, keys: Sequence[ExecutionKey]) -> list[LoadedExecution]:
        """Load executions that have not ended, oldest first, with the items of their open nodes alone."""
        return await self._database.read(lambda connection: _loaded(connection, keys))

    async def whole(self, key: ExecutionKey) -> LoadedExecution:
        """Load one execution with all its rows, whether it has ended or not; raises ``NotFound``."""
        found = await self._database.read(lambda connection: _loaded(connection, [key], every_item=True))
        if not found:
            raise NotFound(f"There is no execution with key {key}.")
        return found[0]

    async def closure(self, digest: str) -> compiler_pb2.CompiledWorkflowClosure:
        """Load a compiled workflow; raises ``NotFound``."""
        query = select(tables.closures.c.body).where(tables.closures.c.digest == digest)
        body = await self._database.read(lambda connection: connection.execute(query).scalar())
        if body is None:
            raise NotFound(f"No compiled workflow has the digest {digest}.")
        return compiler_pb2.CompiledWorkflowClosure.FromString(body)

    async def get_execution(self, project: str, domain: str, name: str) -> StoredExecution:
        """Read an execution by its name; raises ``NotFound``."""
        asked = {"project": project, "domain": domain, "name": name}
        found = await self._database.read(lambda connection: connection.execute(_BY_NAME, asked).mappings().first())
        if found is None:
            raise NotFound(f"There is no execution {name!r} in project {project!r}, domain {domain!r}.")
        return rows.execution(found)

    async def get_by_key(self, key: ExecutionKey) -> StoredExecution:
        """Read an execution by its key; raises ``NotFound``."""
        found = await self._database.read(
            lambda connection: connection.execute(_BY_KEY, {"key": key}).mappings().first()
        )
        if found is None:
            raise NotFound(f"There is no execution with key {key}.")
        return rows.execution(found)

    async def snapshot(self, key: ExecutionKey) -> tuple[StoredExecution, list[NodeRecord]]:
        """Read an execution and all its nodes as of one moment, with outputs, without inputs; raises ``NotFound``."""

        def work(connection: Connection) -> tuple[RowMapping | None, list[NodeRecord]]:
            found = connection.execute(_BY_KEY, {"key": key}).mappings().first()
            return found, rows.nodes(connection.execute(_NODES_OF, {"key": key}))

        found, nodes = await self._database.read(work)
        if found is None:
            raise NotFound(f"There is no execution with key {key}.")
        return rows.execution(found), nodes

    async def key_of(self, project: str, domain: str, name: str) -> ExecutionKey | None:
        """Find the key that belongs to a name, if any."""
        asked = {"project": project, "domain": domain, "name": name}
        return await self._database.read(lambda connection: connection.execute(_KEY_OF, asked).scalar())

    async def children(self, parent: ExecutionKey, node: NodeId | None = None) -> list[StoredExecution]:
        """Read the executions that a node (or any node) of an execution started."""
        condition = _executions.parent_execution == parent
        return await self._executions(condition if node is None else condition & (_executions.parent_node == node))

    async def list_executions(self, project: str, domain: str, query: ListQuery) -> Page[StoredExecution]:
        """List a project's executions, newest first; archived ones only if a filter asks for a ``state``."""
        conditions = [_executions.project == project, _executions.domain == domain]
        if not asks_for(query.filters, "state"):
            conditions.append(_executions.state == execution_pb2.EXECUTION_ACTIVE)
        return await self._list(tables.executions, fields.EXECUTIONS, query, conditions, rows.execution)

    async def count_executions(self, project: str, domain: str) -> dict[ExecutionPhase, int]:
        """Count a project's executions that are not archived, by phase."""
        query = (
            select(_executions.phase, func.count())
            .where(
                _executions.project == project,
                _executions.domain == domain,
                _executions.state == execution_pb2.EXECUTION_ACTIVE,
            )
            .group_by(_executions.phase)
        )
        counted = await self._database.read(lambda connection: connection.execute(query).all())
        return {ExecutionPhase(phase): count for phase, count in counted}

    async def set_state(self, key: ExecutionKey, state: execution_pb2.ExecutionState) -> None:
        """Archive an execution or bring it back; raises ``NotFound``."""
        change = update(tables.executions).where(_executions.key == key).values(state=state)
        if await self._database.write(lambda connection: connection.execute(change).rowcount) == 0:
            raise NotFound(f"There is no execution with key {key}.")

    async def nodes(
        self,
        execution: ExecutionKey,
        query: ListQuery,
        parent: NodeId | None = None,
        parent_attempt: int | None = None,
    ) -> Page[NodeRecord]:
        """List an execution's nodes, oldest first: those under a parent (``""``: the outermost), or all (None).

        ``parent_attempt`` takes those alone that this attempt of the parent drew.
        """
        conditions = [_nodes.execution == execution]
        if parent is not None:
            conditions.append(_nodes.parent == parent)
        if parent_attempt is not None:
            conditions.append(_nodes.parent_attempt == parent_attempt)
        return await self._list(tables.node_executions, fields.NODES, query, conditions, rows.node)

    async def node(self, execution: ExecutionKey, node: NodeId) -> NodeRecord:
        """Read a node; raises ``NotFound``."""
        condition = (_nodes.execution == execution) & (_nodes.node == node)
        found = await self._read(tables.node_executions, condition, rows.node)
        if not found:
            raise NotFound(f"The execution has no node {node!r}, or that node has not started yet.")
        return found[0]

    async def attempts(
        self, execution: ExecutionKey, query: ListQuery, node: NodeId | None = None
    ) -> Page[AttemptRecord]:
        """List the attempts of a node, or of all nodes, first attempt first."""
        conditions = [_attempts.execution == execution]
        if node is not None:
            conditions.append(_attempts.node == node)
        return await self._list(tables.attempts, fields.ATTEMPTS, query, conditions, rows.attempt)

    async def attempt(self, attempt: AttemptId) -> AttemptRecord:
        """Read an attempt; raises ``NotFound``."""
        condition = (
            (_attempts.execution == attempt.execution)
            & (_attempts.node == attempt.node)
            & (_attempts.attempt == attempt.attempt)
        )
        found = await self._read(tables.attempts, condition, rows.attempt)
        if not found:
            raise NotFound(f"Node {attempt.node!r} has no attempt {attempt.attempt}.")
        return found[0]

    async def items(self, execution: ExecutionKey, node: NodeId, first: int = 0, limit: int = -1) -> list[ItemsRecord]:
        """Read items of a node that maps over lists: chunks from one on, at most so many (-1: all)."""
        query = (
            select(tables.items)
            .where(_items.execution == execution, _items.node == node, _items.chunk >= first)
            .order_by(_items.chunk)
            .limit(limit)
        )
        found = await self._database.read(lambda connection: connection.execute(query).mappings().all())
        return [rows.items(row) for row in found]

    async def _executions(self, condition: ColumnElement[bool]) -> list[StoredExecution]:
        return await self._read(tables.executions, condition, rows.execution)

    async def _read(
        self, table: Table, condition: ColumnElement[bool], record: Callable[[RowMapping], Record]
    ) -> list[Record]:
        query = select(table).where(condition)
        found = await self._database.read(lambda connection: connection.execute(query).mappings().all())
        return [record(row) for row in found]

    async def _list(
        self,
        table: Table,
        listing: Listing,
        query: ListQuery,
        conditions: Sequence[ColumnElement[bool]],
        record: Callable[[RowMapping], Record],
    ) -> Page[Record]:
        asked = clauses(query, listing)
        statement = (
            select(*rows.columns(table, large=False))
            .where(*conditions, *asked.where)
            .order_by(*asked.order_by)
            .limit(asked.limit)
            .offset(asked.offset)
        )
        found = await self._database.read(lambda connection: connection.execute(statement).mappings().all())
        return asked.page([record(row) for row in found])


def _write(connection: Connection, batch: Batch) -> None:
    rows.write_closures(connection, batch.closures)
    try:
        rows.write_new(connection, batch.new)
    except IntegrityError as error:
        raise AlreadyExists(_taken(batch.new)) from error
    rows.write_progress(connection, batch.executions)
    rows.write_nodes(connection, batch.nodes)
    rows.write_attempts(connection, batch.attempts)
    rows.write_items(connection, batch.items)
    rows.write_signals(connection, batch.signals)
    rows.write_entries(connection, batch.entries)


def _taken(new: Sequence[NewExecution]) -> str:
    names = ", ".join(f"{one.project}:{one.domain}:{one.name}" for one in new)
    return f"An execution of that name exists already ({names}): give another name, or none to have one drawn."


def _loaded(
    connection: Connection, wanted: Sequence[ExecutionKey], *, every_item: bool = False
) -> list[LoadedExecution]:
    """Load executions, oldest first; the items of nodes that have ended only if they are wanted."""
    executions = connection.execute(
        select(tables.executions).where(_executions.key.in_(wanted)).order_by(_executions.key)
    ).mappings()
    nodes: defaultdict[int, list[NodeRecord]] = defaultdict(list)
    for row in connection.execute(
        select(tables.node_executions).where(_nodes.execution.in_(wanted)).order_by(_nodes.created_at)
    ).mappings():
        nodes[row["execution"]].append(rows.node(row))
    attempts: defaultdict[int, list[AttemptRecord]] = defaultdict(list)
    for row in connection.execute(
        select(tables.attempts).where(_attempts.execution.in_(wanted)).order_by(_attempts.attempt)
    ).mappings():
        attempts[row["execution"]].append(rows.attempt(row))
    items: defaultdict[int, list[ItemsRecord]] = defaultdict(list)
    running = (
        select(_nodes.execution, _nodes.node)
        .where(
            _nodes.execution.in_(wanted),
            _nodes.kind == NodeKind.ARRAY.value,
            (_nodes.ended_at == 0) | literal(every_item),
        )
        .subquery()
    )
    for row in connection.execute(
        select(tables.items)
        .join(running, (_items.execution == running.c.execution) & (_items.node == running.c.node))
        .order_by(_items.chunk)
    ).mappings():
        items[row["execution"]].append(rows.items(row))
    signals: defaultdict[int, list[SignalRecord]] = defaultdict(list)
    for row in connection.execute(
        select(tables.signals).where(tables.signals.c.execution.in_(wanted)).order_by(tables.signals.c.created_at)
    ).mappings():
        signals[row["execution"]].append(rows.signal(row))
    return [
        LoadedExecution(
            new=stored.new,
            execution=stored.record,
            nodes=tuple(nodes[stored.new.key]),
            attempts=tuple(attempts[stored.new.key]),
            items=tuple(items[stored.new.key]),
            signals=tuple(signals[stored.new.key]),
        )
        for stored in map(rows.execution, executions)
    ]
