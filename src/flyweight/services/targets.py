"""Finds what an execution starts, a launch plan or a single task, and keeps what was found: a version never changes."""

from dataclasses import dataclass

from flyteidl.admin import launch_plan_pb2
from flyteidl.core import compiler_pb2, identifier_pb2, interface_pb2, literals_pb2

from flyweight import literals
from flyweight.engine import linker
from flyweight.errors import InvalidInput
from flyweight.ids import EntityKey, entity_key
from flyweight.semantics.inputs import parameters
from flyweight.services import registered
from flyweight.services.identifiers import checked_key
from flyweight.services.registration import Registration
from flyweight.store.registry import RegistryStore

KEPT = 256
"""How many targets stay at hand; one costs some kilobytes, a large task's closure more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A launch plan or task, as executions need it. Its messages are shared: they are not to be changed."""

    digest: str
    """Of the closure that it runs."""
    expected: interface_pb2.ParameterMap
    fixed: literals_pb2.LiteralMap
    workflow: EntityKey
    launch_plan: str = ""
    task: str = ""
    own: launch_plan_pb2.LaunchPlanSpec | None = None
    """A launch plan's spec."""
    closure: compiler_pb2.CompiledWorkflowClosure | None = None
    """A single task's, which is not registered; None for a workflow's, which the driver knows or loads."""


class Targets:
    """The targets of one platform."""

    def __init__(self, registry: RegistryStore, registration: Registration, *, most: int = KEPT) -> None:
        self._registry = registry
        self._most = most
        self._registration = registration
        self._kept: dict[tuple[int, EntityKey], Target] = {}

    async def find(self, target: identifier_pb2.Identifier) -> Target:
        """Find what a request names.

        Raises:
            NotFound: It is not registered; the message names what was probably meant.
            InvalidInput: It is neither a launch plan nor a task.
        """
        kind = target.resource_type or identifier_pb2.LAUNCH_PLAN
        if kind not in {identifier_pb2.LAUNCH_PLAN, identifier_pb2.TASK}:
            raise InvalidInput(
                f"spec.launch_plan names a {identifier_pb2.ResourceType.Name(kind)}: an execution starts a launch plan "
                "or a task. A workflow has a launch plan of its own name and version"
            )
        key = checked_key(kind, target)
        found = self._kept.pop((kind, key), None)
        if found is None:
            found = await (self._task(key) if kind == identifier_pb2.TASK else self._launch_plan(key))
        self._kept[kind, key] = found  # at the end: the one used longest ago stands first
        if len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]
        return found

    async def _launch_plan(self, key: EntityKey) -> Target:
        stored = await self._registration.find(identifier_pb2.LAUNCH_PLAN, self._registry.launch_plans, key)
        workflow = await self._registration.find(identifier_pb2.WORKFLOW, self._registry.workflows, stored.workflow)
        own = launch_plan_pb2.LaunchPlanSpec.FromString(stored.spec)
        return Target(
            own=own,
            digest=workflow.closure_digest,
            expected=launch_plan_pb2.LaunchPlanClosure.FromString(stored.closure).expected_inputs,
            fixed=own.fixed_inputs,
            workflow=workflow.key,
            launch_plan=str(key),
        )

    async def _task(self, key: EntityKey) -> Target:
        stored = await self._registration.find(identifier_pb2.TASK, self._registry.tasks, key)
        template = registered.task_template(stored)
        skeleton = linker.skeleton(template)
        closure = linker.link(skeleton, tasks=[template])
        return Target(
            closure=closure,
            digest=literals.digest(closure),
            expected=parameters(template.interface.inputs),
            fixed=literals_pb2.LiteralMap(),
            workflow=entity_key(skeleton.id),
            task=str(key),
        )
