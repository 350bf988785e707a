"""Which workflow runs inside a node: one that its own workflow names, or what its dynamic task drew when it ran."""

from collections.abc import Mapping
from dataclasses import dataclass

from flyteidl.core import compiler_pb2, workflow_pb2

from flyweight.ids import EntityKey, NodeId, child_node_id, entity_key
from flyweight.services.drawings import Drawn

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
        return NodeId(node.id) if self.parent is None else child_node_id(self.parent, self.attempt, node.id)

    def inside(self, node: workflow_pb2.Node) -> "Level | None":
        """Give what runs inside one of its nodes, if that is known."""
        unique = self.unique(node)
        drawn = self.drawn.get(unique)
        if drawn is not None:
            return level(drawn.closure, self.drawn, unique, drawn.attempt)
        if node.workflow_node.WhichOneof("reference") != "sub_workflow_ref":
            return None
        template = self.named.get(entity_key(node.workflow_node.sub_workflow_ref))
        if template is None:
            return None
        return Level(template=template, named=self.named, drawn=self.drawn, parent=unique)


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
