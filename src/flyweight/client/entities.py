"""Entities as a platform has them: fetched tasks, workflows and launch plans, each around its flyteidl message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flyteidl.admin import launch_plan_pb2, task_pb2, workflow_pb2
from flyteidl.core import identifier_pb2, interface_pb2, literals_pb2

from flyweight.semantics.casting import is_optional


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedEntity:
    """What every fetched entity has."""

    id: identifier_pb2.Identifier
    interface: interface_pb2.TypedInterface

    @property
    def name(self) -> str:
        """The name it is registered under."""
        return self.id.name

    @property
    def version(self) -> str:
        """The version that was fetched."""
        return self.id.version

    @property
    def inputs(self) -> Mapping[str, interface_pb2.Variable]:
        """What it takes, by name."""
        return self.interface.inputs.variables

    @property
    def outputs(self) -> Mapping[str, interface_pb2.Variable]:
        """What it gives, by name."""
        return self.interface.outputs.variables

    @property
    def defaults(self) -> Mapping[str, literals_pb2.Literal]:
        """Values the platform fills in for inputs that are not given."""
        return {}

    @property
    def optional(self) -> Sequence[str]:
        """Inputs that are None when they are not given, since nobody fills them in."""
        return ()

    @property
    def fixed(self) -> Mapping[str, literals_pb2.Literal]:
        """Inputs that a launch plan has decided; a caller cannot give them."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class FlyteTask(FetchedEntity):
    """A registered task."""

    message: task_pb2.Task

    @classmethod
    def of(cls, message: task_pb2.Task) -> "FlyteTask":
        """Read the server's answer."""
        return cls(id=message.id, interface=message.closure.compiled_task.template.interface, message=message)

    @property
    def optional(self) -> Sequence[str]:
        """Inputs that take None: a task's own defaults are not known to a platform."""
        return [name for name, variable in self.inputs.items() if is_optional(variable.type)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlyteWorkflow(FetchedEntity):
    """A registered workflow; it runs through its default launch plan, which bears the same name and version."""

    message: workflow_pb2.Workflow

    @classmethod
    def of(cls, message: workflow_pb2.Workflow) -> "FlyteWorkflow":
        """Read the server's answer."""
        template = message.closure.compiled_workflow.primary.template
        return cls(id=message.id, interface=template.interface, message=message)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlyteLaunchPlan(FetchedEntity):
    """A registered launch plan: a workflow with some inputs given a default or a fixed value."""

    message: launch_plan_pb2.LaunchPlan
    workflow_id: identifier_pb2.Identifier
    parameters: Mapping[str, interface_pb2.Parameter] = field(default_factory=dict[str, interface_pb2.Parameter])

    @classmethod
    def of(cls, message: launch_plan_pb2.LaunchPlan) -> "FlyteLaunchPlan":
        """Read the server's answer; fixed inputs are no part of the interface."""
        parameters = message.closure.expected_inputs.parameters
        variables = {name: parameter.var for name, parameter in parameters.items()}
        interface = interface_pb2.TypedInterface(
            inputs=interface_pb2.VariableMap(variables=variables), outputs=message.closure.expected_outputs
        )
        return cls(
            id=message.id,
            interface=interface,
            message=message,
            workflow_id=message.spec.workflow_id,
            parameters=parameters,
        )

    @property
    def defaults(self) -> Mapping[str, literals_pb2.Literal]:
        """Defaults of the inputs that have one."""
        return {name: one.default for name, one in self.parameters.items() if one.WhichOneof("behavior") == "default"}

    @property
    def fixed(self) -> Mapping[str, literals_pb2.Literal]:
        """Inputs that the launch plan has decided."""
        return self.message.spec.fixed_inputs.literals

    @property
    def is_active(self) -> bool:
        """Whether it is the active version of its name (its schedule runs)."""
        return self.message.closure.state == launch_plan_pb2.ACTIVE
