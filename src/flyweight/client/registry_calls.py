"""The part of ``remote.client`` about what is registered: tasks, workflows, launch plans, their names, and projects."""

from collections.abc import Iterable
from typing import Any

from flyteidl.admin import (
    common_pb2,
    launch_plan_pb2,
    project_pb2,
    task_pb2,
    version_pb2,
    workflow_pb2,
)

from flyweight.client import rpcs
from flyweight.client.channel import Connection
from flyweight.client.fetch import filters_text
from flyweight.client.requests import ids_request, list_request, message
from flyweight.client.rpcs import Rpc

Filters = Iterable[Any] | None
Ids = tuple[list[common_pb2.NamedEntityIdentifier], str]


class RegistryCalls:
    """Calls about tasks, workflows, launch plans and projects."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create_task(self, task_identifer: Any, task_spec: Any) -> None:  # flytekit writes it so
        """Register a task; raises ``AlreadyExists``."""
        request = task_pb2.TaskCreateRequest(id=message(task_identifer), spec=message(task_spec))
        self._connection.call(rpcs.CREATE_TASK, request)

    def get_task(self, id: Any) -> task_pb2.Task:  # noqa: A002  flytekit's
        """Give a task; raises ``NotFound``."""
        return self._connection.call(rpcs.GET_TASK, common_pb2.ObjectGetRequest(id=message(id)))

    def list_task_ids_paginated(
        self, project: str, domain: str, limit: int = 100, token: str | None = None, sort_by: Any = None
    ) -> Ids:
        """List the names of tasks."""
        return self._ids(rpcs.LIST_TASK_IDS, ids_request(project, domain, limit, token, sort_by))

    def list_tasks_paginated(
        self, identifier: Any, limit: int = 100, token: str | None = None, filters: Filters = None, sort_by: Any = None
    ) -> tuple[list[task_pb2.Task], str]:
        """List versions of tasks, of one name or all of a project's domain."""
        request = list_request(identifier, limit, token, filters, sort_by)
        found = self._connection.call(rpcs.LIST_TASKS, request)
        return list(found.tasks), found.token

    def create_workflow(self, workflow_identifier: Any, workflow_spec: Any) -> None:
        """Register a workflow; raises ``AlreadyExists``."""
        request = workflow_pb2.WorkflowCreateRequest(id=message(workflow_identifier), spec=message(workflow_spec))
        self._connection.call(rpcs.CREATE_WORKFLOW, request)

    def get_workflow(self, id: Any) -> workflow_pb2.Workflow:  # noqa: A002  flytekit's
        """Give a workflow; raises ``NotFound``."""
        return self._connection.call(rpcs.GET_WORKFLOW, common_pb2.ObjectGetRequest(id=message(id)))

    def list_workflow_ids_paginated(
        self, project: str, domain: str, limit: int = 100, token: str | None = None, sort_by: Any = None
    ) -> Ids:
        """List the names of workflows."""
        return self._ids(rpcs.LIST_WORKFLOW_IDS, ids_request(project, domain, limit, token, sort_by))

    def list_workflows_paginated(
        self, identifier: Any, limit: int = 100, token: str | None = None, filters: Filters = None, sort_by: Any = None
    ) -> tuple[list[workflow_pb2.Workflow], str]:
        """List versions of workflows, of one name or all of a project's domain."""
        request = list_request(identifier, limit, token, filters, sort_by)
        found = self._connection.call(rpcs.LIST_WORKFLOWS, request)
        return list(found.workflows), found.token

    def create_launch_plan(self, launch_plan_identifer: Any, launch_plan_spec: Any) -> None:  # flytekit writes it so
        """Register a launch plan; raises ``AlreadyExists``."""
        request = launch_plan_pb2.LaunchPlanCreateRequest(
            id=message(launch_plan_identifer), spec=message(launch_plan_spec)
        )
        self._connection.call(rpcs.CREATE_LAUNCH_PLAN, request)

    def get_launch_plan(self, id: Any) -> launch_plan_pb2.LaunchPlan:  # noqa: A002  flytekit's
        """Give a launch plan; raises ``NotFound``."""
        return self._connection.call(rpcs.GET_LAUNCH_PLAN, common_pb2.ObjectGetRequest(id=message(id)))

    def get_active_launch_plan(self, identifier: Any) -> launch_plan_pb2.LaunchPlan:
        """Give the active version of a launch plan; raises ``NotFound``."""
        request = launch_plan_pb2.ActiveLaunchPlanRequest(id=message(identifier))
        return self._connection.call(rpcs.GET_ACTIVE_LAUNCH_PLAN, request)

    def list_launch_plan_ids_paginated(
        self, project: str, domain: str, limit: int = 100, token: str | None = None, sort_by: Any = None
    ) -> Ids:
        """List the names of launch plans."""
        return self._ids(rpcs.LIST_LAUNCH_PLAN_IDS, ids_request(project, domain, limit, token, sort_by))

    def list_launch_plans_paginated(
        self, identifier: Any, limit: int = 100, token: str | None = None, filters: Filters = None, sort_by: Any = None
    ) -> tuple[list[launch_plan_pb2.LaunchPlan], str]:
        """List versions of launch plans, of one name or all of a project's domain."""
        request = list_request(identifier, limit, token, filters, sort_by)
        found = self._connection.call(rpcs.LIST_LAUNCH_PLANS, request)
        return list(found.launch_plans), found.token

    def list_active_launch_plans_paginated(
        self, project: str, domain: str, limit: int = 100, token: str | None = None, sort_by: Any = None
    ) -> tuple[list[launch_plan_pb2.LaunchPlan], str]:
        """List the launch plans that are active."""
        request = launch_plan_pb2.ActiveLaunchPlanListRequest(
            project=project, domain=domain, limit=limit, token=token or "", sort_by=message(sort_by)
        )
        found = self._connection.call(rpcs.LIST_ACTIVE_LAUNCH_PLANS, request)
        return list(found.launch_plans), found.token

    def update_launch_plan(self, id: Any, state: launch_plan_pb2.LaunchPlanState) -> None:  # noqa: A002  flytekit's
        """Activate or deactivate a launch plan."""
        request = launch_plan_pb2.LaunchPlanUpdateRequest(id=message(id), state=state)
        self._connection.call(rpcs.UPDATE_LAUNCH_PLAN, request)

    def update_named_entity(self, resource_type: Any, id: Any, metadata: Any) -> None:  # noqa: A002  flytekit's
        """Describe or archive a name."""
        request = common_pb2.NamedEntityUpdateRequest(
            resource_type=resource_type, id=message(id), metadata=message(metadata)
        )
        self._connection.call(rpcs.UPDATE_NAMED_ENTITY, request)

    def register_project(self, project: Any) -> None:
        """Make a project; raises ``AlreadyExists``."""
        self._connection.call(rpcs.REGISTER_PROJECT, project_pb2.ProjectRegisterRequest(project=message(project)))

    def update_project(self, project: Any) -> None:
        """Change a project's name, description, labels or state."""
        self._connection.call(rpcs.UPDATE_PROJECT, message(project))

    def list_projects_paginated(
        self, limit: int = 100, token: str | None = None, filters: Filters = None, sort_by: Any = None
    ) -> tuple[list[project_pb2.Project], str]:
        """List projects."""
        request = project_pb2.ProjectListRequest(
            limit=limit, token=token or "", filters=filters_text(filters), sort_by=message(sort_by)
        )
        found = self._connection.call(rpcs.LIST_PROJECTS, request)
        return list(found.projects), found.token

    def get_domains(self) -> list[project_pb2.Domain]:
        """List the platform's domains."""
        return list(self._connection.call(rpcs.GET_DOMAINS, project_pb2.GetDomainRequest()).domains)

    def get_control_plane_version(self) -> str:
        """Give the platform's version."""
        return self._connection.call(rpcs.GET_VERSION, version_pb2.GetVersionRequest()).control_plane_version.Version

    def _ids(
        self,
        rpc: Rpc[common_pb2.NamedEntityIdentifierListRequest, common_pb2.NamedEntityIdentifierList],
        request: common_pb2.NamedEntityIdentifierListRequest,
    ) -> Ids:
        found = self._connection.call(rpc, request)
        return list(found.entities), found.token
