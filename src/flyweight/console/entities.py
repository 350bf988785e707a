"""Pages of what is registered: names of workflows and tasks, and one version of a workflow, task or launch plan."""

from dataclasses import dataclass

from flyteidl.admin import common_pb2
from flyteidl.core import identifier_pb2, interface_pb2
from google.protobuf.timestamp_pb2 import Timestamp
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from flyweight.clock import from_timestamp
from flyweight.console import views
from flyweight.console.graph import draw
from flyweight.console.pages import Pages
from flyweight.console.rendering import page
from flyweight.console.sources import ConsoleServices
from flyweight.console.types import type_text
from flyweight.semantics import steps as plan

_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One registered version of a name."""

    identifier: identifier_pb2.Identifier
    created: int
    about: str


class EntityPages:
    """The pages of workflows, tasks and launch plans."""

    def __init__(self, services: ConsoleServices, pages: Pages) -> None:
        self._services = services
        self._pages = pages

    async def names(self, request: Request) -> Response:
        """List what is registered under each name, newest version first."""
        params = request.path_params
        section = "workflows" if request.url.path.endswith("/workflows") else "tasks"
        asked = common_pb2.ResourceListRequest(
            id=common_pb2.NamedEntityIdentifier(project=params["project"], domain=params["domain"]), limit=_MOST
        )
        newest: dict[str, Version] = {}
        for each in await self._versions(section, asked):
            if not each.identifier.name.startswith("."):
                newest.setdefault(each.identifier.name, each)
        return page(
            "names.html",
            place=await self._pages.place(params["project"], params["domain"], section),
            rows=[newest[name] for name in sorted(newest)],
        )

    async def workflow(self, request: Request) -> Response:
        """Show a version of a workflow."""
        found = await self._services.workflows.get_workflow(_get(request, identifier_pb2.WORKFLOW))
        closure = found.closure.compiled_workflow
        return await self._version(
            request,
            "workflows",
            identifier=found.id,
            about=found.short_description,
            created=_millis(found.closure.created_at),
            drawing=draw(closure),
            steps=plan.steps(closure),
            **_interface(closure.primary.template.interface),
        )

    async def task(self, request: Request) -> Response:
        """Show a version of a task."""
        found = await self._services.tasks.get_task(_get(request, identifier_pb2.TASK))
        template = found.closure.compiled_task.template
        return await self._version(
            request,
            "tasks",
            identifier=found.id,
            about=found.short_description,
            created=_millis(found.closure.created_at),
            drawing=None,
            steps=[],
            **_interface(template.interface),
        )

    async def launch_plan(self, request: Request) -> Response:
        """Go to the workflow that a launch plan starts."""
        found = await self._services.launch_plans.get_launch_plan(_get(request, identifier_pb2.LAUNCH_PLAN))
        return RedirectResponse(views.entity_url(found.spec.workflow_id))

    async def _version(self, request: Request, section: str, **values: object) -> Response:
        params = request.path_params
        asked = common_pb2.ResourceListRequest(
            id=common_pb2.NamedEntityIdentifier(
                project=params["project"], domain=params["domain"], name=params["name"]
            ),
            limit=20,
        )
        return page(
            "version.html",
            200,
            place=await self._pages.place(params["project"], params["domain"], section),
            kind=section.removesuffix("s"),
            versions=await self._versions(section, asked),
            **values,
        )

    async def _versions(self, section: str, asked: common_pb2.ResourceListRequest) -> list[Version]:
        if section == "workflows":
            workflows = (await self._services.workflows.list_workflows(asked)).workflows
            return [
                Version(identifier=each.id, created=_millis(each.closure.created_at), about=each.short_description)
                for each in workflows
            ]
        tasks = (await self._services.tasks.list_tasks(asked)).tasks
        return [
            Version(identifier=each.id, created=_millis(each.closure.created_at), about=each.short_description)
            for each in tasks
        ]


def _get(request: Request, kind: identifier_pb2.ResourceType) -> common_pb2.ObjectGetRequest:
    params = request.path_params
    return common_pb2.ObjectGetRequest(
        id=identifier_pb2.Identifier(
            resource_type=kind,
            project=params["project"],
            domain=params["domain"],
            name=params["name"],
            version=params["version"],
        )
    )


def _interface(interface: interface_pb2.TypedInterface) -> dict[str, object]:
    return {"inputs": _variables(interface.inputs), "outputs": _variables(interface.outputs)}


def _variables(variables: interface_pb2.VariableMap) -> list[tuple[str, str, str]]:
    """List name, type and description; a description that only repeats the name says nothing."""
    return [
        (name, type_text(each.type), each.description if each.description != name else "")
        for name, each in sorted(variables.variables.items())
    ]


def _millis(at: Timestamp) -> int:
    return from_timestamp(at) // 1000
