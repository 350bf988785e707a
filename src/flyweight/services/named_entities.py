"""What people say about a name, whatever its versions, and what its authors wrote about it."""

from flyteidl.admin import common_pb2, description_entity_pb2, task_pb2, workflow_pb2
from flyteidl.core import identifier_pb2

from flyweight.clock import Clock
from flyweight.errors import InvalidInput
from flyweight.ids import EntityKey, identifier
from flyweight.services.identifiers import checked_key
from flyweight.services.registration import Registration
from flyweight.store.listing import ListQuery
from flyweight.store.named_entities import NamedEntity, NamedEntityStore
from flyweight.store.registry import RegistryStore

_DESCRIPTIONS = {identifier_pb2.TASK: task_pb2.TaskSpec, identifier_pb2.WORKFLOW: workflow_pb2.WorkflowSpec}


class NamedEntities:
    """Names of tasks, workflows and launch plans, and their descriptions."""

    def __init__(
        self, names: NamedEntityStore, registry: RegistryStore, registration: Registration, clock: Clock
    ) -> None:
        self._names = names
        self._registry = registry
        self._registration = registration
        self._clock = clock

    async def list_named_entities(self, request: common_pb2.NamedEntityListRequest) -> common_pb2.NamedEntityList:
        """List the names of a kind, with what is said of them."""
        page = await self._names.list(request.resource_type, request.project, request.domain, ListQuery.of(request))
        return common_pb2.NamedEntityList(entities=map(_named, page.items), token=page.token)

    async def get_named_entity(self, request: common_pb2.NamedEntityGetRequest) -> common_pb2.NamedEntity:
        """Give what is said of a name; raises ``NotFound`` if no version of it is registered."""
        of = request.id
        return _named(await self._names.get(request.resource_type, of.project, of.domain, of.name))

    async def update_named_entity(
        self, request: common_pb2.NamedEntityUpdateRequest
    ) -> common_pb2.NamedEntityUpdateResponse:
        """Say something of a name, or archive it; raises ``NotFound`` if no version of it is registered."""
        of = request.id
        entity = NamedEntity(
            kind=request.resource_type,
            project=of.project,
            domain=of.domain,
            name=of.name,
            description=request.metadata.description,
            state=request.metadata.state,
        )
        await self._names.put(entity, self._clock.now())
        return common_pb2.NamedEntityUpdateResponse()

    async def get_description_entity(
        self, request: common_pb2.ObjectGetRequest
    ) -> description_entity_pb2.DescriptionEntity:
        """Give what the authors of one version of a task or workflow wrote about it; raises ``NotFound``."""
        kind = _described(request.id.resource_type)
        key = checked_key(kind, request.id)
        if kind == identifier_pb2.TASK:
            stored = await self._registration.find(kind, self._registry.tasks, key)
        else:
            stored = await self._registration.find(kind, self._registry.workflows, key)
        return _description(kind, stored.key, stored.spec)

    async def list_description_entities(
        self, request: description_entity_pb2.DescriptionEntityListRequest
    ) -> description_entity_pb2.DescriptionEntityList:
        """List what was written about the versions of a task or workflow."""
        kind, of = _described(request.resource_type), request.id
        query = ListQuery.of(request)
        if kind == identifier_pb2.TASK:
            tasks = await self._registry.tasks.list(of.project, of.domain, of.name, query)
            found, token = [(stored.key, stored.spec) for stored in tasks.items], tasks.token
        else:
            workflows = await self._registry.workflows.list(of.project, of.domain, of.name, query)
            found, token = [(stored.key, stored.spec) for stored in workflows.items], workflows.token
        return description_entity_pb2.DescriptionEntityList(
            descriptionEntities=[_description(kind, key, spec) for key, spec in found], token=token
        )


def _described(kind: identifier_pb2.ResourceType) -> identifier_pb2.ResourceType:
    if kind not in _DESCRIPTIONS:
        raise InvalidInput("resource_type must be TASK or WORKFLOW: nothing else has a description of its own")
    return kind


def _description(
    kind: identifier_pb2.ResourceType, key: EntityKey, spec: bytes
) -> description_entity_pb2.DescriptionEntity:
    message = description_entity_pb2.DescriptionEntity()
    message.CopyFrom(_DESCRIPTIONS[kind].FromString(spec).description)
    message.id.CopyFrom(identifier(kind, key))
    return message


def _named(entity: NamedEntity) -> common_pb2.NamedEntity:
    return common_pb2.NamedEntity(
        resource_type=identifier_pb2.ResourceType.Name(entity.kind),
        id=common_pb2.NamedEntityIdentifier(project=entity.project, domain=entity.domain, name=entity.name),
        metadata=common_pb2.NamedEntityMetadata(
            description=entity.description, state=common_pb2.NamedEntityState.Name(entity.state)
        ),
    )
