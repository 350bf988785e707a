"""The registry: tasks, workflows with their closures, and launch plans, one version of each active."""

from dataclasses import dataclass, replace
from typing import Any

from flyteidl.admin import launch_plan_pb2
from sqlalchemy import Connection, RowMapping, select, update

from flyweight.clock import Micros
from flyweight.errors import NotFound
from flyweight.ids import EntityKey
from flyweight.store import fields, tables
from flyweight.store.bulk import insert_new
from flyweight.store.database import Database
from flyweight.store.entities import EntityTable, StoredEntity, common_fields
from flyweight.store.listing import ListQuery, Page

_plans = tables.launch_plans.c


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTask(StoredEntity):
    """A version of a task."""

    closure: bytes
    """``flyteidl.admin.TaskClosure``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredWorkflow(StoredEntity):
    """A version of a workflow."""

    closure: bytes = b""
    """``flyteidl.core.CompiledWorkflowClosure``; left out of lists."""
    closure_digest: str
    """By which executions name the closure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLaunchPlan(StoredEntity):
    """A version of a launch plan."""

    closure: bytes
    """``flyteidl.admin.LaunchPlanClosure`` as it was registered: its state and times are those here."""
    workflow: EntityKey
    state: int = launch_plan_pb2.INACTIVE
    """``flyteidl.admin.LaunchPlanState``."""


class TaskTable(EntityTable[StoredTask]):
    """The registered tasks."""

    table = tables.tasks
    listing = fields.TASKS
    kind = "task"

    def _row(self, entity: StoredTask) -> dict[str, Any]:
        return {"closure": entity.closure}

    def _entity(self, row: RowMapping) -> StoredTask:
        return StoredTask(**common_fields(row), closure=row["closure"])


class WorkflowTable(EntityTable[StoredWorkflow]):
    """The registered workflows; equal closures are stored once."""

    table = tables.workflows
    listing = fields.WORKFLOWS
    kind = "workflow"

    def _insert(self, connection: Connection, entity: StoredWorkflow) -> bool:
        insert_new(connection, tables.closures, {"digest": entity.closure_digest, "body": entity.closure})
        return super()._insert(connection, entity)

    def _find(self, connection: Connection, key: EntityKey) -> StoredWorkflow | None:
        found = super()._find(connection, key)
        if found is None:
            return None
        body = select(tables.closures.c.body).where(tables.closures.c.digest == found.closure_digest)
        return replace(found, closure=connection.execute(body).scalar_one())

    def _row(self, entity: StoredWorkflow) -> dict[str, Any]:
        return {"closure_digest": entity.closure_digest}

    def _entity(self, row: RowMapping) -> StoredWorkflow:
        return StoredWorkflow(**common_fields(row), closure_digest=row["closure_digest"])


class LaunchPlanTable(EntityTable[StoredLaunchPlan]):
    """The registered launch plans; of each name at most one version is active."""

    table = tables.launch_plans
    listing = fields.LAUNCH_PLANS
    kind = "launch plan"

    async def active(self, project: str, domain: str, name: str) -> StoredLaunchPlan:
        """Read the active version of a name; raises ``NotFound``."""
        statement = select(self.table).where(
            *self._scope(project, domain), _plans.name == name, _plans.state == launch_plan_pb2.ACTIVE
        )
        row = await self._database.read(lambda connection: connection.execute(statement).mappings().first())
        if row is None:
            raise NotFound(
                f"No version of launch plan {project}:{domain}:{name} is active: activate one with"
                f" 'flyweight launchplan {name} VERSION --activate', or name a version."
            )
        return self._entity(row)

    async def list_active(self, project: str, domain: str, query: ListQuery) -> Page[StoredLaunchPlan]:
        """List the active versions of all names."""
        return await self._list([*self._scope(project, domain), _plans.state == launch_plan_pb2.ACTIVE], query)

    async def set_state(self, key: EntityKey, state: int, at: Micros) -> None:
        """Switch a version on (and the one that was on, off) or off; raises ``NotFound``."""

        def work(connection: Connection) -> None:
            if state == launch_plan_pb2.ACTIVE:
                connection.execute(
                    update(self.table)
                    .where(*self._scope(key.project, key.domain), _plans.name == key.name, _plans.state == state)
                    .values(state=launch_plan_pb2.INACTIVE, updated_at=at)
                )
            change = update(self.table).where(self._is(key)).values(state=state, updated_at=at)
            if connection.execute(change).rowcount == 0:
                raise NotFound(f"There is no launch plan {key}.")

        await self._database.write(work)

    def _row(self, entity: StoredLaunchPlan) -> dict[str, Any]:
        workflow = entity.workflow
        return {
            "closure": entity.closure,
            "state": entity.state,
            "workflow_project": workflow.project,
            "workflow_domain": workflow.domain,
            "workflow_name": workflow.name,
            "workflow_version": workflow.version,
        }

    def _entity(self, row: RowMapping) -> StoredLaunchPlan:
        workflow = EntityKey(*(row[f"workflow_{part}"] for part in ("project", "domain", "name", "version")))
        return StoredLaunchPlan(**common_fields(row), closure=row["closure"], state=row["state"], workflow=workflow)


class RegistryStore:
    """All that is registered, by kind."""

    def __init__(self, database: Database) -> None:
        self.tasks = TaskTable(database)
        self.workflows = WorkflowTable(database)
        self.launch_plans = LaunchPlanTable(database)
