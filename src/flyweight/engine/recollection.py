"""What an execution takes over from the one that it recovers: successes, checkpoints, and the names of children."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flyteidl.core import literals_pb2

from flyweight.engine.graph import NodeKind
from flyweight.ids import NodeId

Place = tuple[NodeId, str]
"""Of a node in the recovered execution: its parent there, and its id in its own workflow's template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What became of a node of the recovered execution."""

    node: NodeId
    """Its id there; it may have another one here, below a dynamic task that was tried again."""
    kind: NodeKind
    task: str = ""
    """Name of the task that it ran."""
    inputs: bytes = b""
    """``flyteidl.core.LiteralMap``."""
    outputs: literals_pb2.LiteralMap | None = None
    """What it gave, if it succeeded and all of that is still there."""
    drawing: str = ""
    """Of a dynamic task, where it gave nothing that can be taken over: the prefix below which stands what it drew."""
    deck_uri: str = ""
    """Where its deck stands, if there is one."""
    checkpoint: str = ""
    """Where its last attempt kept checkpoints."""
    child: str = ""
    """Name of the execution that it stood for."""
    items: Mapping[int, literals_pb2.LiteralMap] = field(default_factory=dict[int, literals_pb2.LiteralMap])
    """Of a node that maps over lists: what the items gave that succeeded."""
    item_checkpoints: Mapping[int, str] = field(default_factory=dict[int, str])
    """Where the last attempts of the others kept checkpoints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recollection:
    """All that is taken over from an execution."""

    execution: str
    """Its name."""
    same_code: bool
    """Whether the very same workflow runs again."""
    nodes: Mapping[Place, Past]
    again: Place | None = None
    """Which node was asked to run again, if one was."""
    again_item: int | None = None
    """Which item of it, if that is all."""
