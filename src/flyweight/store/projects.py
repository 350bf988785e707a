"""Projects, which entities and executions are grouped by; ``flytesnacks`` is there from the start, as in Flyte."""

from dataclasses import asdict, dataclass

from flyteidl.admin import project_pb2
from sqlalchemy import Connection, RowMapping, select

from flyweight.clock import Micros
from flyweight.engine.records import NOT_YET
from flyweight.errors import AlreadyExists, NotFound
from flyweight.store import tables
from flyweight.store.bulk import insert_new, put
from flyweight.store.database import Database
from flyweight.store.fields import PROJECTS
from flyweight.store.listing import ListQuery, Page, clauses

DEFAULT_PROJECT = "flytesnacks"
DOMAINS = ("development", "staging", "production")
"""The domains of every project."""

_projects = tables.projects.c


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredProject:
    """A project."""

    identifier: str
    name: str
    description: str = ""
    labels: bytes = b""
    """``flyteidl.admin.Labels``."""
    state: int = project_pb2.Project.ACTIVE
    """``flyteidl.admin.Project.ProjectState``."""
    created_at: Micros = NOT_YET
    updated_at: Micros = NOT_YET


class ProjectStore:
    """The rows of projects."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def seed(self, at: Micros) -> None:
        """Make the default project, if it is not there."""
        project = StoredProject(
            identifier=DEFAULT_PROJECT,
            name=DEFAULT_PROJECT,
            description="The project that is there from the start",
            created_at=at,
            updated_at=at,
        )
        if not self._database.read_now(lambda connection: _find(connection, DEFAULT_PROJECT)):
            self._database.write_now(lambda connection: insert_new(connection, tables.projects, asdict(project)))

    async def register(self, project: StoredProject) -> None:
        """Make a project; raises ``AlreadyExists``."""
        if not await self._database.write(lambda connection: insert_new(connection, tables.projects, asdict(project))):
            raise AlreadyExists(f"Project {project.identifier!r} exists already.")

    async def get(self, identifier: str) -> StoredProject:
        """Read a project; raises ``NotFound`` that names those there are."""
        found = await self._database.read(lambda connection: _find(connection, identifier))
        if found is None:
            names = await self._database.read(
                lambda connection: connection.execute(select(_projects.identifier).limit(20)).scalars().all()
            )
            raise NotFound(f"There is no project {identifier!r}; there are {', '.join(names)}.")
        return found

    async def update(self, project: StoredProject) -> None:
        """Replace a project's name, description, labels and state; raises ``NotFound``."""
        await self.get(project.identifier)
        await self._database.write(lambda connection: put(connection, tables.projects, asdict(project)))

    async def list(self, query: ListQuery) -> Page[StoredProject]:
        """List projects, by identifier."""
        asked = clauses(query, PROJECTS)
        statement = (
            select(tables.projects)
            .where(*asked.where)
            .order_by(*asked.order_by)
            .limit(asked.limit)
            .offset(asked.offset)
        )
        found = await self._database.read(lambda connection: connection.execute(statement).mappings().all())
        return asked.page([_project(row) for row in found])


def _find(connection: Connection, identifier: str) -> StoredProject | None:
    row = connection.execute(select(tables.projects).where(_projects.identifier == identifier)).mappings().first()
    return None if row is None else _project(row)


def _project(row: RowMapping) -> StoredProject:
    return StoredProject(**dict(row))
