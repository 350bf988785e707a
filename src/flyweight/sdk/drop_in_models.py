"""The part of the drop-in's table that needs no code of ours: flytekit's model classes, and the messages they are.

A line gives a module of ``flytekit.models`` and the module of flyteidl that most of its classes come from; below stand
their names. ``Name=path`` says that flyteidl calls it otherwise, ``Name=package.module.path`` that it stands elsewhere.
"""

from collections.abc import Mapping
from typing import Final

_FACES = "flyweight.compat.models"

_TABLE: Final = """
admin.common: admin.common
    Sort
admin.task_execution: admin.task_execution
    TaskExecution TaskExecutionClosure
admin.workflow: admin.workflow
    Workflow WorkflowClosure WorkflowSpec
annotation: core.types
    TypeAnnotation
array_job: plugins.array_job
    ArrayJob
common: admin.common
    EmailNotification Envs NamedEntityIdentifier Notification PagerDutyNotification SlackNotification UrlBlob
    AuthRole=admin.launch_plan.Auth
concurrency: admin.launch_plan
    ConcurrencyPolicy ConcurrencyLimitBehavior
core.catalog: core.catalog
    CatalogArtifactTag CatalogMetadata
core.compiler: core.compiler
    CompiledTask CompiledWorkflow CompiledWorkflowClosure ConnectionSet
core.condition: core.condition
    BooleanExpression ComparisonExpression ConjunctionExpression Operand
core.errors: core.errors
    ContainerError ErrorDocument
core.execution: core.execution
    ExecutionError TaskLog WorkflowExecutionPhase=WorkflowExecution.Phase NodeExecutionPhase=NodeExecution.Phase
    TaskExecutionPhase=TaskExecution.Phase
core.identifier: core.identifier
    Identifier NodeExecutionIdentifier ResourceType SignalIdentifier TaskExecutionIdentifier
    WorkflowExecutionIdentifier
core.types: core.types
    BlobType EnumType
core.workflow: core.workflow
    Alias ApproveCondition ArrayNode BranchNode GateNode IfBlock IfElseBlock Node NodeMetadata SignalCondition
    SleepCondition TaskNode TaskNodeOverrides WorkflowMetadata WorkflowMetadataDefaults WorkflowNode
    WorkflowTemplate
documentation: admin.description_entity
    Description Documentation=DescriptionEntity SourceCode
domain: admin.project
    Domain
dynamic_job: core.dynamic_job
    DynamicJobSpec
event: event.event
    TaskExecutionMetadata
execution: admin.execution
    AbortMetadata Execution ExecutionClosure ExecutionMetadata ExecutionSpec LiteralMapBlob NotificationList
    SystemMetadata WorkflowExecutionGetDataResponse ClusterAssignment=admin.cluster_assignment.ClusterAssignment
    NodeExecutionGetDataResponse=admin.node_execution.NodeExecutionGetDataResponse
    TaskExecutionGetDataResponse=admin.task_execution.TaskExecutionGetDataResponse
interface: core.interface
    Parameter ParameterMap TypedInterface Variable VariableMap
launch_plan: admin.launch_plan
    Auth LaunchPlan LaunchPlanClosure LaunchPlanMetadata LaunchPlanSpec LaunchPlanState
literals: core.literals
    Binary Binding BindingData BindingDataCollection BindingDataMap Blob BlobMetadata Literal LiteralCollection
    LiteralMap LiteralOffloadedMetadata Primitive RetryStrategy Scalar Schema StructuredDataset
    StructuredDatasetMetadata Union Void
matchable_resource: admin.matchable_resource
    ClusterResourceAttributes ExecutionClusterLabel ExecutionQueueAttributes MatchableResource
    MatchingAttributes PluginOverride PluginOverrides
named_entity: admin.common
    NamedEntityIdentifier NamedEntityMetadata NamedEntityState
node_execution: admin.node_execution
    DynamicWorkflowNodeMetadata NodeExecution NodeExecutionClosure TaskNodeMetadata WorkflowNodeMetadata
presto: plugins.presto
    PrestoQuery
project: admin.project
    Project
qubole: plugins.qubole
    HiveQuery HiveQueryCollection QuboleHiveJob
schedule: admin.schedule
    Schedule
security: core.security
    Identity OAuth2Client OAuth2TokenRequest SecurityContext
task: core.tasks
    Container DataLoadingConfig IOStrategy K8sObjectMetadata K8sPod Resources RuntimeMetadata Sql TaskMetadata
    TaskTemplate CompiledTask=core.compiler.CompiledTask Task=admin.task.Task TaskClosure=admin.task.TaskClosure
    TaskSpec=admin.task.TaskSpec TaskExecutionMetadata=admin.agent.TaskExecutionMetadata
types: core.types
    Error LiteralType OutputReference SchemaType SimpleType StructuredDatasetType TypeStructure UnionType
workflow_closure: core.workflow_closure
    WorkflowClosure
"""


def _read(table: str) -> dict[str, dict[str, str]]:
    """Give places by module and name."""
    read: dict[str, dict[str, str]] = {}
    module = home = ""
    for line in table.splitlines():
        if not line.startswith(" "):
            module, _, home = line.partition(": ")
            continue
        places = read.setdefault(f"flytekit.models.{module}", {})
        for entry in line.split():
            name, _, path = entry.partition("=")
            elsewhere = path.startswith(("admin.", "core."))
            places[name] = f"{_FACES}:{path}" if elsewhere else f"{_FACES}:{home}.{path or name}"
    return read


MODELS: Final[Mapping[str, Mapping[str, str]]] = _read(_TABLE)
"""Places by module and name, as in ``drop_in_names``."""
