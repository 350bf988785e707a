"""Cached items of a map: the catalog is asked for each before it runs, and what it gives is kept with its success."""

from flyteidl.core import identifier_pb2

from flyweight import literals
from flyweight.engine.catalog import Question
from flyweight.engine.graph import ArrayGraph
from flyweight.engine.items import Items
from flyweight.engine.machine.commands import LookUp
from flyweight.engine.machine.turn import Turn
from flyweight.engine.model import NodeState
from flyweight.engine.records import CacheRecord
from flyweight.errors import PlatformError
from flyweight.ids import item_name
from flyweight.semantics import elements
from flyweight.semantics.caching import Caching


def ask(turn: Turn, node: NodeState, item: int) -> bool:
    """Ask for an item that has begun, if it is cached and has not failed yet; tell whether an answer will come."""
    array, items = _parts(node)
    caching = array.item.cache
    chunk, at = items.find(item)
    if caching is None or turn.state.overwrite_cache or chunk.user_failures[at] or chunk.system_failures[at]:
        return False
    of = turn.state.identifier
    owner = f"execution {of.name} ({of.project}/{of.domain}), node {item_name(node.id, item)}"
    items.asking.add(item)
    question = Question(
        execution=turn.state.new.key,
        node=node.id,
        item=item,
        key=caching.key(elements.element(items.inputs, array.bound, item)),
        claim=owner if caching.serialize else "",
    )
    turn.commands.append(LookUp(question=question))
    return True


def keep(turn: Turn, node: NodeState, item: int, outputs: bytes, outputs_uri: str) -> None:
    """Keep what an item gave for others; it stands in one of the two."""
    array, items = _parts(node)
    caching: Caching | None = array.item.cache
    if caching is None or array.item.task is None:
        return
    chunk, at = items.find(item)
    source = identifier_pb2.TaskExecutionIdentifier(
        task_id=array.item.task.id,
        node_execution_id=identifier_pb2.NodeExecutionIdentifier(
            node_id=item_name(node.id, item), execution_id=turn.state.identifier
        ),
        retry_attempt=chunk.attempts[at] - 1,
    )
    record = CacheRecord(
        key=caching.key(elements.element(items.inputs, array.bound, item)),
        outputs=outputs,
        outputs_uri=outputs_uri,
        source=literals.to_bytes(source),
        created_at=turn.now,
    )
    turn.state.changed.item_entries.append(record)


def _parts(node: NodeState) -> tuple[ArrayGraph, Items]:
    if node.graph.array is None or node.items is None:
        raise PlatformError(f"node {node.id} has no items")
    return node.graph.array, node.items
