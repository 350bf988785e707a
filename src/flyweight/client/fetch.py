"""Asks a platform what it has: tasks, workflows, launch plans, projects; one by name, or lists of them."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from flyteidl.admin import common_pb2, launch_plan_pb2, project_pb2
from flyteidl.core import identifier_pb2
from google.protobuf.message import Message

from flyweight.client import rpcs
from flyweight.client.entities import FlyteLaunchPlan, FlyteTask, FlyteWorkflow
from flyweight.client.lazy import LazyEntity
from flyweight.client.rpcs import Rpc
from flyweight.client.session import Session
from flyweight.errors import InvalidInput, NotFound

ListReply = TypeVar("ListReply", bound=Message)

LATEST = "latest"
"""A version that means: the one registered last, as flytekit has it."""
NEWEST_FIRST = common_pb2.Sort(key="created_at", direction=common_pb2.Sort.DESCENDING)


class Fetching(Session):
    """Reads of the registry."""

    def fetch_task(
        self,
        project: str | None = None,
        domain: str | None = None,
        name: str | None = None,
        version: str | None = None,
    ) -> FlyteTask:
        """Fetch a task; without a version, the one registered last.

        Raises:
            NotFound: there is none; the message names the closest.

        """
        wanted = self.identifier(identifier_pb2.TASK, project, domain, _named(name, "task"), version)
        wanted.version = self._version(rpcs.LIST_TASKS, wanted, version)
        return FlyteTask.of(self.connection.call(rpcs.GET_TASK, common_pb2.ObjectGetRequest(id=wanted)))

    def fetch_task_lazy(
        self,
        project: str | None = None,
        domain: str | None = None,
        name: str | None = None,
        version: str | None = None,
    ) -> LazyEntity:
        """Give what stands for a task until something of it is asked for: only then it is fetched."""
        return LazyEntity(_named(name, "task"), lambda: self.fetch_task(project, domain, name, version))

    def fetch_workflow_lazy(
        self,
        project: str | None = None,
        domain: str | None = None,
        name: str | None = None,
        version: str | None = None,
    ) -> LazyEntity:
        """Give what stands for a workflow until something of it is asked for: only then it is fetched."""
        return LazyEntity(_named(name, "workflow"), lambda: self.fetch_workflow(project, domain, name, version))

    def fetch_workflow(
        self,
        project: str | None = None,
        domain: str | None = None,
        name: str | None = None,
        version: str | None = None,
    ) -> FlyteWorkflow:
        """Fetch a workflow; without a version, the one registered last.

        Raises:
            NotFound: there is none; the message names the closest.

        """
        wanted = self.identifier(identifier_pb2.WORKFLOW, project, domain, _named(name, "workflow"), version)
        wanted.version = self._version(rpcs.LIST_WORKFLOWS, wanted, version)
        return FlyteWorkflow.of(self.connection.call(rpcs.GET_WORKFLOW, common_pb2.ObjectGetRequest(id=wanted)))

    def fetch_launch_plan(
        self,
        project: str | None = None,
        domain: str | None = None,
        name: str | None = None,
        version: str | None = None,
    ) -> FlyteLaunchPlan:
        """Fetch a launch plan; without a version, the one registered last.

        Raises:
            NotFound: there is none; the message names the closest.

        """
        wanted = self.identifier(identifier_pb2.LAUNCH_PLAN, project, domain, _named(name, "launch plan"), version)
        wanted.version = self._version(rpcs.LIST_LAUNCH_PLANS, wanted, version)
        return FlyteLaunchPlan.of(self.connection.call(rpcs.GET_LAUNCH_PLAN, common_pb2.ObjectGetRequest(id=wanted)))

    def fetch_active_launchplan(
        self, project: str | None = None, domain: str | None = None, name: str | None = None
    ) -> FlyteLaunchPlan | None:
        """Fetch the active version of a launch plan, or None when no version of it is active."""
        wanted = common_pb2.NamedEntityIdentifier(
            project=project or self.default_project,
            domain=domain or self.default_domain,
            name=_named(name, "launch plan"),
        )
        try:
            found = self.connection.call(
                rpcs.GET_ACTIVE_LAUNCH_PLAN, launch_plan_pb2.ActiveLaunchPlanRequest(id=wanted)
            )
        except NotFound:
            return None
        return FlyteLaunchPlan.of(found)

    def list_tasks_by_version(
        self, version: str, project: str | None = None, domain: str | None = None, limit: int = 100
    ) -> list[FlyteTask]:
        """List the tasks that were registered under one version."""
        request = self._list_request("", project, domain, limit)
        request.filters = f"eq(version,{version})"
        return [FlyteTask.of(task) for task in self.connection.call(rpcs.LIST_TASKS, request).tasks]

    def list_launch_plans(
        self,
        name: str = "",
        project: str | None = None,
        domain: str | None = None,
        *,
        active_only: bool = False,
        limit: int = 100,
    ) -> list[FlyteLaunchPlan]:
        """List launch plans, newest first: of one name, or all."""
        if active_only:
            request = launch_plan_pb2.ActiveLaunchPlanListRequest(
                project=project or self.default_project,
                domain=domain or self.default_domain,
                limit=limit,
                sort_by=NEWEST_FIRST,
            )
            found = self.connection.call(rpcs.LIST_ACTIVE_LAUNCH_PLANS, request).launch_plans
            return [FlyteLaunchPlan.of(one) for one in found if not name or one.id.name == name]
        listed = self.connection.call(rpcs.LIST_LAUNCH_PLANS, self._list_request(name, project, domain, limit))
        return [FlyteLaunchPlan.of(one) for one in listed.launch_plans]

    def list_tasks(
        self, name: str = "", project: str | None = None, domain: str | None = None, limit: int = 100
    ) -> list[FlyteTask]:
        """List tasks, newest first: the versions of one name, or all."""
        listed = self.connection.call(rpcs.LIST_TASKS, self._list_request(name, project, domain, limit))
        return [FlyteTask.of(one) for one in listed.tasks]

    def list_workflows(
        self, name: str = "", project: str | None = None, domain: str | None = None, limit: int = 100
    ) -> list[FlyteWorkflow]:
        """List workflows, newest first: the versions of one name, or all."""
        listed = self.connection.call(rpcs.LIST_WORKFLOWS, self._list_request(name, project, domain, limit))
        return [FlyteWorkflow.of(one) for one in listed.workflows]

    def list_projects(self, limit: int = 100) -> list[project_pb2.Project]:
        """List the platform's projects."""
        return list(self.connection.call(rpcs.LIST_PROJECTS, project_pb2.ProjectListRequest(limit=limit)).projects)

    def get_domains(self) -> list[project_pb2.Domain]:
        """List the platform's domains."""
        return list(self.connection.call(rpcs.GET_DOMAINS, project_pb2.GetDomainRequest()).domains)

    def activate_launchplan(self, ident: identifier_pb2.Identifier) -> None:
        """Make this version of a launch plan the active one of its name."""
        self._set_state(ident, launch_plan_pb2.ACTIVE)

    def deactivate_launchplan(self, ident: identifier_pb2.Identifier) -> None:
        """Let no version of this launch plan be active."""
        self._set_state(ident, launch_plan_pb2.INACTIVE)

    def _set_state(self, ident: identifier_pb2.Identifier, state: launch_plan_pb2.LaunchPlanState) -> None:
        self.connection.call(rpcs.UPDATE_LAUNCH_PLAN, launch_plan_pb2.LaunchPlanUpdateRequest(id=ident, state=state))

    def _list_request(
        self, name: str, project: str | None, domain: str | None, limit: int
    ) -> common_pb2.ResourceListRequest:
        named = common_pb2.NamedEntityIdentifier(
            project=project or self.default_project, domain=domain or self.default_domain, name=name
        )
        return common_pb2.ResourceListRequest(id=named, limit=limit, sort_by=NEWEST_FIRST)

    def _version(
        self,
        listing: Rpc[common_pb2.ResourceListRequest, ListReply],
        wanted: identifier_pb2.Identifier,
        version: str | None,
    ) -> str:
        """Give the version that is meant; an unknown name is left to the server, whose refusal names the closest."""
        if version and version != LATEST:
            return version
        request = self._list_request(wanted.name, wanted.project, wanted.domain, 1)
        newest = next(_entities(self.connection.call(listing, request)), None)
        return newest.version if newest else LATEST


def _entities(reply: Message) -> Iterator[identifier_pb2.Identifier]:
    """Give the ids in a reply of any of the list calls: its one repeated field holds messages with an id."""
    for descriptor, items in reply.ListFields():
        if descriptor.name != "token":
            yield from (item.id for item in items)


def filters_text(filters: Iterable[Any] | None) -> str:
    """Write conditions as a request has them: each is Flyte's text, or one of flytekit's filters."""
    return "+".join(one if isinstance(one, str) else one.to_flyte_idl() for one in filters or ())


def _named(name: str | None, kind: str) -> str:
    if not name:
        raise InvalidInput(f"Which {kind}? Give its name.")
    return name
