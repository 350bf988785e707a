"""Compiled workflows to draw and to list, as the linker leaves them: each node knows what it comes after."""

from flyteidl.core import compiler_pb2, identifier_pb2, workflow_pb2


def identifier(name: str, kind: identifier_pb2.ResourceType = identifier_pb2.TASK) -> identifier_pb2.Identifier:
    return identifier_pb2.Identifier(resource_type=kind, project="p", domain="d", name=name, version="v")


def task(name: str, *after: str) -> workflow_pb2.Node:
    return workflow_pb2.Node(
        id=name,
        metadata=workflow_pb2.NodeMetadata(name=f"do {name}"),
        upstream_node_ids=after or ["start-node"],
        task_node=workflow_pb2.TaskNode(reference_id=identifier(f"module.{name}")),
    )


def sub_workflow(name: str, of: str, *after: str) -> workflow_pb2.Node:
    reference = identifier(of, identifier_pb2.WORKFLOW)
    return workflow_pb2.Node(
        id=name,
        upstream_node_ids=after or ["start-node"],
        workflow_node=workflow_pb2.WorkflowNode(sub_workflow_ref=reference),
    )


def template(name: str, *nodes: workflow_pb2.Node) -> workflow_pb2.WorkflowTemplate:
    ends = [workflow_pb2.Node(id="start-node"), workflow_pb2.Node(id="end-node")]
    return workflow_pb2.WorkflowTemplate(id=identifier(name, identifier_pb2.WORKFLOW), nodes=[*ends, *nodes])


def closure(
    primary: workflow_pb2.WorkflowTemplate, *subs: workflow_pb2.WorkflowTemplate
) -> compiler_pb2.CompiledWorkflowClosure:
    return compiler_pb2.CompiledWorkflowClosure(
        primary=compiler_pb2.CompiledWorkflow(template=primary),
        sub_workflows=[compiler_pb2.CompiledWorkflow(template=sub) for sub in subs],
    )
