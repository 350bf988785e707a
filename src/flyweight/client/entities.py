"""Entities as a platform has them: fetched tasks, workflows and launch plans, each around its flyteidl message."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from flyteidl.admin import common_pb2, launch_plan_pb2, task_pb2, workflow_pb2
from flyteidl.core import identifier_pb2, interface_pb2, literals_pb2, security_pb2, tasks_pb2
from flyteidl.core import workflow_pb2 as core_workflow_pb2
from google.protobuf import struct_pb2

from flyweight.errors import InvalidInput
from flyweight.ids import END_NODE, START_NODE
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
    def resource_type(self) -> identifier_pb2.ResourceType:
        """What kind of entity it is, as flyteidl counts them."""
        return self.id.resource_type

    @property
    def entity_type_text(self) -> str:
        """The same in words: ``Launch Plan``."""
        return identifier_pb2.ResourceType.Name(self.id.resource_type).replace("_", " ").title()

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

    def refuse_fixed(self, given: Iterable[str]) -> None:
        """Raise ``InvalidInput`` if an input is given that the launch plan has decided."""
        for name in given:
            if name in self.fixed:
                raise InvalidInput(f"`{name}` is fixed by launch plan {self.name} and cannot be given. Leave it out.")


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

    @property
    def template(self) -> tasks_pb2.TaskTemplate:
        """All that is registered of it."""
        return self.message.closure.compiled_task.template

    @property
    def type(self) -> str:
        """What kind of task it is: ``python-task``, ..."""
        return self.template.type

    @property
    def task_type_version(self) -> int:
        """The version of that kind."""
        return self.template.task_type_version

    @property
    def metadata(self) -> tasks_pb2.TaskMetadata:
        """Retries, timeout, cache and the like."""
        return self.template.metadata

    @property
    def custom(self) -> struct_pb2.Struct:
        """What its kind keeps beyond this."""
        return self.template.custom

    @property
    def config(self) -> Mapping[str, str]:
        """Settings of its kind."""
        return self.template.config

    @property
    def container(self) -> tasks_pb2.Container | None:
        """Image, command, resources and environment, if it runs in a container."""
        return self.template.container if self.template.HasField("container") else None

    @property
    def k8s_pod(self) -> tasks_pb2.K8sPod | None:
        """The pod, if it runs in one."""
        return self.template.k8s_pod if self.template.HasField("k8s_pod") else None

    @property
    def sql(self) -> tasks_pb2.Sql | None:
        """The statement, if it is one."""
        return self.template.sql if self.template.HasField("sql") else None

    @property
    def security_context(self) -> security_pb2.SecurityContext:
        """The secrets it asks for, and whom it runs as."""
        return self.template.security_context

    @property
    def extended_resources(self) -> tasks_pb2.ExtendedResources:
        """Accelerators and shared memory."""
        return self.template.extended_resources


@dataclass(frozen=True, slots=True, kw_only=True)
class FlyteWorkflow(FetchedEntity):
    """A registered workflow; it runs through its default launch plan, which bears the same name and version."""

    message: workflow_pb2.Workflow

    @classmethod
    def of(cls, message: workflow_pb2.Workflow) -> "FlyteWorkflow":
        """Read the server's answer."""
        template = message.closure.compiled_workflow.primary.template
        return cls(id=message.id, interface=template.interface, message=message)

    @property
    def template(self) -> core_workflow_pb2.WorkflowTemplate:
        """All that is registered of it, but for what its nodes run."""
        return self.message.closure.compiled_workflow.primary.template

    @property
    def metadata(self) -> core_workflow_pb2.WorkflowMetadata:
        """What happens when one of its nodes fails, and the like."""
        return self.template.metadata

    @property
    def metadata_defaults(self) -> core_workflow_pb2.WorkflowMetadataDefaults:
        """What its nodes have where they say nothing."""
        return self.template.metadata_defaults

    @property
    def nodes(self) -> list[core_workflow_pb2.Node]:
        """Its nodes, without those that stand for its start and end."""
        return [node for node in self.template.nodes if node.id not in {START_NODE, END_NODE}]

    @property
    def failure_node(self) -> core_workflow_pb2.Node | None:
        """What runs when it fails, if there is such a node."""
        return self.template.failure_node if self.template.HasField("failure_node") else None

    @property
    def flyte_tasks(self) -> list[tasks_pb2.TaskTemplate]:
        """The tasks that it and its sub-workflows run."""
        return [task.template for task in self.message.closure.compiled_workflow.tasks]

    @property
    def sub_workflows(self) -> list[core_workflow_pb2.WorkflowTemplate]:
        """The workflows inside it."""
        return [one.template for one in self.message.closure.compiled_workflow.sub_workflows]

    flyte_nodes, flyte_sub_workflows = nodes, sub_workflows
    """The same under flytekit's other names."""


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
    def spec(self) -> launch_plan_pb2.LaunchPlanSpec:
        """All that is registered of it."""
        return self.message.spec

    @property
    def is_scheduled(self) -> bool:
        """Whether it has a schedule."""
        return self.spec.entity_metadata.schedule.WhichOneof("ScheduleExpression") is not None

    @property
    def default_inputs(self) -> interface_pb2.ParameterMap:
        """Its inputs, with the defaults of those that have one."""
        return self.spec.default_inputs

    @property
    def fixed_inputs(self) -> literals_pb2.LiteralMap:
        """The inputs it has decided."""
        return self.spec.fixed_inputs

    @property
    def entity_metadata(self) -> launch_plan_pb2.LaunchPlanMetadata:
        """Its schedule and notifications."""
        return self.spec.entity_metadata

    @property
    def labels(self) -> Mapping[str, str]:
        """Labels of its executions."""
        return self.spec.labels.values

    @property
    def annotations(self) -> Mapping[str, str]:
        """Annotations of its executions."""
        return self.spec.annotations.values

    @property
    def max_parallelism(self) -> int:
        """How much of an execution may run at once; 0 is no limit of its own."""
        return self.spec.max_parallelism

    @property
    def overwrite_cache(self) -> bool:
        """Whether its executions compute what is cached anew."""
        return self.spec.overwrite_cache

    @property
    def raw_output_data_config(self) -> common_pb2.RawOutputDataConfig:
        """Where its executions put data."""
        return self.spec.raw_output_data_config

    @property
    def security_context(self) -> security_pb2.SecurityContext:
        """Whom its executions run as."""
        return self.spec.security_context

    @property
    def is_active(self) -> bool:
        """Whether it is the active version of its name (its schedule runs)."""
        return self.message.closure.state == launch_plan_pb2.ACTIVE
