"""Registered workflows: linked with what they name, checked, and kept once under their version."""

import hashlib

from flyteidl.admin import common_pb2, workflow_pb2
from flyteidl.core import compiler_pb2, identifier_pb2
from flyteidl.core import workflow_pb2 as core_workflow_pb2

from flyweight import literals
from flyweight.clock import Clock
from flyweight.engine import linker
from flyweight.errors import CompileError
from flyweight.ids import identifier
from flyweight.services import registered
from flyweight.services.identifiers import checked_key
from flyweight.services.named import Named
from flyweight.services.registration import Registration, refuse_registered
from flyweight.store.listing import ListQuery
from flyweight.store.registry import RegistryStore, StoredWorkflow

WORKFLOW = identifier_pb2.WORKFLOW


class Workflows:
    """What the platform does with workflows."""

    def __init__(self, registry: RegistryStore, registration: Registration, clock: Clock) -> None:
        self._registry = registry
        self._registration = registration
        self._named = Named(registry, registration)
        self._clock = clock

    async def create_workflow(self, request: workflow_pb2.WorkflowCreateRequest) -> workflow_pb2.WorkflowCreateResponse:
        """Register a version of a workflow; what it names must be registered before.

        Raises:
            CompileError: It does not hold together; ``problems`` names every node and binding at fault.
            InvalidInput: The name is not valid, or this version is another workflow already (with the differences).
            AlreadyExists: This very workflow is registered already; nothing was changed.
        """
        key = checked_key(WORKFLOW, request.id)
        await self._registration.check_project(key.project, key.domain)
        spec = workflow_pb2.WorkflowSpec()
        spec.CopyFrom(request.spec)
        spec.template.id.CopyFrom(identifier(WORKFLOW, key))
        closure = literals.to_bytes(await self._link(spec))
        there = await self._registry.workflows.put(
            StoredWorkflow(
                key=key,
                digest=literals.digest(_structure(spec)),
                spec=literals.to_bytes(spec),
                closure=closure,
                closure_digest=hashlib.sha256(closure).hexdigest(),
                created_at=self._clock.now(),
            )
        )
        if there is not None:
            before = workflow_pb2.WorkflowSpec.FromString(there.spec)
            refuse_registered(f"workflow {key}", _structure(before), _structure(spec))
        return workflow_pb2.WorkflowCreateResponse()

    async def get_workflow(self, request: common_pb2.ObjectGetRequest) -> workflow_pb2.Workflow:
        """Give one version with its compiled closure; raises ``NotFound`` that names what was probably meant."""
        key = checked_key(WORKFLOW, request.id)
        return registered.workflow(await self._registration.find(WORKFLOW, self._registry.workflows, key))

    async def list_workflows(self, request: common_pb2.ResourceListRequest) -> workflow_pb2.WorkflowList:
        """List versions of a name, or of all names of a project and domain; without their closures, as Flyte does."""
        of = request.id
        page = await self._registry.workflows.list(of.project, of.domain, of.name, ListQuery.of(request))
        return workflow_pb2.WorkflowList(workflows=map(registered.workflow, page.items), token=page.token)

    async def list_workflow_ids(
        self, request: common_pb2.NamedEntityIdentifierListRequest
    ) -> common_pb2.NamedEntityIdentifierList:
        """List the names of workflows."""
        return await self._registration.names(self._registry.workflows, request)

    async def _link(self, spec: workflow_pb2.WorkflowSpec) -> compiler_pb2.CompiledWorkflowClosure:
        named = linker.references([spec.template, *spec.sub_workflows])
        try:
            tasks = await self._named.tasks(named.tasks)
            plans = await self._named.launch_plans(named.launch_plans)
        except CompileError as error:
            name = spec.template.id.name
            raise CompileError(f"failed to compile workflow {name}", problems=error.problems) from error
        return linker.link(spec.template, sub_workflows=spec.sub_workflows, tasks=tasks, launch_plans=plans)


def _structure(spec: workflow_pb2.WorkflowSpec) -> workflow_pb2.WorkflowSpec:
    """Take what makes a version what it is: not what people say about it, nor the order of what has none."""
    structure = workflow_pb2.WorkflowSpec(template=_ordered(spec.template))
    structure.sub_workflows.extend(sorted(map(_ordered, spec.sub_workflows), key=literals.to_bytes))
    return structure


def _ordered(template: core_workflow_pb2.WorkflowTemplate) -> core_workflow_pb2.WorkflowTemplate:
    """Sort what each node waits for: flytekit writes a set, in another order each time it registers."""
    ordered = core_workflow_pb2.WorkflowTemplate()
    ordered.CopyFrom(template)
    for node in ordered.nodes:
        node.upstream_node_ids.sort()
    return ordered
