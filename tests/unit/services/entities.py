"""Small tasks, workflows and launch plans for tests, as a client would send them."""

from flyteidl.admin import common_pb2, execution_pb2, launch_plan_pb2, task_pb2, workflow_pb2
from flyteidl.core import identifier_pb2, interface_pb2, literals_pb2, tasks_pb2, types_pb2
from flyteidl.core import workflow_pb2 as core_workflow_pb2

from flyweight import literals

P, D = "flytesnacks", "development"
INTEGER = types_pb2.LiteralType(simple=types_pb2.INTEGER)
STRING = types_pb2.LiteralType(simple=types_pb2.STRING)


def ident(kind: int, name: str, version: str = "v1") -> identifier_pb2.Identifier:
    return identifier_pb2.Identifier(resource_type=kind, project=P, domain=D, name=name, version=version)


def variables(**types: types_pb2.LiteralType) -> interface_pb2.VariableMap:
    return interface_pb2.VariableMap(
        variables={name: interface_pb2.Variable(type=kind) for name, kind in types.items()}
    )


def interface(kind: types_pb2.LiteralType = INTEGER) -> interface_pb2.TypedInterface:
    return interface_pb2.TypedInterface(inputs=variables(x=kind), outputs=variables(o0=kind))


def inputs(**values: int | str) -> literals_pb2.LiteralMap:
    return literals.literal_map({name: literals.primitive(value) for name, value in values.items()})


def task_request(
    name: str = "lib.double", version: str = "v1", *, image: str = "img", deck: bool = False, retries: int = 0
) -> task_pb2.TaskCreateRequest:
    template = tasks_pb2.TaskTemplate(
        id=ident(identifier_pb2.TASK, name, version),
        type="python-task",
        interface=interface(),
        container=tasks_pb2.Container(image=image, args=["pyflyte-execute"]),
    )
    template.metadata.retries.retries = retries
    if deck:
        template.metadata.generates_deck.value = True
    return task_pb2.TaskCreateRequest(id=template.id, spec=task_pb2.TaskSpec(template=template))


def promise(var: str, node: str, output: str) -> literals_pb2.Binding:
    data = literals_pb2.BindingData(promise=types_pb2.OutputReference(node_id=node, var=output))
    return literals_pb2.Binding(var=var, binding=data)


def workflow_request(
    name: str = "lib.wf", version: str = "v1", *, task: str = "lib.double", deep: bool = False
) -> workflow_pb2.WorkflowCreateRequest:
    """``x -> double -> double -> o0``; deep: the second one inside a workflow of its own."""
    reference = ident(identifier_pb2.TASK, task)
    first = core_workflow_pb2.Node(
        id="n0",
        metadata=core_workflow_pb2.NodeMetadata(name="first"),
        inputs=[promise("x", "", "x")],
        task_node=core_workflow_pb2.TaskNode(reference_id=reference),
    )
    second = core_workflow_pb2.Node(
        id="n1", metadata=core_workflow_pb2.NodeMetadata(name="second"), inputs=[promise("x", "n0", "o0")]
    )
    sub = core_workflow_pb2.WorkflowTemplate(
        id=ident(identifier_pb2.WORKFLOW, "lib.sub", version),
        interface=interface(),
        nodes=[first],
        outputs=[promise("o0", "n0", "o0")],
    )
    if deep:
        second.workflow_node.sub_workflow_ref.CopyFrom(sub.id)
    else:
        second.task_node.reference_id.CopyFrom(reference)
    template = core_workflow_pb2.WorkflowTemplate(
        id=ident(identifier_pb2.WORKFLOW, name, version),
        interface=interface(),
        nodes=[first, second],
        outputs=[promise("o0", "n1", "o0")],
    )
    spec = workflow_pb2.WorkflowSpec(template=template, sub_workflows=[sub] if deep else [])
    return workflow_pb2.WorkflowCreateRequest(id=template.id, spec=spec)


def launch_plan_request(
    name: str = "lib.wf",
    version: str = "v1",
    *,
    workflow: str = "lib.wf",
    default: int | None = None,
    fixed: literals_pb2.LiteralMap | None = None,
) -> launch_plan_pb2.LaunchPlanCreateRequest:
    spec = launch_plan_pb2.LaunchPlanSpec(workflow_id=ident(identifier_pb2.WORKFLOW, workflow), fixed_inputs=fixed)
    if default is not None:
        parameter = interface_pb2.Parameter(
            var=interface_pb2.Variable(type=INTEGER), default=literals.primitive(default)
        )
        spec.default_inputs.parameters["x"].CopyFrom(parameter)
    elif fixed is None:
        parameter = interface_pb2.Parameter(var=interface_pb2.Variable(type=INTEGER), required=True)
        spec.default_inputs.parameters["x"].CopyFrom(parameter)
    return launch_plan_pb2.LaunchPlanCreateRequest(id=ident(identifier_pb2.LAUNCH_PLAN, name, version), spec=spec)


def execution_request(
    target: identifier_pb2.Identifier, given: literals_pb2.LiteralMap, name: str = ""
) -> execution_pb2.ExecutionCreateRequest:
    spec = execution_pb2.ExecutionSpec(launch_plan=target)
    spec.metadata.principal = "placeholder"
    return execution_pb2.ExecutionCreateRequest(project=P, domain=D, name=name, spec=spec, inputs=given)


def object_request(kind: int, name: str, version: str = "v1") -> common_pb2.ObjectGetRequest:
    return common_pb2.ObjectGetRequest(id=ident(kind, name, version))


def versions_of(name: str, *, limit: int = 100, token: str = "") -> common_pb2.ResourceListRequest:
    return common_pb2.ResourceListRequest(
        id=common_pb2.NamedEntityIdentifier(project=P, domain=D, name=name), limit=limit, token=token
    )
