"""Compiled workflows to draw and to list, as the linker leaves them: each node knows what it comes after."""

from flyteidl.core import compiler_pb2, condition_pb2, identifier_pb2, literals_pb2, workflow_pb2


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


def branch(name: str, case: workflow_pb2.Node, last: workflow_pb2.Node) -> workflow_pb2.Node:
    """Choose between two nodes by ``x > 3 and (n0.o0 == 'left' or y)``."""
    left, right = condition_pb2.Operand, literals_pb2.Primitive
    is_true = _compared(left(var=".y"), condition_pb2.ComparisonExpression.EQ, right(boolean=True))
    is_left = _compared(left(var="n0.o0"), condition_pb2.ComparisonExpression.EQ, right(string_value="left"))
    above = _compared(left(var=".x"), condition_pb2.ComparisonExpression.GT, right(integer=3))
    either = _joined(is_left, condition_pb2.ConjunctionExpression.OR, is_true)
    condition = _joined(above, condition_pb2.ConjunctionExpression.AND, either)
    block = workflow_pb2.IfElseBlock(case=workflow_pb2.IfBlock(condition=condition, then_node=case), else_node=last)
    return workflow_pb2.Node(
        id=name,
        metadata=workflow_pb2.NodeMetadata(name=f"choose {name}"),
        upstream_node_ids=["start-node"],
        branch_node=workflow_pb2.BranchNode(if_else=block),
    )


def _compared(
    left: condition_pb2.Operand, sign: condition_pb2.ComparisonExpression.Operator, right: literals_pb2.Primitive
) -> condition_pb2.BooleanExpression:
    comparison = condition_pb2.ComparisonExpression(
        left_value=left, operator=sign, right_value=condition_pb2.Operand(primitive=right)
    )
    return condition_pb2.BooleanExpression(comparison=comparison)


def _joined(
    left: condition_pb2.BooleanExpression,
    word: condition_pb2.ConjunctionExpression.LogicalOperator,
    right: condition_pb2.BooleanExpression,
) -> condition_pb2.BooleanExpression:
    conjunction = condition_pb2.ConjunctionExpression(operator=word, left_expression=left, right_expression=right)
    return condition_pb2.BooleanExpression(conjunction=conjunction)


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
