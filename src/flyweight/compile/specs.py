"""Turns an entity and all it needs into flyteidl specs, in the order in which they must be registered."""

from collections.abc import Iterable, Iterator

from flyteidl.admin import launch_plan_pb2, task_pb2, workflow_pb2
from flyteidl.core import identifier_pb2
from flyteidl.core import workflow_pb2 as core_workflow_pb2

from flyweight.compile.graphs import AnyWorkflow, workflow_template
from flyweight.compile.launch_plans import launch_plan
from flyweight.compile.map_tasks import map_task_spec
from flyweight.compile.needs import all_nodes, needs
from flyweight.compile.settings import SerializationSettings
from flyweight.compile.tasks import description, task_spec
from flyweight.errors import InvalidInput, TypeMismatch
from flyweight.sdk.base_task import PythonTask
from flyweight.sdk.conditional import nodes_within
from flyweight.sdk.entity import AnyEntity
from flyweight.sdk.launch_plan import LaunchPlan
from flyweight.sdk.map_task import MapTask
from flyweight.sdk.node import Node
from flyweight.sdk.reference import ReferenceEntity
from flyweight.sdk.workflow import FunctionWorkflow, Workflow

Spec = task_pb2.TaskSpec | workflow_pb2.WorkflowSpec | launch_plan_pb2.LaunchPlan
"""What is registered; ``identifier_in`` tells under which id."""


def compile_entity(entity: AnyEntity, settings: SerializationSettings) -> list[Spec]:
    """Give the specs of an entity: what it needs first, each once; a workflow is followed by its default launch plan.

    Raises:
        CompileError: a workflow does not hold together.
        TypeMismatch: a type has no form on the wire, or a default does not fit; names the entity.
        InvalidInput: a reference (it is registered already), or two entities of one kind with one name.

    """
    if isinstance(entity, ReferenceEntity):
        raise InvalidInput(f"{entity.name} is a reference: it is registered already, there is nothing to compile.")
    specs = list(compile_each(entity, settings).values())
    if isinstance(entity, Workflow):
        specs.append(_named(LaunchPlan.get_default_launch_plan(entity), settings))
    return specs


def compile_each(entity: AnyEntity, settings: SerializationSettings) -> dict[AnyEntity, Spec]:
    """Give the specs of what an entity needs, and its own as the last, by entity; errors as of ``compile_entity``."""
    order = dict.fromkeys(needs(entity))
    _require_names(order)
    return {needed: _named(needed, settings) for needed in order}


def _named(entity: AnyEntity, settings: SerializationSettings) -> Spec:
    """Give a spec; a mismatch says whose type or value it is."""
    try:
        return _spec(entity, settings)
    except TypeMismatch as error:
        raise TypeMismatch(f"{entity.name}: {error}") from error


def identifier_in(spec: Spec) -> identifier_pb2.Identifier:
    """Tell under which id a spec is registered."""
    return spec.id if isinstance(spec, launch_plan_pb2.LaunchPlan) else spec.template.id


def _require_names(entities: dict[AnyEntity, None]) -> None:
    """Refuse two entities of one kind and name: one would silently stand for the other."""
    seen: dict[tuple[type, str], AnyEntity] = {}
    for entity in entities:
        known = seen.setdefault((type(entity), entity.name), entity)
        if known != entity:
            raise InvalidInput(f"Two different entities are called {entity.name}. Give each its own name.")


def _spec(entity: AnyEntity, settings: SerializationSettings) -> Spec:
    match entity:
        case PythonTask():
            return task_spec(entity, settings)
        case MapTask():
            return map_task_spec(entity, settings)
        case Workflow():
            return workflow_spec(entity, settings)
        case LaunchPlan():
            return launch_plan(entity, settings)
        case _:
            raise InvalidInput(f"{entity!r} cannot be registered.")


def workflow_spec(workflow: AnyWorkflow, settings: SerializationSettings) -> workflow_pb2.WorkflowSpec:
    """Give a workflow's spec; workflows inside it, at any depth, come along."""
    return workflow_pb2.WorkflowSpec(
        template=workflow_template(workflow, settings),
        sub_workflows=sub_workflows(all_nodes(workflow), settings),
        description=description(workflow.interface.docstring, workflow.options.docs)
        if isinstance(workflow, FunctionWorkflow)
        else None,
    )


def sub_workflows(nodes: Iterable[Node], settings: SerializationSettings) -> list[core_workflow_pb2.WorkflowTemplate]:
    """Give the templates of workflows among nodes, at any depth, each once."""
    inner = dict.fromkeys(
        entity
        for node in nodes_within(tuple(nodes))
        if isinstance(node.entity, Workflow)
        for entity in _inner_workflows(node.entity)
    )
    return [workflow_template(entity, settings) for entity in inner]


def _inner_workflows(workflow: AnyWorkflow) -> Iterator[AnyWorkflow]:
    for node in all_nodes(workflow):
        if isinstance(node.entity, Workflow):
            yield from _inner_workflows(node.entity)
    yield workflow
