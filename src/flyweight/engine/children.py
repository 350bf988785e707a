"""Executions that launch-plan nodes start: what is to be started, and what becomes of it."""

from dataclasses import dataclass

from flyteidl.core import execution_pb2, identifier_pb2, literals_pb2

from flyweight.engine.phases import ExecutionPhase
from flyweight.ids import ExecutionKey, NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """An execution that a node stands for. Its name follows from its parent's and the node, so it is started once.

    A node that maps a launch plan over lists stands for many: one an item.
    """

    parent: ExecutionKey
    node: NodeId
    parent_id: identifier_pb2.WorkflowExecutionIdentifier
    parent_spec: bytes
    """``flyteidl.admin.ExecutionSpec`` of the parent, from which it inherits."""
    name: str
    launch_plan: identifier_pb2.Identifier
    inputs: literals_pb2.LiteralMap
    overwrite_cache: bool = False
    """Whether its tasks run although their outputs are cached; they do in any case if its parent's do."""
    recovers: str = ""
    """Name of the execution that is recovered by it, if there is such a one; else empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildStarted:
    """The child is durable."""

    node: NodeId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildEnded:
    """The child has ended, or could not be started (then it FAILED, of what it was refused for)."""

    node: NodeId
    name: str
    phase: ExecutionPhase
    outputs: literals_pb2.LiteralMap | None = None
    error: execution_pb2.ExecutionError | None = None
