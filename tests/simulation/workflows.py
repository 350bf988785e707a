"""Small ways to write down workflows for tests: each node is a name, what it runs, and what its inputs are bound to."""

from flyteidl.admin import execution_pb2, launch_plan_pb2
from flyteidl.core import (
    compiler_pb2,
    condition_pb2,
    identifier_pb2,
    interface_pb2,
    literals_pb2,
    tasks_pb2,
    types_pb2,
    workflow_pb2,
)
from google.protobuf.duration_pb2 import Duration

from flyweight import literals
from flyweight.clock import Micros
from flyweight.engine import linker
from flyweight.engine.records import NewExecution
from flyweight.ids import ExecutionKey
from flyweight.semantics import conditions
from flyweight.semantics.layout import ExecutionLayout

INTEGER = types_pb2.LiteralType(simple=types_pb2.INTEGER)
DURATION = types_pb2.LiteralType(simple=types_pb2.DURATION)
STRING = types_pb2.LiteralType(simple=types_pb2.STRING)
ERROR = types_pb2.LiteralType(simple=types_pb2.ERROR)
MAYBE_ERROR = types_pb2.LiteralType(
    union_type=types_pb2.UnionType(variants=[ERROR, types_pb2.LiteralType(simple=types_pb2.NONE)])
)
FAIL_LATE = workflow_pb2.WorkflowMetadata.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE


def identifier(kind, name):
    return identifier_pb2.Identifier(resource_type=kind, project="p", domain="d", name=name, version="v1")


def variables(**types):
    return interface_pb2.VariableMap(
        variables={name: interface_pb2.Variable(type=kind) for name, kind in types.items()}
    )


def task(
    name,
    inputs=None,
    outputs=None,
    *,
    kind="python-task",
    retries=0,
    timeout=0.0,
    deck=False,
    cached="",
    serialize=False,
    ignored=(),
):
    template = tasks_pb2.TaskTemplate(
        id=identifier(identifier_pb2.TASK, name),
        type=kind,
        interface=interface_pb2.TypedInterface(
            inputs=variables(**({"a": INTEGER} if inputs is None else inputs)),
            outputs=variables(**({"o0": INTEGER} if outputs is None else outputs)),
        ),
        container=tasks_pb2.Container(image="flyweight"),
    )
    template.metadata.retries.retries = retries
    if timeout:
        template.metadata.timeout.CopyFrom(Duration(seconds=int(timeout), nanos=int(timeout % 1 * 1e9)))
    if cached:
        template.metadata.discoverable = True
        template.metadata.discovery_version = cached
        template.metadata.cache_serializable = serialize
        template.metadata.cache_ignore_input_vars.extend(ignored)
    if deck:
        template.metadata.generates_deck.value = True
    return template


def bound(var, value):
    return literals_pb2.Binding(var=var, binding=data(value))


def data(value):
    """``"n0.o0"`` is a promise of a node, ``".x"`` of the workflow's input, lists and dictionaries hold more."""
    match value:
        case str() if "." in value:
            node, var = value.split(".", 1)
            var, *path = var.replace("]", "").replace("[", ".").split(".")
            attributes = [
                types_pb2.PromiseAttribute(int_value=int(part))
                if part.isdigit()
                else types_pb2.PromiseAttribute(string_value=part)
                for part in path
            ]
            reference = types_pb2.OutputReference(node_id=node, var=var, attr_path=attributes)
            return literals_pb2.BindingData(promise=reference)
        case list():
            return literals_pb2.BindingData(
                collection=literals_pb2.BindingDataCollection(bindings=[data(item) for item in value])
            )
        case dict():
            return literals_pb2.BindingData(
                map=literals_pb2.BindingDataMap(bindings={name: data(item) for name, item in value.items()})
            )
        case _:
            return literals_pb2.BindingData(scalar=literals.primitive(value).scalar)


def node(name, runs, upstream=(), retries=0, **inputs):
    made = workflow_pb2.Node(
        id=name, inputs=[bound(var, value) for var, value in inputs.items()], upstream_node_ids=upstream
    )
    if retries:
        made.metadata.retries.retries = retries
    if isinstance(runs, tasks_pb2.TaskTemplate):
        made.task_node.reference_id.CopyFrom(runs.id)
    elif isinstance(runs, launch_plan_pb2.LaunchPlan):
        made.workflow_node.launchplan_ref.CopyFrom(runs.id)
    else:
        made.workflow_node.sub_workflow_ref.CopyFrom(runs.id)
    return made


def mapped(
    name, runs, upstream=(), *, bound_inputs=(), concurrency=None, ratio=None, at_least=None, runs_all=False, **inputs
):
    """A node that maps a task, or a launch plan, over lists; the task's own interface is that of one item."""
    made = workflow_pb2.Node(
        id=name, inputs=[bound(var, value) for var, value in inputs.items()], upstream_node_ids=upstream
    )
    made.array_node.node.CopyFrom(node(name, runs))
    made.array_node.is_original_sub_node_interface.value = True
    made.array_node.bound_inputs.extend(bound_inputs)
    made.array_node.run_all_sub_nodes = runs_all
    if concurrency is not None:
        made.array_node.parallelism = concurrency
    if at_least is not None:
        made.array_node.min_successes = at_least
    elif ratio is not None:
        made.array_node.min_success_ratio = ratio
    return made


def condition(left, sign, right):
    """A string with a dot is one of the branch's inputs, anything else a value."""
    made = condition_pb2.ComparisonExpression(operator=condition_pb2.ComparisonExpression.Operator.Value(sign))
    for operand, value in ((made.left_value, left), (made.right_value, right)):
        if isinstance(value, str) and "." in value:
            operand.var = value
        else:
            operand.primitive.CopyFrom(literals.primitive(value).scalar.primitive)
    return condition_pb2.BooleanExpression(comparison=made)


def branch(name, cases, otherwise=None, *, complaint=""):
    """A branch whose inputs are what its conditions look at, named as the promises that they are."""
    block = workflow_pb2.IfElseBlock()
    for position, (when, then) in enumerate(cases):
        case = block.case if position == 0 else block.other.add()
        case.condition.CopyFrom(when)
        case.then_node.CopyFrom(then)
    if otherwise is not None:
        block.else_node.CopyFrom(otherwise)
    elif complaint:
        block.error.message = complaint
    looked_at = dict.fromkeys(name for when, _ in cases for name in conditions.variables(when))
    made = workflow_pb2.Node(id=name, inputs=[bound(var, var) for var in looked_at])
    made.branch_node.if_else.CopyFrom(block)
    return made


def gate(name, upstream=(), *, sleep=None, signal="", approve="", kind=INTEGER, timeout=0.0, **inputs):
    """A gate: sleeps, waits for a value, or for a yes to what it is given."""
    made = workflow_pb2.Node(
        id=name, inputs=[bound(var, value) for var, value in inputs.items()], upstream_node_ids=upstream
    )
    if timeout:
        made.metadata.timeout.CopyFrom(Duration(seconds=int(timeout), nanos=int(timeout % 1 * 1e9)))
    if signal:
        made.gate_node.signal.CopyFrom(
            workflow_pb2.SignalCondition(signal_id=signal, type=kind, output_variable_name="o0")
        )
    elif approve:
        made.gate_node.approve.signal_id = approve
    else:
        made.gate_node.sleep.duration.CopyFrom(Duration(seconds=int(sleep), nanos=int(sleep % 1 * 1e9)))
    return made


def workflow(name, nodes, *, inputs=None, outputs=None, results=None, policy=0, handler=None):
    return workflow_pb2.WorkflowTemplate(
        id=identifier(identifier_pb2.WORKFLOW, name),
        metadata=workflow_pb2.WorkflowMetadata(on_failure=policy),
        interface=interface_pb2.TypedInterface(
            inputs=variables(**(inputs or {})), outputs=variables(**(outputs or {}))
        ),
        nodes=nodes,
        outputs=[bound(var, value) for var, value in (results or {}).items()],
        failure_node=handler,
    )


def closure(template, *, tasks=(), subs=(), plans=()) -> compiler_pb2.CompiledWorkflowClosure:
    return linker.link(template, sub_workflows=subs, tasks=tasks, launch_plans=plans)


def plan(template):
    """The launch plan of a workflow's own name."""
    made = launch_plan_pb2.LaunchPlan(id=identifier(identifier_pb2.LAUNCH_PLAN, template.id.name))
    made.closure.expected_outputs.CopyFrom(template.interface.outputs)
    for name, variable in template.interface.inputs.variables.items():
        made.closure.expected_inputs.parameters[name].var.CopyFrom(variable)
        made.closure.expected_inputs.parameters[name].required = True
    return made


def inputs_of(**values):
    return literals.literal_map({name: literals.primitive(value) for name, value in values.items()})


def new_execution(closed, key=1, inputs=None, **spec):
    return NewExecution(
        key=ExecutionKey(key),
        project="p",
        domain="d",
        name=f"e{key}",
        closure_digest=literals.digest(closed),
        spec=execution_pb2.ExecutionSpec(**spec).SerializeToString(),
        inputs=literals.to_bytes(inputs or inputs_of()),
        created_at=Micros(1_000_000),
    )


def layout(new):
    return ExecutionLayout(
        metadata="memory://m", raw="memory://r", project=new.project, domain=new.domain, execution=new.name
    )
