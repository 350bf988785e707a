"""The catalog as the engine asks it: is there an entry for this call of a task, and who computes it meanwhile."""

from dataclasses import dataclass

from flyteidl.core import identifier_pb2, literals_pb2

from flyweight.engine.records import CacheRecord
from flyweight.ids import NO_ITEM, ExecutionKey, NodeId
from flyweight.semantics.caching import CacheKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A node that asks, before its first attempt, whether its outputs are there already."""

    execution: ExecutionKey
    node: NodeId
    item: int = NO_ITEM
    """Of a node that maps over lists: which item it is."""
    key: CacheKey
    claim: str = ""
    """Who it is, if nobody else may compute the same meanwhile (``cache_serialize``); else empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A reservation: who computes what a key stands for."""

    key: CacheKey
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the catalog has for a key."""

    entry: CacheRecord | None = None
    nearest: CacheRecord | None = None
    """Without an entry: of the same task's entries the one that differs least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheHit:
    """The outputs are there."""

    node: NodeId
    item: int = NO_ITEM
    outputs: literals_pb2.LiteralMap
    source: identifier_pb2.TaskExecutionIdentifier
    """The attempt that made them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheMiss:
    """The outputs must be computed; if they were claimed, the claim is the node's until it ends."""

    node: NodeId
    item: int = NO_ITEM
    reason: str
    """Why nothing fits, in words."""
    failed: bool = False
    """Whether the catalog, or what it points to, could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheClaimed:
    """Somebody else computes the outputs at this moment."""

    node: NodeId
    item: int = NO_ITEM
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheDue:
    """It is time to ask again, for a node that waits for somebody else's outputs."""

    node: NodeId
    item: int = NO_ITEM


Answer = CacheHit | CacheMiss | CacheClaimed
