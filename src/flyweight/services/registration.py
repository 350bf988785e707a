"""What registering tasks, workflows and launch plans has in common: the project must be there, the version unique.

Registering the same thing twice changes nothing and is answered ALREADY_EXISTS, which Flyte's clients take for success;
another thing under the same version is refused with the differences.
"""

from typing import NoReturn, TypeVar

from flyteidl.admin import common_pb2
from flyteidl.core import identifier_pb2
from google.protobuf.message import Message

from flyweight.errors import AlreadyExists, InvalidInput, NotFound
from flyweight.ids import EntityKey
from flyweight.services.identifiers import check_project, kind_name, unknown
from flyweight.services.structure import differences
from flyweight.store.entities import EntityTable, StoredEntity
from flyweight.store.listing import ListQuery
from flyweight.store.projects import DOMAINS, ProjectStore

Entity = TypeVar("Entity", bound=StoredEntity)

_VERSIONS_SHOWN = 5


class Registration:
    """Finds and refuses on behalf of all kinds of entities."""

    def __init__(self, projects: ProjectStore) -> None:
        self._projects = projects
        self._seen: set[str] = set()
        """Projects that were found before; one never goes away."""

    async def check_project(self, project: str, domain: str) -> None:
        """Raise ``InvalidInput`` unless the project is registered and has that domain."""
        check_project(project, domain)
        if domain not in DOMAINS:
            raise InvalidInput(f"there is no domain {domain!r}; there are {', '.join(DOMAINS)}")
        if project in self._seen:
            return
        try:
            await self._projects.get(project)
        except NotFound as problem:
            raise InvalidInput(f"{problem.message} Register it first, or name one of these") from problem
        self._seen.add(project)

    async def find(self, kind: identifier_pb2.ResourceType, table: EntityTable[Entity], key: EntityKey) -> Entity:
        """Read a version.

        Raises:
            NotFound: It is not there; the message names other versions, or the nearest names.
        """
        try:
            return await table.get(key)
        except NotFound:
            where = f"project {key.project!r}, domain {key.domain!r}"
            newest = ListQuery(limit=_VERSIONS_SHOWN, sort_key="created_at", descending=True)
            versions = await table.list(key.project, key.domain, key.name, newest)
            if versions.items:
                there = ", ".join(repr(stored.key.version) for stored in versions.items)
                raise NotFound(
                    f"there is no version {key.version!r} of {kind_name(kind)} {key.name!r} in {where}. "
                    f"The newest are {there}"
                ) from None
            names = await table.all_names(key.project, key.domain)
            raise unknown(kind_name(kind), key.name, names, where=where) from None

    async def names(
        self, table: EntityTable[Entity], request: common_pb2.NamedEntityIdentifierListRequest
    ) -> common_pb2.NamedEntityIdentifierList:
        """List the names of a kind of entity."""
        query = ListQuery.of(request)
        page = await table.names(request.project, request.domain, query)
        return common_pb2.NamedEntityIdentifierList(
            entities=[
                common_pb2.NamedEntityIdentifier(project=request.project, domain=request.domain, name=name)
                for name in page.items
            ],
            token=page.token,
        )


def refuse_registered(what: str, registered: Message, given: Message) -> NoReturn:
    """Raise ``AlreadyExists`` for the same structure, and ``InvalidInput`` with the differences for another."""
    found = differences(registered, given)
    if not found:
        raise AlreadyExists(f"{what} is registered already, just like this: nothing was changed")
    lines = "".join(f"\n  - {line}" for line in found)
    raise InvalidInput(
        f"{what} is registered already with a different structure; a version is never changed. "
        f"Register this under a new version, or leave the version out to have one made from the code.{lines}"
    )
