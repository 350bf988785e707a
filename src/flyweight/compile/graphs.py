"""Turns a workflow's graph into a flyteidl WorkflowTemplate: nodes, bindings, overrides, outputs."""

import datetime as dt
import typing
from collections.abc import Iterable, Mapping
from typing import Any

from flyteidl.core import identifier_pb2, literals_pb2, tasks_pb2, types_pb2, workflow_pb2

from flyweight.compile.bindings import binding_data
from flyweight.compile.map_tasks import array_node, take_element
from flyweight.compile.needs import task_of
from flyweight.compile.settings import SerializationSettings
from flyweight.compile.tasks import duration, interface, task_identifier
from flyweight.errors import CompileError, Unsupported
from flyweight.sdk.auto_container import PythonAutoContainerTask
from flyweight.sdk.base_task import PythonTask
from flyweight.sdk.binding import Binding
from flyweight.sdk.conditional import Branch
from flyweight.sdk.containers import extended_resources, resources
from flyweight.sdk.entity import AnyEntity
from flyweight.sdk.gate import OUTPUT, Approval, Gate, Signal, Sleep
from flyweight.sdk.launch_plan import LaunchPlan
from flyweight.sdk.map_task import MappedEntity, MapTask
from flyweight.sdk.node import Node
from flyweight.sdk.options import duration as read_duration
from flyweight.sdk.options import image_name, pod_template
from flyweight.sdk.reference import ReferenceEntity, ReferenceWorkflow
from flyweight.sdk.resources import Resources
from flyweight.sdk.workflow import Workflow, WorkflowFailurePolicy
from flyweight.types.registry import default_registry

AnyWorkflow = Workflow[..., Any]


def workflow_template(workflow: AnyWorkflow, settings: SerializationSettings) -> workflow_pb2.WorkflowTemplate:
    """Give a workflow's template.

    Raises:
        CompileError: its graph does not hold together.

    """
    graph = workflow.graph
    made = workflow_pb2.WorkflowTemplate(
        id=identifier_of(workflow, settings),
        metadata=workflow_pb2.WorkflowMetadata(on_failure=_policy(workflow.options.failure_policy)),
        interface=interface(workflow.interface),
        nodes=graph_nodes(graph.nodes, settings),
        outputs=graph_outputs(graph.outputs),
        metadata_defaults=workflow_pb2.WorkflowMetadataDefaults(interruptible=workflow.options.interruptible),
    )
    if graph.failure_node is not None:
        made.failure_node.CopyFrom(_node(graph.failure_node, settings))
    return made


def graph_nodes(nodes: Iterable[Node], settings: SerializationSettings) -> list[workflow_pb2.Node]:
    """Give the nodes of a graph on the wire."""
    return [_node(node, settings) for node in nodes]


def graph_outputs(outputs: Mapping[str, Binding]) -> list[literals_pb2.Binding]:
    """Give what the outputs of a graph are bound to on the wire."""
    return [literals_pb2.Binding(var=var, binding=binding_data(bound)) for var, bound in outputs.items()]


def identifier_of(entity: AnyEntity, settings: SerializationSettings) -> identifier_pb2.Identifier:
    """Give the identifier that an entity is registered under."""
    match entity:
        case ReferenceEntity():
            return entity.id
        case Workflow():
            kind = identifier_pb2.WORKFLOW
        case LaunchPlan():
            kind = identifier_pb2.LAUNCH_PLAN
        case _:
            return task_identifier(entity.name, settings)
    return identifier_pb2.Identifier(
        resource_type=kind,
        project=settings.project,
        domain=settings.domain,
        name=entity.name,
        version=settings.version,
    )


def _node(node: Node, settings: SerializationSettings) -> workflow_pb2.Node:
    made = workflow_pb2.Node(
        id=node.id,
        metadata=_node_metadata(node),
        inputs=[literals_pb2.Binding(var=var, binding=binding_data(bound)) for var, bound in node.bindings.items()],
        upstream_node_ids=[upstream.id for upstream in node.upstream],
        output_aliases=[
            workflow_pb2.Alias(var=var, alias=alias) for var, alias in node.overrides.get("aliases", {}).items()
        ],
    )
    if isinstance(node.entity, Branch):
        made.branch_node.CopyFrom(_branch(node.entity, settings))
        return made
    if isinstance(node.entity, Gate):
        made.gate_node.CopyFrom(_gate(node.entity))
        return made
    if isinstance(node.entity, MapTask):
        made.array_node.CopyFrom(array_node(node.entity, _element(node, made, settings)))
        made.metadata.CopyFrom(workflow_pb2.NodeMetadata(name=node.entity.name, retries=literals_pb2.RetryStrategy()))
        return made
    if isinstance(node.entity, MappedEntity):
        inner = workflow_pb2.Node(id=node.entity.name, metadata=made.metadata, inputs=made.inputs)
        target = identifier_of(node.entity.target, settings)
        if target.resource_type == identifier_pb2.TASK:
            inner.task_node.reference_id.CopyFrom(target)
        else:
            inner.workflow_node.launchplan_ref.CopyFrom(target)
        made.array_node.CopyFrom(array_node(node.entity, inner))
        return made
    identifier = identifier_of(node.entity, settings)
    match identifier.resource_type:
        case identifier_pb2.TASK:
            made.task_node.reference_id.CopyFrom(identifier)
            made.task_node.overrides.CopyFrom(_task_overrides(node, settings))
        case identifier_pb2.WORKFLOW:
            if isinstance(node.entity, ReferenceWorkflow):
                raise Unsupported(
                    f"{node.entity.name} cannot be a node: a registered workflow runs inside another one only through "
                    "a launch plan. Use reference_launch_plan with the same name: each workflow has such a plan."
                )
            made.workflow_node.sub_workflow_ref.CopyFrom(identifier)
        case identifier_pb2.LAUNCH_PLAN:
            made.workflow_node.launchplan_ref.CopyFrom(identifier)
        case _:
            raise CompileError(f"{node.id}: {node.entity!r} cannot be a node.")
    return made


def _element(node: Node, outer: workflow_pb2.Node, settings: SerializationSettings) -> workflow_pb2.Node:
    """Give the node of one element of an array node: it has the settings of the call."""
    made = workflow_pb2.Node(id=node.entity.name, metadata=outer.metadata, inputs=outer.inputs)
    made.task_node.reference_id.CopyFrom(identifier_of(node.entity, settings))
    made.task_node.overrides.CopyFrom(_task_overrides(node, settings))
    return made


def _branch(branch: Branch, settings: SerializationSettings) -> workflow_pb2.BranchNode:
    blocks = [
        workflow_pb2.IfBlock(condition=case.condition, then_node=_node(case.node, settings)) for case in branch.cases
    ]
    made = workflow_pb2.IfElseBlock(case=blocks[0], other=blocks[1:])
    if isinstance(branch.last, Node):
        made.else_node.CopyFrom(_node(branch.last, settings))
    else:
        made.error.CopyFrom(types_pb2.Error(failed_node_id=branch.name, message=branch.last))
    return workflow_pb2.BranchNode(if_else=made)


def _gate(gate: Gate) -> workflow_pb2.GateNode:
    match gate.awaited:
        case Approval():
            return workflow_pb2.GateNode(approve=workflow_pb2.ApproveCondition(signal_id=gate.name))
        case Signal(python_type):
            kind = default_registry().literal_type(python_type)
            signal = workflow_pb2.SignalCondition(signal_id=gate.name, type=kind, output_variable_name=OUTPUT)
            return workflow_pb2.GateNode(signal=signal)
        case Sleep(length):
            return workflow_pb2.GateNode(sleep=workflow_pb2.SleepCondition(duration=duration(length)))


def _node_metadata(node: Node) -> workflow_pb2.NodeMetadata:
    """Give a node's settings: its entity's, then what ``with_overrides`` changed."""
    overrides = node.overrides
    options = task.options if (task := task_of(node.entity)) else None
    timeout = read_duration(overrides["timeout"]) if "timeout" in overrides else _timeout(node.entity)
    made = workflow_pb2.NodeMetadata(
        name=overrides.get("name", node.entity.short_name),
        timeout=duration(timeout) if timeout else None,
        retries=literals_pb2.RetryStrategy(retries=overrides.get("retries", options.retries if options else 0)),
    )
    interruptible = overrides.get("interruptible", _interruptible(node.entity))
    if interruptible is not None:
        made.interruptible = interruptible
    if "cache" in overrides:
        made.cacheable = bool(overrides["cache"])
    if "cache_version" in overrides:
        made.cache_version = overrides["cache_version"]
    if "cache_serialize" in overrides:
        made.cache_serializable = overrides["cache_serialize"]
    return made


def _timeout(entity: AnyEntity) -> dt.timedelta | None:
    match entity:
        case PythonTask():
            return entity.options.timeout
        case MapTask():
            return entity.target.options.timeout
        case Gate():
            return entity.timeout
        case _:
            return None


def _interruptible(entity: AnyEntity) -> bool | None:
    match entity:
        case PythonTask() | Workflow():
            return entity.options.interruptible
        case MapTask():
            return entity.target.options.interruptible
        case LaunchPlan():
            return entity.workflow.options.interruptible
        case _:
            return None


def _task_overrides(node: Node, settings: SerializationSettings) -> workflow_pb2.TaskNodeOverrides:
    overrides = node.overrides
    requests, limits = overrides.get("requests"), overrides.get("limits")
    if "resources" in overrides:
        requests, limits = overrides["resources"].split()
    asked: tasks_pb2.Resources | None = None
    if requests is not None or limits is not None:
        asked = resources(requests or Resources(), limits or Resources())
    return workflow_pb2.TaskNodeOverrides(
        resources=asked,
        container_image=image_name(overrides.get("container_image")) or "",
        extended_resources=extended_resources(overrides.get("accelerator"), overrides.get("shared_memory")),
        pod_template=_pod(node, settings),
    )


def _pod(node: Node, settings: SerializationSettings) -> tasks_pb2.K8sPod | None:
    """Give the pod that a call runs in, in place of its task's own."""
    template = pod_template(node.overrides.get("pod_template"))
    if template is None:
        return None
    task = task_of(node.entity)
    if not isinstance(task, PythonAutoContainerTask):
        raise CompileError(f"{node.id}: {node.entity.name} is no task of ours, so it cannot run in another pod.")
    made = task.pod_from(template, settings)
    made.primary_container_name = template.primary_container_name
    if isinstance(node.entity, MapTask):
        take_element(node.entity, made, template.primary_container_name)
    return made


def _policy(policy: WorkflowFailurePolicy) -> workflow_pb2.WorkflowMetadata.OnFailurePolicy:
    match policy:
        case WorkflowFailurePolicy.FAIL_IMMEDIATELY:
            return workflow_pb2.WorkflowMetadata.FAIL_IMMEDIATELY
        case WorkflowFailurePolicy.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE:
            return workflow_pb2.WorkflowMetadata.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE
        case _:
            typing.assert_never(policy)
