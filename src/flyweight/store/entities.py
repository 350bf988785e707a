"""What registered tasks, workflows and launch plans have in common: versions put once, read by key, listed by name."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, select

from flyweight.clock import Micros
from flyweight.engine.records import NOT_YET
from flyweight.errors import NotFound
from flyweight.ids import EntityKey
from flyweight.store.bulk import insert_new
from flyweight.store.database import Database
from flyweight.store.listing import Listing, ListQuery, Page, clauses


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntity:
    """One version of a task, workflow or launch plan."""

    key: EntityKey
    digest: str
    """Of its structure: the same key with another digest is another thing."""
    spec: bytes
    """``TaskSpec``, ``WorkflowSpec`` or ``LaunchPlanSpec`` of ``flyteidl.admin``, as registered."""
    created_at: Micros
    updated_at: Micros = NOT_YET


Entity = TypeVar("Entity", bound=StoredEntity)


class EntityTable(ABC, Generic[Entity]):
    """The versions of one kind of entity; the kinds differ in how rows are made of them and entities of rows."""

    table: Table
    listing: Listing
    kind: str

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, entity: Entity) -> Entity | None:
        """Register a version; gives the one that is there already, untouched, or None if this one is new."""

        def work(connection: Connection) -> Entity | None:
            return None if self._insert(connection, entity) else self._find(connection, entity.key)

        return await self._database.write(work)

    async def get(self, key: EntityKey) -> Entity:
        """Read a version; raises ``NotFound``."""
        found = await self._database.read(lambda connection: self._find(connection, key))
        if found is None:
            raise NotFound(f"There is no {self.kind} {key}.")
        return found

    async def list(self, project: str, domain: str, name: str, query: ListQuery) -> Page[Entity]:
        """List the versions of a name (or of all names, if it is empty), newest first."""
        return await self._list([*self._scope(project, domain), *([self.table.c.name == name] if name else [])], query)

    async def names(self, project: str, domain: str, query: ListQuery) -> Page[str]:
        """List the names of a project and domain, in alphabetical order."""
        name = self.table.c.name
        listing = Listing(entity=self.listing.entity, fields=self.listing.fields, order=(), unique=name)
        asked = clauses(query, listing)
        statement = (
            select(name)
            .distinct()
            .where(*self._scope(project, domain), *asked.where)
            .order_by(name.desc() if query.sort_key and query.descending else name)
            .limit(asked.limit)
            .offset(asked.offset)
        )
        found = await self._database.read(lambda connection: connection.execute(statement).scalars().all())
        return asked.page(found)

    async def all_names(self, project: str, domain: str) -> Sequence[str]:
        """Give every name of a project and domain, to suggest the nearest when one is not found."""
        statement = select(self.table.c.name).distinct().where(*self._scope(project, domain))
        return await self._database.read(lambda connection: connection.execute(statement).scalars().all())

    def _scope(self, project: str, domain: str) -> Sequence[ColumnElement[bool]]:
        return self.table.c.project == project, self.table.c.domain == domain

    async def _list(self, conditions: Sequence[ColumnElement[bool]], query: ListQuery) -> Page[Entity]:
        asked = clauses(query, self.listing)
        statement = (
            select(self.table)
            .where(*conditions, *asked.where)
            .order_by(*asked.order_by)
            .limit(asked.limit)
            .offset(asked.offset)
        )
        found = await self._database.read(lambda connection: connection.execute(statement).mappings().all())
        return asked.page([self._entity(row) for row in found])

    def _insert(self, connection: Connection, entity: Entity) -> bool:
        return insert_new(connection, self.table, common_columns(entity) | self._row(entity))

    def _find(self, connection: Connection, key: EntityKey) -> Entity | None:
        row = connection.execute(select(self.table).where(self._is(key))).mappings().first()
        return None if row is None else self._entity(row)

    def _is(self, key: EntityKey) -> ColumnElement[bool]:
        columns = self.table.c
        return (
            (columns.project == key.project)
            & (columns.domain == key.domain)
            & (columns.name == key.name)
            & (columns.version == key.version)
        )

    @abstractmethod
    def _row(self, entity: Entity) -> dict[str, Any]:
        """Give the columns beyond those that all kinds have."""

    @abstractmethod
    def _entity(self, row: RowMapping) -> Entity:
        """Read a row."""


def common_columns(entity: StoredEntity) -> dict[str, Any]:
    """Give the columns that all kinds have."""
    key = entity.key
    return {
        "project": key.project,
        "domain": key.domain,
        "name": key.name,
        "version": key.version,
        "digest": entity.digest,
        "spec": entity.spec,
        "created_at": entity.created_at,
        "updated_at": entity.updated_at or entity.created_at,
    }


def common_fields(row: RowMapping) -> dict[str, Any]:
    """Give the fields that all kinds have."""
    return {
        "key": EntityKey(row["project"], row["domain"], row["name"], row["version"]),
        **{name: row[name] for name in ("digest", "spec", "created_at", "updated_at")},
    }
