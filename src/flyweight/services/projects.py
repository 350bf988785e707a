"""Projects and domains, what may be set for them, and the platform's version."""

import sys
from importlib.metadata import version

from flyteidl.admin import (
    common_pb2,
    project_attributes_pb2,
    project_domain_attributes_pb2,
    project_pb2,
    version_pb2,
    workflow_attributes_pb2,
)

from flyweight import literals
from flyweight.clock import Clock
from flyweight.errors import NotFound
from flyweight.services.identifiers import check_project
from flyweight.store.listing import ListQuery
from flyweight.store.projects import DOMAINS, ProjectStore, StoredProject

_Domain = project_pb2.Domain

BUILD = f"flyweight python{sys.version_info.major}.{sys.version_info.minor}"
"""Tells the Python of our workers, so that a notebook of another one is refused before anything runs."""


class Projects:
    """What the platform does with projects."""

    def __init__(self, projects: ProjectStore, clock: Clock) -> None:
        self._projects = projects
        self._clock = clock

    async def register_project(
        self, request: project_pb2.ProjectRegisterRequest
    ) -> project_pb2.ProjectRegisterResponse:
        """Make a project; raises ``AlreadyExists``, and ``InvalidInput`` for an identifier that cannot be one."""
        given = request.project
        check_project(given.id, DOMAINS[0])
        now = self._clock.now()
        await self._projects.register(
            StoredProject(
                identifier=given.id,
                name=given.name or given.id,
                description=given.description,
                labels=literals.to_bytes(given.labels),
                state=given.state,
                created_at=now,
                updated_at=now,
            )
        )
        return project_pb2.ProjectRegisterResponse()

    async def update_project(self, request: project_pb2.Project) -> project_pb2.ProjectUpdateResponse:
        """Change a project's name, description, labels and state; raises ``NotFound``."""
        there = await self._projects.get(request.id)
        await self._projects.update(
            StoredProject(
                identifier=there.identifier,
                name=request.name or there.name,
                description=request.description or there.description,
                labels=literals.to_bytes(request.labels) or there.labels,
                state=request.state,
                created_at=there.created_at,
                updated_at=self._clock.now(),
            )
        )
        return project_pb2.ProjectUpdateResponse()

    async def get_project(self, request: project_pb2.ProjectGetRequest) -> project_pb2.Project:
        """Give one project; raises ``NotFound``."""
        return _project(await self._projects.get(request.id))

    async def list_projects(self, request: project_pb2.ProjectListRequest) -> project_pb2.Projects:
        """List projects."""
        page = await self._projects.list(ListQuery.of(request))
        return project_pb2.Projects(projects=map(_project, page.items), token=page.token)

    async def get_domains(self, _request: project_pb2.GetDomainRequest) -> project_pb2.GetDomainsResponse:
        """List the domains, which are the same in every project."""
        return project_pb2.GetDomainsResponse(domains=[_Domain(id=name, name=name) for name in DOMAINS])

    async def get_version(self, _request: version_pb2.GetVersionRequest) -> version_pb2.GetVersionResponse:
        """Tell which Flyweight this is."""
        return version_pb2.GetVersionResponse(
            control_plane_version=version_pb2.Version(Version=version("flyweight"), Build=BUILD)
        )

    async def get_project_attributes(
        self, request: project_attributes_pb2.ProjectAttributesGetRequest
    ) -> project_attributes_pb2.ProjectAttributesGetResponse:
        """Nothing is set for a project alone; raises ``NotFound``, which Flyte's clients take for "use defaults"."""
        raise _not_set(request.project)

    async def get_project_domain_attributes(
        self, request: project_domain_attributes_pb2.ProjectDomainAttributesGetRequest
    ) -> project_domain_attributes_pb2.ProjectDomainAttributesGetResponse:
        """Nothing is set for a domain of a project; raises ``NotFound``."""
        raise _not_set(f"{request.project}-{request.domain}")

    async def get_workflow_attributes(
        self, request: workflow_attributes_pb2.WorkflowAttributesGetRequest
    ) -> workflow_attributes_pb2.WorkflowAttributesGetResponse:
        """Nothing is set for a workflow; raises ``NotFound``."""
        raise _not_set(f"{request.project}-{request.domain}-{request.workflow}")


def _project(stored: StoredProject) -> project_pb2.Project:
    return project_pb2.Project(
        id=stored.identifier,
        name=stored.name,
        description=stored.description,
        labels=common_pb2.Labels.FromString(stored.labels),
        state=project_pb2.Project.ProjectState.Name(stored.state),
        domains=[_Domain(id=name, name=name) for name in DOMAINS],
    )


def _not_set(scope: str) -> NotFound:
    return NotFound(f"no attributes are set for {scope}: the platform's own settings hold")
