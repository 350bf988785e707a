"""Cached tasks: the catalog is asked before the first attempt, and what it says stands in the node's row.

A node that has asked and was not answered has no attempt and no cache status, so that the question can always be asked
again. A claim that is a node's ends with the node.
"""

from typing import assert_never

from flyteidl.admin import node_execution_pb2
from flyteidl.core import catalog_pb2

from flyweight import literals
from flyweight.clock import Micros
from flyweight.engine import catalog
from flyweight.engine.catalog import Answer, CacheClaimed, CacheDue, CacheHit, CacheMiss, Question
from flyweight.engine.graph import NodeKind
from flyweight.engine.machine import attempts, outcomes, recovering
from flyweight.engine.machine.commands import LetGo, LookUp, SetTimer
from flyweight.engine.machine.turn import Turn
from flyweight.engine.model import ExecutionState, NodeState
from flyweight.errors import PlatformError
from flyweight.semantics.caching import Caching

ASK_AGAIN = Micros(5_000_000)
"""After so long, a node asks again that waits for somebody else's outputs; where both run here it is told at once."""
_OVERWRITTEN = "the execution was started with overwrite_cache"
_ASKED_FOR = "it was asked to run again"


def run(turn: Turn, node: NodeState) -> None:
    """Run a task, unless it is cached and its outputs are there already."""
    if node.graph.cache is None:
        attempts.admit(turn, node)
    elif why := skipped(turn.state, node):
        _compute(turn, node, catalog_pb2.CACHE_SKIPPED, why)
    else:
        _ask(turn, node)


def skipped(state: ExecutionState, node: NodeState, item: int | None = None) -> str:
    """Say why the catalog is not asked for a node, or an item of it; nothing if it is."""
    if state.overwrite_cache:
        return _OVERWRITTEN
    return _ASKED_FOR if recovering.is_asked_for(state, node, item) else ""


def asks(node: NodeState) -> bool:
    """Tell whether a node has asked the catalog and was not answered, or is to ask again."""
    return (
        node.graph.kind is NodeKind.TASK
        and node.graph.cache is not None
        and node.cache is None
        and not node.attempts
        and not node.phase.terminal
    )


def take(turn: Turn, event: Answer | CacheDue) -> None:
    """Take an answer; one that comes twice or too late changes nothing, but that a claim is let go of."""
    node = turn.state.nodes.get(event.node)
    if node is None or not asks(node):
        if node is None or node.phase.terminal:
            turn.commands.append(LetGo(node=event.node))
        return
    match event:
        case CacheHit():
            _hit(turn, node, event)
        case CacheMiss():
            missed = catalog_pb2.CACHE_LOOKUP_FAILURE if event.failed else catalog_pb2.CACHE_MISS
            _compute(turn, node, missed, event.reason)
        case CacheClaimed():
            _wait(turn, node, event.owner)
        case CacheDue():
            _ask(turn, node)
        case _:
            assert_never(event)


def restarted(turn: Turn) -> None:
    """Ask again what was asked, and for the claims that nodes had: the platform that knew of them is gone."""
    for node in list(turn.state.nodes.values()):
        if asks(node) or _has_claim(node):
            _ask(turn, node)


def _has_claim(node: NodeState) -> bool:
    missed = node.cache is not None and node.cache.cache_status == catalog_pb2.CACHE_MISS
    return missed and _caching(node).serialize and not node.phase.terminal


def _ask(turn: Turn, node: NodeState) -> None:
    caching = _caching(node)
    question = Question(
        execution=turn.state.new.key,
        node=node.id,
        key=caching.key(node.inputs),
        claim=catalog.owner(turn.state.identifier, node.id) if caching.serialize else "",
    )
    turn.commands.append(LookUp(question=question))


def _hit(turn: Turn, node: NodeState, event: CacheHit) -> None:
    node.cache = _metadata(node, catalog_pb2.CACHE_HIT)
    node.cache.catalog_key.source_task_execution.CopyFrom(event.source)
    node.reason = catalog.taken_from(event.source)
    node.started_at = turn.now
    outcomes.succeed(turn, node, literals.to_bytes(event.outputs), event.outputs_uri)


def _compute(turn: Turn, node: NodeState, status: catalog_pb2.CatalogCacheStatus, reason: str) -> None:
    node.cache = _metadata(node, status)
    node.reason = reason
    turn.touch(node)
    attempts.admit(turn, node)


def _wait(turn: Turn, node: NodeState, owner: str) -> None:
    reason = catalog.waits_for(owner)
    if node.reason != reason:
        node.reason = reason
        turn.touch(node)
    turn.commands.append(SetTimer(at=Micros(turn.now + ASK_AGAIN), event=CacheDue(node=node.id)))


def _metadata(node: NodeState, status: catalog_pb2.CatalogCacheStatus) -> node_execution_pb2.TaskNodeMetadata:
    caching = _caching(node)
    return catalog.metadata(status, caching.dataset, caching.key(node.inputs).inputs)


def _caching(node: NodeState) -> Caching:
    if node.graph.cache is None:
        raise PlatformError(f"node {node.id} is not cached")
    return node.graph.cache
