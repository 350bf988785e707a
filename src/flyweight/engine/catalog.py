"""The catalog as the engine asks it: is there an entry for this call of a task, and who computes it meanwhile."""

from dataclasses import dataclass
from typing import NamedTuple

from flyteidl.admin import node_execution_pb2
from flyteidl.core import catalog_pb2, identifier_pb2, literals_pb2, tasks_pb2

from flyweight import literals
from flyweight.engine.records import CacheRecord
from flyweight.ids import NO_ITEM, ExecutionKey, NodeId
from flyweight.semantics.caching import CacheKey


class Question(NamedTuple):
    """A node, or an item of one, that asks before its first attempt whether its outputs are there already."""

    execution: ExecutionKey
    node: NodeId
    key: CacheKey
    item: int = NO_ITEM
    """Of a node that maps over lists: which item it is."""
    claim: str = ""
    """Who it is, if nobody else may compute the same meanwhile (``cache_serialize``); else empty."""


class Claim(NamedTuple):
    """A reservation: who computes what a key stands for."""

    key: CacheKey
    owner: str


class Found(NamedTuple):
    """What the catalog has for a key."""

    entry: CacheRecord | None = None
    nearest: CacheRecord | None = None
    """Without an entry: of the same task's entries the one that differs least."""


class CacheHit(NamedTuple):
    """The outputs are there."""

    node: NodeId
    outputs: literals_pb2.LiteralMap
    source: identifier_pb2.TaskExecutionIdentifier
    """The attempt that made them."""
    item: int = NO_ITEM
    outputs_uri: str = ""
    """Where the attempt has put them, if they are large: they are not written again."""


class CacheMiss(NamedTuple):
    """The outputs must be computed; if they were claimed, the claim is the node's until it ends."""

    node: NodeId
    reason: str
    """Why nothing fits, in words."""
    item: int = NO_ITEM
    failed: bool = False
    """Whether the catalog, or what it points to, could not be read."""


class CacheClaimed(NamedTuple):
    """Somebody else computes the outputs at this moment."""

    node: NodeId
    owner: str
    item: int = NO_ITEM


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheDue:
    """It is time to ask again, for a node or an item that waits for somebody else's outputs."""

    node: NodeId
    item: int = NO_ITEM


Answer = CacheHit | CacheMiss | CacheClaimed


class Answers(NamedTuple):
    """What one read of the catalog has for an execution: a map's items ask by the hundred, and steps are dear."""

    answers: tuple[Answer, ...]


COMPUTED = frozenset({catalog_pb2.CACHE_MISS, catalog_pb2.CACHE_SKIPPED, catalog_pb2.CACHE_LOOKUP_FAILURE})
"""Of what has these cache statuses, the outputs are new."""


def metadata(
    status: catalog_pb2.CatalogCacheStatus, dataset: identifier_pb2.Identifier, inputs: str
) -> node_execution_pb2.TaskNodeMetadata:
    """Say what the catalog had, naming the entry as Flyte's does: ``inputs`` is the digest of those that count."""
    tag = catalog_pb2.CatalogArtifactTag(artifact_id=inputs, name=f"flyte_cached-{inputs}")
    return node_execution_pb2.TaskNodeMetadata(
        cache_status=status, catalog_key=catalog_pb2.CatalogMetadata(dataset_id=dataset, artifact_tag=tag)
    )


def taken_from(source: identifier_pb2.TaskExecutionIdentifier) -> str:
    """Say in words whose outputs were found."""
    made = source.node_execution_id
    return f"its outputs are those of execution {made.execution_id.name}, node {made.node_id}"


def waits_for(owner: str) -> str:
    """Say in words why something does not run that could."""
    return f"waits for the outputs of {owner}, which runs the same with the same inputs"


def owner(execution: identifier_pb2.WorkflowExecutionIdentifier, place: str) -> str:
    """Name a node or an item as one that computes what others want too."""
    return f"execution {execution.name} ({execution.project}/{execution.domain}), node {place}"


def source(
    task: tasks_pb2.TaskTemplate, execution: identifier_pb2.WorkflowExecutionIdentifier, place: str, attempt: int
) -> bytes:
    """Name the attempt that made what is kept, at a node or an item, as the ``source`` of its entry."""
    of = identifier_pb2.NodeExecutionIdentifier(node_id=place, execution_id=execution)
    made = identifier_pb2.TaskExecutionIdentifier(task_id=task.id, node_execution_id=of, retry_attempt=attempt)
    return literals.to_bytes(made)
