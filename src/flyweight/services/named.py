"""Finds what a workflow names: registered tasks and launch plans, all at once, so that all that are missing are told.

Implements ``engine.ports.Registered``.
"""

from collections.abc import Callable, Collection
from typing import TypeVar

from flyteidl.admin import launch_plan_pb2
from flyteidl.core import identifier_pb2, tasks_pb2

from flyweight.errors import CompileError, NotFound
from flyweight.ids import EntityKey
from flyweight.services import registered
from flyweight.services.registration import Registration
from flyweight.store.entities import EntityTable, StoredEntity
from flyweight.store.registry import RegistryStore

Stored = TypeVar("Stored", bound=StoredEntity)
Message = TypeVar("Message")


class Named:
    """The registered versions of one platform."""

    def __init__(self, registry: RegistryStore, registration: Registration) -> None:
        self._registry = registry
        self._registration = registration

    async def tasks(self, keys: Collection[EntityKey]) -> list[tasks_pb2.TaskTemplate]:
        """Give tasks; raises ``CompileError`` that names all that are not there."""
        return await self._found(identifier_pb2.TASK, self._registry.tasks, keys, registered.task_template)

    async def launch_plans(self, keys: Collection[EntityKey]) -> list[launch_plan_pb2.LaunchPlan]:
        """Give launch plans; raises ``CompileError`` that names all that are not there."""
        return await self._found(identifier_pb2.LAUNCH_PLAN, self._registry.launch_plans, keys, registered.launch_plan)

    async def _found(
        self,
        kind: identifier_pb2.ResourceType,
        table: EntityTable[Stored],
        keys: Collection[EntityKey],
        shown: Callable[[Stored], Message],
    ) -> list[Message]:
        found: list[Message] = []
        problems: list[str] = []
        for key in sorted(keys):
            try:
                found.append(shown(await self._registration.find(kind, table, key)))
            except NotFound as problem:
                problems.append(problem.message)
        if problems:
            raise CompileError("it names what is not registered", problems=tuple(problems))
        return found
