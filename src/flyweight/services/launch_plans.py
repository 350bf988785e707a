"""Registered launch plans: checked against their workflow, kept once, and at most one version of a name active."""

from flyteidl.admin import common_pb2, launch_plan_pb2
from flyteidl.core import identifier_pb2, interface_pb2

from flyweight import literals
from flyweight.clock import Clock, to_timestamp
from flyweight.errors import InvalidInput
from flyweight.ids import EntityKey
from flyweight.semantics.literal_types import mismatch
from flyweight.services import registered
from flyweight.services.identifiers import checked_key, unknown
from flyweight.services.registration import Registration, refuse_registered
from flyweight.store.listing import ListQuery
from flyweight.store.registry import RegistryStore, StoredLaunchPlan

LAUNCH_PLAN = identifier_pb2.LAUNCH_PLAN


class LaunchPlans:
    """What the platform does with launch plans."""

    def __init__(self, registry: RegistryStore, registration: Registration, clock: Clock) -> None:
        self._registry = registry
        self._registration = registration
        self._clock = clock

    async def create_launch_plan(
        self, request: launch_plan_pb2.LaunchPlanCreateRequest
    ) -> launch_plan_pb2.LaunchPlanCreateResponse:
        """Register a version of a launch plan, inactive; its workflow must be registered before.

        Raises:
            InvalidInput: A name, default or fixed input is not valid, or this version is another launch plan already
                (with the differences).
            NotFound: The workflow is not registered.
            AlreadyExists: This very launch plan is registered already; nothing was changed.
        """
        key = checked_key(LAUNCH_PLAN, request.id)
        await self._registration.check_project(key.project, key.domain)
        spec = request.spec
        workflow = checked_key(identifier_pb2.WORKFLOW, spec.workflow_id)
        interface = await self._interface(workflow)
        now = self._clock.now()
        closure = launch_plan_pb2.LaunchPlanClosure(
            state=launch_plan_pb2.INACTIVE,
            expected_inputs=_expected_inputs(key, spec, interface),
            expected_outputs=interface.outputs,
            created_at=to_timestamp(now),
            updated_at=to_timestamp(now),
        )
        there = await self._registry.launch_plans.put(
            StoredLaunchPlan(
                key=key,
                digest=literals.digest(spec),
                spec=literals.to_bytes(spec),
                closure=literals.to_bytes(closure),
                workflow=workflow,
                created_at=now,
            )
        )
        if there is not None:
            refuse_registered(f"launch plan {key}", launch_plan_pb2.LaunchPlanSpec.FromString(there.spec), spec)
        return launch_plan_pb2.LaunchPlanCreateResponse()

    async def get_launch_plan(self, request: common_pb2.ObjectGetRequest) -> launch_plan_pb2.LaunchPlan:
        """Give one version; raises ``NotFound`` that names what was probably meant."""
        key = checked_key(LAUNCH_PLAN, request.id)
        return registered.launch_plan(await self._registration.find(LAUNCH_PLAN, self._registry.launch_plans, key))

    async def get_active_launch_plan(
        self, request: launch_plan_pb2.ActiveLaunchPlanRequest
    ) -> launch_plan_pb2.LaunchPlan:
        """Give the active version of a name; raises ``NotFound`` when none is active."""
        of = request.id
        return registered.launch_plan(await self._registry.launch_plans.active(of.project, of.domain, of.name))

    async def list_active_launch_plans(
        self, request: launch_plan_pb2.ActiveLaunchPlanListRequest
    ) -> launch_plan_pb2.LaunchPlanList:
        """List the active versions of all names of a project and domain."""
        query = ListQuery(
            limit=request.limit,
            token=request.token,
            sort_key=request.sort_by.key,
            descending=request.sort_by.direction == common_pb2.Sort.DESCENDING,
        )
        page = await self._registry.launch_plans.list_active(request.project, request.domain, query)
        return launch_plan_pb2.LaunchPlanList(launch_plans=map(registered.launch_plan, page.items), token=page.token)

    async def list_launch_plans(self, request: common_pb2.ResourceListRequest) -> launch_plan_pb2.LaunchPlanList:
        """List versions of a name, or of all names of a project and domain."""
        of = request.id
        page = await self._registry.launch_plans.list(of.project, of.domain, of.name, ListQuery.of(request))
        return launch_plan_pb2.LaunchPlanList(launch_plans=map(registered.launch_plan, page.items), token=page.token)

    async def list_launch_plan_ids(
        self, request: common_pb2.NamedEntityIdentifierListRequest
    ) -> common_pb2.NamedEntityIdentifierList:
        """List the names of launch plans."""
        return await self._registration.names(self._registry.launch_plans, request)

    async def update_launch_plan(
        self, request: launch_plan_pb2.LaunchPlanUpdateRequest
    ) -> launch_plan_pb2.LaunchPlanUpdateResponse:
        """Activate a version (which deactivates the one that was active) or deactivate it; raises ``NotFound``."""
        key = checked_key(LAUNCH_PLAN, request.id)
        await self._registration.find(LAUNCH_PLAN, self._registry.launch_plans, key)
        await self._registry.launch_plans.set_state(key, request.state, self._clock.now())
        return launch_plan_pb2.LaunchPlanUpdateResponse()

    async def _interface(self, workflow: EntityKey) -> interface_pb2.TypedInterface:
        stored = await self._registration.find(identifier_pb2.WORKFLOW, self._registry.workflows, workflow)
        return registered.workflow_interface(stored)


def _expected_inputs(
    key: EntityKey, spec: launch_plan_pb2.LaunchPlanSpec, interface: interface_pb2.TypedInterface
) -> interface_pb2.ParameterMap:
    """Give what a caller may pass: the workflow's inputs but the fixed ones, required unless they have a default."""
    variables = interface.inputs.variables
    where = f"workflow {spec.workflow_id.name!r}, which launch plan {key} starts"
    for name in (*spec.default_inputs.parameters, *spec.fixed_inputs.literals):
        if name not in variables:
            raise InvalidInput(str(unknown("input", name, variables, where=where)))
    for name, literal in spec.fixed_inputs.literals.items():
        fault = mismatch(literal, variables[name].type)
        if fault:
            raise InvalidInput(f"launch plan {key}: the fixed input {name!r} has the wrong type: {fault}")
    expected = interface_pb2.ParameterMap()
    for name, variable in variables.items():
        if name in spec.fixed_inputs.literals:
            continue
        parameter = interface_pb2.Parameter(required=True)
        if name in spec.default_inputs.parameters:
            parameter.CopyFrom(spec.default_inputs.parameters[name])
        parameter.var.CopyFrom(variable)
        if parameter.WhichOneof("behavior") == "default":
            fault = mismatch(parameter.default, variable.type)
            if fault:
                raise InvalidInput(f"launch plan {key}: the default of input {name!r} has the wrong type: {fault}")
        expected.parameters[name].CopyFrom(parameter)
    return expected
