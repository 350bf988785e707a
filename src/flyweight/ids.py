"""Identifiers: what things are called, on the wire and in rows, and the only place that draws random names.

Wire identifiers are flyteidl's own messages (``Identifier``, ``WorkflowExecutionIdentifier``, ...). Here are the small
hashable forms that dictionaries and rows are keyed by, and the rules for names that the platform makes up.
"""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import NamedTuple, NewType

from flyteidl.core import identifier_pb2

ExecutionKey = NewType("ExecutionKey", int)
"""Primary key of an execution row: time-ordered 63-bit integer, so that rows of one run lie together."""

NodeId = NewType("NodeId", str)
"""A node execution's unique id inside its execution: ``n0``, nested ``n0-0-n1`` (see ``child_node_id``)."""

START_NODE = "start-node"
END_NODE = "end-node"
FAILURE_NODE = "efn"
MAX_NODE_ID = 20
"""Longer nested node ids are hashed, as Flyte does, so that names derived from them stay short."""

_MAX_SINGLE_NODE_ID = 63

EXECUTION_NAME = re.compile(r"^[a-z][a-z\-0-9]{0,62}$")
"""Flyte's rule for execution names (flyteadmin, validation/execution_validator.go)."""

_MAP_TASK = re.compile(r"(?:.*\.)?(?P<readable>map_.+)_[0-9a-f]{32}(?:-arraynode)?")
"""How flytekit names a map task (flytekit, core/array_node_map_task.py): a digest keeps two of one function apart."""

_FLYTE_BASE32 = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "abcdefghijklmnopqrstuvwxyz123456")


@dataclass(frozen=True, slots=True, order=True)
class EntityKey:
    """Project, domain, name and version of a task, workflow or launch plan; the kind is told by where it is used."""

    project: str
    domain: str
    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.project}:{self.domain}:{self.name}:{self.version}"


def readable_name(name: str) -> str:
    """Leave out of a map task's name what only tells it from its like.

    >>> readable_name("module.map_score_16318ca80b87ebf18c3d87a1d798ce59-arraynode"), readable_name("score")
    ('map_score', 'score')
    """
    found = _MAP_TASK.fullmatch(name)
    return found["readable"] if found else name


def single_node_id(task: str) -> str:
    """Name the one node of the workflow that is made around a single task, as flyteadmin does."""
    return "".join(letter for letter in task[-_MAX_SINGLE_NODE_ID:] if letter.isalnum() or letter == "-")


NO_ITEM = -1

_ITEM = re.compile(r"(?P<node>.+)-n(?P<item>[0-9]{1,9})")
_INDEXED = re.compile(r"(?P<node>.+)\[(?P<item>[0-9]{1,9})\]")


class AttemptId(NamedTuple):  # a dataclass computes its hash in Python, and a task's way is paved with these
    """One try of one node of one execution, counted from 0; every command and report is idempotent by it.

    Of a node that maps over lists, each item has tries of its own: ``item`` is its index there, else ``NO_ITEM``.
    """

    execution: ExecutionKey
    node: NodeId
    attempt: int
    item: int = NO_ITEM

    @property
    def place(self) -> str:
        """What runs there, as names of files and processes bear it: the node's id, or ``n0-n7`` of an item."""
        return self.node if self.item == NO_ITEM else item_name(self.node, self.item)


def item_name(node: str, item: int) -> str:
    """Name one item of a node that maps over lists, as Flyte does."""
    return f"{node}-n{item}"


def shown_item(node: str, item: int) -> str:
    """Name one item as people read and type it: ``n0[7]``, which ``place_named`` reads."""
    return f"{node}[{item}]"


def parse_item_name(name: str) -> tuple[NodeId, int] | None:
    """Read ``n0-n7`` as node ``n0`` and item 7; None for what cannot be an item's name. A node may bear such a name."""
    match = _ITEM.fullmatch(name)
    return (NodeId(match["node"]), int(match["item"])) if match else None


def place_named(text: str) -> NodeId:
    """Read what somebody typed: ``n0[7]`` is an item's name as programmers say it, anything else a node's id."""
    match = _INDEXED.fullmatch(text)
    return NodeId(item_name(NodeId(match["node"]), int(match["item"])) if match else text)


def entity_key(identifier: identifier_pb2.Identifier) -> EntityKey:
    """Take the hashable form of a flyteidl Identifier."""
    return EntityKey(identifier.project, identifier.domain, identifier.name, identifier.version)


def identifier(kind: identifier_pb2.ResourceType, key: EntityKey) -> identifier_pb2.Identifier:
    """Give the flyteidl Identifier of an entity of that kind."""
    return identifier_pb2.Identifier(
        resource_type=kind, project=key.project, domain=key.domain, name=key.name, version=key.version
    )


def child_node_id(parent: NodeId, parent_attempt: int, child: str) -> NodeId:
    """Name a node inside another as Flyte does: ``n0-0-n1``, hashed past 20 characters."""
    name = f"{parent}-{parent_attempt}-{child}"
    return NodeId(name if len(name) <= MAX_NODE_ID else hashed_name(name))


def hashed_name(name: str) -> str:
    """Shorten a name to ``f`` and the base32 of its 32-bit FNV-1a hash, as flyteplugins' encoder does."""
    digest = 0x811C9DC5
    for byte in name.encode():
        digest = ((digest ^ byte) * 0x01000193) & 0xFFFFFFFF
    return "f" + base64.b32encode(digest.to_bytes(4, "big")).decode().rstrip("=").translate(_FLYTE_BASE32)


def child_execution_name(parent: identifier_pb2.WorkflowExecutionIdentifier, node: str) -> str:
    """Name the execution that a node (or an item) of another starts: always the same, so that it is started once."""
    parts = f"{parent.project}:{parent.domain}:{parent.name}:{node}"
    return "f" + hashlib.sha256(parts.encode()).hexdigest()[:19]


def new_execution_name() -> str:
    """Draw a name as flyteadmin does: ``a`` and 19 characters of lower-case base 36."""
    alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
    return "a" + "".join(secrets.choice(alphabet) for _ in range(19))


def new_execution_key(now: int) -> ExecutionKey:
    """Draw a key: milliseconds since the epoch above 21 random bits (ordered by time, safe with several writers)."""
    return ExecutionKey((now // 1000 << 21 | secrets.randbits(21)) & 0x7FFFFFFFFFFFFFFF)


def new_object_name() -> str:
    """Draw a name for a file or folder of raw data that nobody named: 32 hexadecimal digits, as flytekit's."""
    return secrets.token_hex(16)


def new_request_id() -> str:
    """Draw the id that ties what a caller was told to the server's log: 12 hexadecimal digits."""
    return secrets.token_hex(6)
