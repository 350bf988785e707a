"""Registered tasks: checked and kept once under their version, shown as Flyte's clients read them."""

from flyteidl.admin import common_pb2, task_pb2
from flyteidl.core import compiler_pb2, identifier_pb2

from flyweight import literals
from flyweight.clock import Clock, to_timestamp
from flyweight.errors import InvalidInput
from flyweight.ids import identifier
from flyweight.services import registered
from flyweight.services.identifiers import checked_key
from flyweight.services.registration import Registration, refuse_registered
from flyweight.store.listing import ListQuery
from flyweight.store.registry import StoredTask, TaskTable

TASK = identifier_pb2.TASK


class Tasks:
    """What the platform does with tasks."""

    def __init__(self, tasks: TaskTable, registration: Registration, clock: Clock) -> None:
        self._tasks = tasks
        self._registration = registration
        self._clock = clock

    async def create_task(self, request: task_pb2.TaskCreateRequest) -> task_pb2.TaskCreateResponse:
        """Register a version of a task.

        Raises:
            InvalidInput: The name or template is not valid, or this version is another task already (with the
                differences).
            AlreadyExists: This very task is registered already; nothing was changed.
        """
        key = checked_key(TASK, request.id)
        await self._registration.check_project(key.project, key.domain)
        spec = task_pb2.TaskSpec()
        spec.CopyFrom(request.spec)
        spec.template.id.CopyFrom(identifier(TASK, key))
        if not spec.template.type:
            raise InvalidInput(f"task {key}: its template has no type (such as 'python-task')")
        now = self._clock.now()
        closure = task_pb2.TaskClosure(
            compiled_task=compiler_pb2.CompiledTask(template=spec.template), created_at=to_timestamp(now)
        )
        there = await self._tasks.put(
            StoredTask(
                key=key,
                digest=literals.digest(spec.template),
                spec=literals.to_bytes(spec),
                closure=literals.to_bytes(closure),
                created_at=now,
            )
        )
        if there is not None:
            refuse_registered(f"task {key}", registered.task_template(there), spec.template)
        return task_pb2.TaskCreateResponse()

    async def get_task(self, request: common_pb2.ObjectGetRequest) -> task_pb2.Task:
        """Give one version; raises ``NotFound`` that names what was probably meant."""
        return registered.task(await self._registration.find(TASK, self._tasks, checked_key(TASK, request.id)))

    async def list_tasks(self, request: common_pb2.ResourceListRequest) -> task_pb2.TaskList:
        """List versions of a name, or of all names of a project and domain."""
        of = request.id
        page = await self._tasks.list(of.project, of.domain, of.name, ListQuery.of(request))
        return task_pb2.TaskList(tasks=map(registered.task, page.items), token=page.token)

    async def list_task_ids(
        self, request: common_pb2.NamedEntityIdentifierListRequest
    ) -> common_pb2.NamedEntityIdentifierList:
        """List the names of tasks."""
        return await self._registration.names(self._tasks, request)
