"""What a failure node is told: the error of the node that failed, as the literal that its input takes."""

from flyteidl.core import literals_pb2, types_pb2

from flyweight import literals
from flyweight.engine.model import NodeState


def failed_node(node: NodeState) -> types_pb2.Error:
    """Say which node failed, and of what."""
    return types_pb2.Error(failed_node_id=node.id, message=node.error.message if node.error else "")


def literal(error: types_pb2.Error, kind: types_pb2.LiteralType) -> literals_pb2.Literal:
    """Make the literal of an error for an input of that type: an error, or a union that has errors in it."""
    for variant in kind.union_type.variants:
        if variant.simple == types_pb2.ERROR:
            return literals.union(literal(error, variant), variant)
    return literals_pb2.Literal(scalar=literals_pb2.Scalar(error=error))
