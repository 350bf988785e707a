"""Finds what a workflow refers to, and the interface that each kind of node shows to the rest of the workflow."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flyteidl.admin import launch_plan_pb2
from flyteidl.core import interface_pb2, tasks_pb2, types_pb2, workflow_pb2

from flyweight.ids import EntityKey, entity_key
from flyweight.semantics import literal_types

Variables = Mapping[str, interface_pb2.Variable]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """What a node takes and gives; ``inputs`` is None where the node takes whatever it is bound to."""

    inputs: Variables | None = None
    required: frozenset[str] = frozenset()
    outputs: Variables = field(default_factory=dict[str, interface_pb2.Variable])


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """The entities that workflows name, apart from the sub-workflows that come with them."""

    tasks: frozenset[EntityKey]
    launch_plans: frozenset[EntityKey]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """All that nodes of the workflow being linked may refer to."""

    workflows: Mapping[EntityKey, workflow_pb2.WorkflowTemplate]
    tasks: Mapping[EntityKey, tasks_pb2.TaskTemplate]
    launch_plans: Mapping[EntityKey, launch_plan_pb2.LaunchPlan]
    interfaces: dict[EntityKey, Interface] = field(default_factory=dict[EntityKey, Interface])
    """Of the tasks that were asked for: a dynamic task may call one of them thousands of times."""


class UnknownReferenceError(LookupError):
    """A node refers to an entity that is not in scope; the message names kind and entity."""


def inner_nodes(node: workflow_pb2.Node) -> Iterator[workflow_pb2.Node]:
    """Give the nodes that a branch or array node holds directly."""
    match node.WhichOneof("target"):
        case "branch_node":
            block = node.branch_node.if_else
            yield block.case.then_node
            for other in block.other:
                yield other.then_node
            if block.WhichOneof("default") == "else_node":
                yield block.else_node
        case "array_node":
            yield node.array_node.node
        case _:
            pass


def all_nodes(template: workflow_pb2.WorkflowTemplate) -> Iterator[workflow_pb2.Node]:
    """Give every node of a workflow: its failure node too, and those inside branch and array nodes."""
    waiting = [*template.nodes, *([template.failure_node] if template.HasField("failure_node") else [])]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(inner_nodes(node))


def references(templates: Iterable[workflow_pb2.WorkflowTemplate]) -> References:
    """List the tasks and launch plans that workflows name: what must be looked up before they can be linked."""
    tasks: set[EntityKey] = set()
    launch_plans: set[EntityKey] = set()
    for template in templates:
        for node in all_nodes(template):
            if node.WhichOneof("target") == "task_node":
                tasks.add(entity_key(node.task_node.reference_id))
            elif node.workflow_node.WhichOneof("reference") == "launchplan_ref":
                launch_plans.add(entity_key(node.workflow_node.launchplan_ref))
    return References(tasks=frozenset(tasks), launch_plans=frozenset(launch_plans))


def interface_of(node: workflow_pb2.Node, scope: Scope) -> Interface:
    """Give a node's interface; raises ``UnknownReferenceError``."""
    match node.WhichOneof("target"):
        case "task_node":
            return _task_interface(entity_key(node.task_node.reference_id), scope)
        case "workflow_node":
            return _workflow_interface(node.workflow_node, scope)
        case "branch_node":
            return _branch_interface(node, scope)
        case "array_node":
            return _array_interface(node.array_node, scope)
        case "gate_node":
            return _gate_interface(node.gate_node)
        case _:
            raise UnknownReferenceError("it has no task, workflow or other target to run")


def _task_interface(key: EntityKey, scope: Scope) -> Interface:
    if key not in scope.interfaces:
        task = scope.tasks.get(key)
        if task is None:
            raise _unknown("task", key, scope.tasks)
        scope.interfaces[key] = _typed(task.interface)
    return scope.interfaces[key]


def _typed(interface: interface_pb2.TypedInterface) -> Interface:
    inputs = interface.inputs.variables
    needed = frozenset(name for name in inputs if literal_types.required(inputs[name]))
    return Interface(inputs=inputs, required=needed, outputs=interface.outputs.variables)


def takes_error(kind: types_pb2.LiteralType) -> bool:
    """Tell whether an input of a failure node is to be told what went wrong: a FlyteError, or None or one."""
    if kind.WhichOneof("type") == "union_type":
        return any(takes_error(variant) for variant in kind.union_type.variants)
    return kind.WhichOneof("type") == "simple" and kind.simple == types_pb2.ERROR


def _workflow_interface(node: workflow_pb2.WorkflowNode, scope: Scope) -> Interface:
    if node.WhichOneof("reference") == "sub_workflow_ref":
        key = entity_key(node.sub_workflow_ref)
        template = scope.workflows.get(key)
        if template is None:
            raise _unknown("sub-workflow", key, scope.workflows)
        return _typed(template.interface)
    key = entity_key(node.launchplan_ref)
    plan = scope.launch_plans.get(key)
    if plan is None:
        raise _unknown("launch plan", key, scope.launch_plans)
    parameters = plan.closure.expected_inputs.parameters
    return Interface(
        inputs={name: parameters[name].var for name in parameters},
        required=frozenset(name for name in parameters if parameters[name].required),
        outputs=plan.closure.expected_outputs.variables,
    )


def _branch_interface(node: workflow_pb2.Node, scope: Scope) -> Interface:
    """Of a branch's outputs only those can be used that every case gives, and as any of the types that they give."""
    outputs = [interface_of(case, scope).outputs for case in inner_nodes(node)]
    names = [name for name in outputs[0] if all(name in other for other in outputs)] if outputs else []
    return Interface(outputs={name: _any_of([each[name] for each in outputs]) for name in names})


def _any_of(variables: Sequence[interface_pb2.Variable]) -> interface_pb2.Variable:
    kinds: list[types_pb2.LiteralType] = []
    for variable in variables:
        if variable.type not in kinds:
            kinds.append(variable.type)
    if len(kinds) == 1:
        return variables[0]
    return interface_pb2.Variable(type=types_pb2.LiteralType(union_type=types_pb2.UnionType(variants=kinds)))


def _array_interface(node: workflow_pb2.ArrayNode, scope: Scope) -> Interface:
    inner = interface_of(node.node, scope)
    if not node.is_original_sub_node_interface.value:
        return inner  # the task was registered with lists in its interface
    bound = frozenset(node.bound_inputs)
    inputs = inner.inputs or {}
    return Interface(
        inputs={name: variable if name in bound else _listed(variable) for name, variable in inputs.items()},
        required=inner.required,
        outputs={name: _listed(variable) for name, variable in inner.outputs.items()},
    )


def _listed(variable: interface_pb2.Variable) -> interface_pb2.Variable:
    return interface_pb2.Variable(
        type=types_pb2.LiteralType(collection_type=variable.type), description=variable.description
    )


def _gate_interface(node: workflow_pb2.GateNode) -> Interface:
    if node.WhichOneof("condition") != "signal":
        return Interface()
    given = interface_pb2.Variable(type=node.signal.type)
    return Interface(outputs={node.signal.output_variable_name or "o0": given})


def _unknown(kind: str, key: EntityKey, there: Iterable[EntityKey]) -> UnknownReferenceError:
    same_name = sorted(other.version for other in there if other.name == key.name)
    hint = f"; known versions: {', '.join(same_name)}" if same_name else "; register it first"
    return UnknownReferenceError(f"it refers to the {kind} {key}, which is not known{hint}")
