"""Turns a workflow's template, with all it refers to, into a checked CompiledWorkflowClosure, as Flyte's compiler does.

Pure. Every problem is collected and said at once, in ``CompileError.problems``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from flyteidl.admin import launch_plan_pb2
from flyteidl.core import compiler_pb2, identifier_pb2, interface_pb2, literals_pb2, tasks_pb2, types_pb2, workflow_pb2

from flyweight.engine.checks import BindingCheck, Problems, named
from flyweight.engine.interfaces import (
    Interface,
    References,
    Scope,
    UnknownReferenceError,
    all_nodes,
    inner_nodes,
    interface_of,
    references,
    takes_error,
)
from flyweight.errors import CompileError
from flyweight.ids import END_NODE, START_NODE, EntityKey, entity_key, single_node_id
from flyweight.semantics import bindings, conditions

__all__ = ["SKELETON_PREFIX", "References", "link", "references", "skeleton"]

SKELETON_PREFIX = ".flytegen."
"""How flyteadmin names the workflow it makes around a single task."""


def link(
    template: workflow_pb2.WorkflowTemplate,
    *,
    sub_workflows: Iterable[workflow_pb2.WorkflowTemplate] = (),
    tasks: Iterable[tasks_pb2.TaskTemplate] = (),
    launch_plans: Iterable[launch_plan_pb2.LaunchPlan] = (),
) -> compiler_pb2.CompiledWorkflowClosure:
    """Check and close a workflow's graph.

    Args:
        template: the workflow.
        sub_workflows: every workflow that runs inside it, at any depth.
        tasks: every task that they name (``references`` lists them); others are ignored.
        launch_plans: every launch plan that they name, with its closure's expected inputs and outputs.

    Returns:
        The closure: start and end node in place, connections filled, sub-workflows and tasks that are used.

    Raises:
        CompileError: the workflow does not hold together; ``problems`` names each node and binding at fault.
    """
    scope = Scope(
        workflows={entity_key(workflow.id): workflow for workflow in sub_workflows},
        tasks={entity_key(task.id): task for task in tasks},
        launch_plans={entity_key(plan.id): plan for plan in launch_plans},
    )
    used, problems = _used_workflows(template, scope)
    compiled: list[compiler_pb2.CompiledWorkflow] = []
    for workflow in used:
        faults = Problems(workflow=workflow.id.name)
        compiled.append(_compile(workflow, scope, faults))
        problems.extend(faults.found)
    if problems:
        raise CompileError(f"failed to compile workflow {template.id.name}", problems=tuple(problems))
    named_entities = references(used)
    return compiler_pb2.CompiledWorkflowClosure(
        primary=compiled[0],
        sub_workflows=compiled[1:],
        tasks=[compiler_pb2.CompiledTask(template=scope.tasks[key]) for key in sorted(named_entities.tasks)],
        launch_plans=[_compiled_plan(scope.launch_plans[key]) for key in sorted(named_entities.launch_plans)],
    )


def skeleton(task: tasks_pb2.TaskTemplate) -> workflow_pb2.WorkflowTemplate:
    """Make the one-node workflow that runs a single task; its one node takes the task's own retries and timeout."""
    node_id = single_node_id(task.id.name)
    node = workflow_pb2.Node(
        id=node_id,
        metadata=workflow_pb2.NodeMetadata(name=task.id.name.rpartition(".")[2]),
        inputs=[_promise(name, "", name) for name in sorted(task.interface.inputs.variables)],
        task_node=workflow_pb2.TaskNode(reference_id=task.id),
    )
    identifier = identifier_pb2.Identifier()
    identifier.CopyFrom(task.id)
    identifier.resource_type = identifier_pb2.WORKFLOW
    identifier.name = SKELETON_PREFIX + task.id.name
    return workflow_pb2.WorkflowTemplate(
        id=identifier,
        interface=task.interface,
        nodes=[node],
        outputs=[_promise(name, node_id, name) for name in sorted(task.interface.outputs.variables)],
    )


def _promise(var: str, node: str, output: str) -> literals_pb2.Binding:
    data = literals_pb2.BindingData(promise=types_pb2.OutputReference(node_id=node, var=output))
    return literals_pb2.Binding(var=var, binding=data)


def _used_workflows(
    template: workflow_pb2.WorkflowTemplate, scope: Scope
) -> tuple[list[workflow_pb2.WorkflowTemplate], list[str]]:
    """List the workflow and all that run inside it, each once; a workflow that runs inside itself is a problem."""
    used = {entity_key(template.id): template}
    problems: list[str] = []
    path: list[EntityKey] = []
    walked: set[EntityKey] = set()
    # Depth first with a stack of its own: None in it says that the workflow on top of the path is done.
    waiting: list[EntityKey | None] = [entity_key(template.id)]
    while waiting:
        key = waiting.pop()
        if key is None:
            path.pop()
            continue
        if key in path:
            circle = " -> ".join(inner.name for inner in [*path[path.index(key) :], key])
            problems.append(f"{key.name}: it runs inside itself: {circle}")
            continue
        workflow = template if key == entity_key(template.id) else scope.workflows.get(key)
        if workflow is None or key in walked:
            continue  # an unknown one is a problem of the node that names it
        walked.add(key)
        used.setdefault(key, workflow)
        path.append(key)
        waiting.append(None)
        waiting.extend(sorted(set(_sub_workflow_keys(workflow)), reverse=True))
    return list(used.values()), problems


def _sub_workflow_keys(template: workflow_pb2.WorkflowTemplate) -> Iterator[EntityKey]:
    for node in all_nodes(template):
        if node.workflow_node.WhichOneof("reference") == "sub_workflow_ref":
            yield entity_key(node.workflow_node.sub_workflow_ref)


def _compile(
    template: workflow_pb2.WorkflowTemplate, scope: Scope, problems: Problems
) -> compiler_pb2.CompiledWorkflow:
    handler = [template.failure_node] if template.HasField("failure_node") else []
    _check_ids("", [*template.nodes, *handler], problems)
    _check_bindings(template, scope, problems)
    upstream = _upstream(template, problems)
    _check_cycles(upstream, problems)
    compiled = compiler_pb2.CompiledWorkflow()
    compiled.template.CopyFrom(template)
    del compiled.template.nodes[:]
    compiled.template.nodes.add(id=START_NODE)
    for node in template.nodes:
        added = compiled.template.nodes.add()
        added.CopyFrom(node)
        del added.upstream_node_ids[:]
        added.upstream_node_ids.extend(name for name in upstream.get(node.id, ()) if name != START_NODE)
    compiled.template.nodes.add(id=END_NODE, inputs=template.outputs)
    _connect(compiled.connections, template, upstream)
    return compiled


def _check_ids(inside: str, nodes: Iterable[workflow_pb2.Node], problems: Problems) -> None:
    """Check the ids of a workflow's nodes, or of a branch's cases if that is named."""
    seen: set[str] = set()
    for node in nodes:
        place = f"{inside}, {named(node)}" if inside else named(node)
        if not node.id or node.id in {START_NODE, END_NODE}:
            problems.add(place, f"the node id {node.id!r} is reserved: choose another")
        elif node.id in seen:
            problems.add(place, "another node has the same id: name it with .with_overrides(node_name=...)")
        seen.add(node.id)


def _check_bindings(template: workflow_pb2.WorkflowTemplate, scope: Scope, problems: Problems) -> None:
    interfaces: dict[str, Interface] = {}
    for node in template.nodes:
        try:
            interfaces[node.id] = interface_of(node, scope)
        except UnknownReferenceError as unknown:
            problems.add(named(node), str(unknown))
    outputs: dict[str, Mapping[str, interface_pb2.Variable]] = {
        START_NODE: template.interface.inputs.variables,
        **{name: interface.outputs for name, interface in interfaces.items()},
    }
    # An approval hands on what it was given, so what its outputs are is known only at run time.
    opaque = {node.id for node in template.nodes if node.id not in interfaces or _is_approval(node)}
    check = BindingCheck(outputs=outputs, opaque=frozenset(opaque), problems=problems)
    for node in template.nodes:
        if node.id in interfaces:
            check.inputs(node, interfaces[node.id])
            _check_cases(node, scope, check)
    check.results(template)
    if template.HasField("failure_node"):
        _check_failure_node(template.failure_node, scope, check)


def _check_failure_node(node: workflow_pb2.Node, scope: Scope, check: BindingCheck) -> None:
    """Check the bindings of what runs when the workflow has failed; what went wrong need not be bound to it."""
    if node.WhichOneof("target") not in {"task_node", "workflow_node"}:
        check.problems.add(named(node), "a failure handler must be a task, a workflow or a launch plan")
        return
    try:
        interface = interface_of(node, scope)
    except UnknownReferenceError as unknown:
        check.problems.add(named(node), str(unknown))
        return
    inputs = interface.inputs or {}
    told = frozenset(name for name in inputs if takes_error(inputs[name].type))
    check.inputs(node, replace(interface, required=interface.required - told))


def _is_approval(node: workflow_pb2.Node) -> bool:
    return node.gate_node.WhichOneof("condition") == "approve"


def _check_cases(node: workflow_pb2.Node, scope: Scope, check: BindingCheck) -> None:
    if node.WhichOneof("target") != "branch_node":
        return
    place = named(node)
    given = {bound.var for bound in node.inputs}
    block = node.branch_node.if_else
    for condition in (block.case.condition, *(other.condition for other in block.other)):
        for variable in sorted(set(conditions.variables(condition)) - given):
            check.problems.add(place, f"its condition looks at {variable}, which is not bound to it")
    _check_ids(place, inner_nodes(node), check.problems)
    for case in inner_nodes(node):
        check.inputs(case, interface_of(case, scope))
        _check_cases(case, scope, check)


def _upstream(template: workflow_pb2.WorkflowTemplate, problems: Problems) -> dict[str, list[str]]:
    """List what each node waits for: what its bindings name, and what it names as upstream; at least the start node."""
    known = {node.id for node in template.nodes}
    upstream: dict[str, list[str]] = {}
    for node in template.nodes:
        found = dict.fromkeys(node.upstream_node_ids)
        for name in node.upstream_node_ids:
            if name not in known and name != START_NODE:
                problems.add(named(node), f"it is to run after the node {name}, which does not exist")
        for promise in _promises(node):
            found[promise.node_id or START_NODE] = None
        names = [name for name in found if name in known or name == START_NODE]
        upstream[node.id] = names or [START_NODE]
    return upstream


def _promises(node: workflow_pb2.Node) -> Iterator[types_pb2.OutputReference]:
    waiting = [node]
    while waiting:
        current = waiting.pop()
        for bound in current.inputs:
            yield from bindings.promises(bound.binding)
        if current.WhichOneof("target") == "branch_node":
            waiting.extend(inner_nodes(current))


def _check_cycles(upstream: Mapping[str, Sequence[str]], problems: Problems) -> None:
    waits = {node: sum(name != START_NODE for name in names) for node, names in upstream.items()}
    downstream = _reverse(upstream)
    ready = [node for node, count in waits.items() if count == 0]
    while ready:
        done = ready.pop()
        del waits[done]
        for follower in downstream.get(done, ()):
            waits[follower] -= 1
            if waits[follower] == 0:
                ready.append(follower)
    if not waits:
        return
    # Each node left waits for another one left, so walking upstream must come round.
    trail = [next(iter(waits))]
    while trail.count(trail[-1]) == 1:
        trail.append(next(name for name in upstream[trail[-1]] if name in waits))
    circle = trail[trail.index(trail[-1]) :]
    problems.add("nodes " + ", ".join(circle[:-1]), "they wait for each other: " + " <- ".join(circle))


def _reverse(upstream: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    downstream: dict[str, list[str]] = {}
    for node, names in upstream.items():
        for name in names:
            downstream.setdefault(name, []).append(node)
    return downstream


def _connect(
    connections: compiler_pb2.ConnectionSet,
    template: workflow_pb2.WorkflowTemplate,
    upstream: Mapping[str, Sequence[str]],
) -> None:
    """Write both directions; whatever nothing waits for is waited for by the end node."""
    followed = {name for names in upstream.values() for name in names}
    last = dict.fromkeys(name for name in upstream if name not in followed)
    for output in template.outputs:
        for promise in bindings.promises(output.binding):
            last[promise.node_id or START_NODE] = None
    edges = {**upstream, END_NODE: list(last) or [START_NODE]}
    for node, names in edges.items():
        connections.upstream[node].ids.extend(names)
    for node, names in _reverse(edges).items():
        connections.downstream[node].ids.extend(names)


def _compiled_plan(plan: launch_plan_pb2.LaunchPlan) -> compiler_pb2.CompiledLaunchPlan:
    parameters = plan.closure.expected_inputs.parameters
    inputs = interface_pb2.VariableMap(variables={name: parameters[name].var for name in parameters})
    template = workflow_pb2.LaunchPlanTemplate(
        id=plan.id,
        interface=interface_pb2.TypedInterface(inputs=inputs, outputs=plan.closure.expected_outputs),
        fixed_inputs=plan.spec.fixed_inputs,
    )
    return compiler_pb2.CompiledLaunchPlan(template=template)
