"""What runs inside a node: a workflow that its own one names, what its dynamic task drew, or a conditional's cases."""

from collections.abc import Mapping
from dataclasses import dataclass

from flyteidl.core import compiler_pb2, workflow_pb2

from flyweight.ids import EntityKey, NodeId, child_node_id, entity_key
from flyweight.semantics.conditions import written


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What one node's task drew."""

    attempt: int
    """Which attempt drew it: the ids of the nodes below bear its number."""
    closure: compiler_pb2.CompiledWorkflowClosure


NOTHING_DRAWN: Mapping[NodeId, Drawn] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One workflow in the nest: the execution's own, or one that runs inside a node."""

    template: workflow_pb2.WorkflowTemplate
    named: Mapping[EntityKey, workflow_pb2.WorkflowTemplate]
    """The workflows that its nodes may name."""
    drawn: Mapping[NodeId, Drawn]
    """What was drawn anywhere in the execution."""
    parent: NodeId | None = None
    attempt: int = 0
    """Which attempt of the parent drew it."""

    def unique(self, node: workflow_pb2.Node) -> NodeId:
        """Give the unique id that one of its nodes has in an execution."""
        return self.unique_id(node.id)

    def unique_id(self, node: str) -> NodeId:
        """Give it by the id that its own workflow calls the node."""
        return NodeId(node) if self.parent is None else child_node_id(self.parent, self.attempt, node)

    def inside(self, node: workflow_pb2.Node) -> "Level | None":
        """Give what runs inside one of its nodes, if that is known."""
        unique = self.unique(node)
        drawn = self.drawn.get(unique)
        if drawn is not None:
            return level(drawn.closure, self.drawn, unique, drawn.attempt)
        template = self._template(node)
        return None if template is None else Level(template=template, named=self.named, drawn=self.drawn, parent=unique)

    def _template(self, node: workflow_pb2.Node) -> workflow_pb2.WorkflowTemplate | None:
        if node.HasField("branch_node"):
            cases = workflow_pb2.WorkflowTemplate(nodes=[case for _, case in cases_of(node)])
            for case in cases.nodes:
                case.ClearField(
                    "upstream_node_ids"
                )  # they are nodes around the conditional, which may bear the same ids
            return cases
        if node.workflow_node.HasField("sub_workflow_ref"):
            return self.named.get(entity_key(node.workflow_node.sub_workflow_ref))
        return None


def cases_of(node: workflow_pb2.Node) -> list[tuple[str, workflow_pb2.Node]]:
    """Give the nodes that a conditional chooses from, each with when it runs: ``if x > 3``, or ``else``."""
    block = node.branch_node.if_else
    tried = [block.case, *block.other] if node.HasField("branch_node") else []
    last = [("else", block.else_node)] if block.HasField("else_node") else []
    return [(f"if {written(each.condition)}", each.then_node) for each in tried] + last


def level(
    closure: compiler_pb2.CompiledWorkflowClosure,
    drawn: Mapping[NodeId, Drawn],
    parent: NodeId | None = None,
    attempt: int = 0,
) -> Level:
    """Give a compiled workflow as one level."""
    return Level(
        template=closure.primary.template,
        named={entity_key(sub.template.id): sub.template for sub in closure.sub_workflows},
        drawn=drawn,
        parent=parent,
        attempt=attempt,
    )
