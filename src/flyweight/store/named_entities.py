"""What people said of a name whatever its versions: a description, and whether it is archived."""

from dataclasses import dataclass
from typing import Any

from flyteidl.admin import common_pb2
from flyteidl.core import identifier_pb2
from sqlalchemy import Connection, RowMapping, Table, func, select

from flyweight.clock import Micros
from flyweight.errors import InvalidInput, NotFound
from flyweight.store import tables
from flyweight.store.bulk import put
from flyweight.store.database import Database
from flyweight.store.fields import number_of
from flyweight.store.listing import Clauses, Field, Listing, ListQuery, Page, clauses

_TABLES: dict[int, Table] = {
    identifier_pb2.TASK: tables.tasks,
    identifier_pb2.WORKFLOW: tables.workflows,
    identifier_pb2.LAUNCH_PLAN: tables.launch_plans,
}
_said = tables.named_entities.c
_description = func.coalesce(_said.description, "")
_state = func.coalesce(_said.state, common_pb2.NAMED_ENTITY_ACTIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedEntity:
    """A name of which there is at least one version."""

    kind: int
    """``flyteidl.core.ResourceType``: task, workflow or launch plan."""
    project: str
    domain: str
    name: str
    description: str = ""
    state: int = common_pb2.NAMED_ENTITY_ACTIVE
    """``flyteidl.admin.NamedEntityState``: active or archived."""


class NamedEntityStore:
    """The rows of what was said of names."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, kind: int, project: str, domain: str, query: ListQuery) -> Page[NamedEntity]:
        """List the names of a kind, in alphabetical order; raises ``InvalidInput`` for a kind that has no names."""
        asked = clauses(query, _listing(_table(kind)))
        found = await self._database.read(lambda connection: _select(connection, kind, project, domain, asked))
        return asked.page(found)

    async def get(self, kind: int, project: str, domain: str, name: str) -> NamedEntity:
        """Read what is said of a name; raises ``NotFound`` if no version of it is registered."""
        listing = _listing(_table(kind))
        only = Clauses(where=(listing.fields["name"].column == name,), order_by=(), limit=1, offset=0)
        found = await self._database.read(lambda connection: _select(connection, kind, project, domain, only))
        if not found:
            words = identifier_pb2.ResourceType.Name(identifier_pb2.ResourceType.ValueType(kind)).lower()
            raise NotFound(f"No version of {words.replace('_', ' ')} {project}:{domain}:{name} is registered.")
        return found[0]

    async def put(self, entity: NamedEntity, at: Micros) -> None:
        """Say anew what is said of a name; raises ``NotFound`` if no version of it is registered."""
        await self.get(entity.kind, entity.project, entity.domain, entity.name)
        row = {
            "kind": entity.kind,
            "project": entity.project,
            "domain": entity.domain,
            "name": entity.name,
            "description": entity.description,
            "state": entity.state,
            "updated_at": at,
        }
        await self._database.write(lambda connection: put(connection, tables.named_entities, row))


def _table(kind: int) -> Table:
    table = _TABLES.get(kind)
    if table is None:
        raise InvalidInput("resource_type must be TASK, WORKFLOW or LAUNCH_PLAN.")
    return table


def _listing(table: Table) -> Listing:
    fields = {
        "name": Field(column=table.c.name, parse=str),
        "description": Field(column=_description, parse=str),
        "state": Field(column=_state, parse=number_of(dict(common_pb2.NamedEntityState.items()))),
    }
    return Listing(entity="named_entity_metadata", fields=fields, order=(), unique=table.c.name)


def _select(connection: Connection, kind: int, project: str, domain: str, asked: Clauses) -> list[NamedEntity]:
    table = _table(kind)
    same_name = (
        (_said.kind == kind)
        & (_said.project == table.c.project)
        & (_said.domain == table.c.domain)
        & (_said.name == table.c.name)
    )
    statement = (
        select(table.c.name, _description.label("description"), _state.label("state"))
        .select_from(table.outerjoin(tables.named_entities, same_name))
        .where(table.c.project == project, table.c.domain == domain, *asked.where)
        .distinct()
        .order_by(*asked.order_by)
        .limit(asked.limit)
        .offset(asked.offset)
    )
    rows = connection.execute(statement).mappings()
    return [NamedEntity(kind=kind, project=project, domain=domain, **_words(row)) for row in rows]


def _words(row: RowMapping) -> dict[str, Any]:
    return {name: row[name] for name in ("name", "description", "state")}
