"""Cached items of a map: the catalog is asked before an item's first attempt, and what it says stands in the chunk.

An item that has asked and was not answered is open, but with no executor. A claim that is an item's ends with its
attempt, and the next attempt asks anew: its share of ``concurrency`` ends then, too, and comes before a claim.
"""

from typing import assert_never

from flyteidl.core import catalog_pb2

from flyweight import literals
from flyweight.clock import Micros
from flyweight.engine import catalog
from flyweight.engine.catalog import Answer, CacheClaimed, CacheDue, CacheHit, CacheMiss, Question
from flyweight.engine.items import ASKS, HELD, WAITS
from flyweight.engine.machine import items
from flyweight.engine.machine.caching import ASK_AGAIN, skipped
from flyweight.engine.machine.commands import LookUp, SetTimer
from flyweight.engine.machine.turn import Turn
from flyweight.engine.model import NodeState
from flyweight.ids import item_name
from flyweight.protocol.items_pb2 import Lookup
from flyweight.semantics.caching import Caching

_ASKING = frozenset({ASKS, WAITS})


def run(turn: Turn, node: NodeState, item: int) -> None:
    """Run an item that has begun, unless it is cached and its outputs are there already."""
    array, found = items.parts(node)
    chunk, at = found.find(item)
    caching = array.item.cache
    if caching is None:
        items.start(turn, node, item)
    elif chunk.lookups[at].stage == HELD:
        items.admit(turn, node, item)
    elif why := skipped(turn.state, node, item):
        _lookup(node, item).inputs = items.key_of(node, item).inputs
        _compute(turn, node, item, catalog_pb2.CACHE_SKIPPED, why)
    else:
        _ask(turn, node, item, caching)


def asks(node: NodeState, item: int) -> bool:
    """Tell whether an item has asked the catalog and was not answered, or is to ask again."""
    if node.items is None or item not in node.items.open:
        return False
    chunk, at = node.items.find(item)
    return at in chunk.lookups and chunk.lookups[at].stage in _ASKING


def take(turn: Turn, node: NodeState, event: Answer | CacheDue) -> None:
    """Take an answer for an item that asks."""
    item = event.item
    match event:
        case CacheHit():
            _hit(turn, node, event)
        case CacheMiss():
            missed = catalog_pb2.CACHE_LOOKUP_FAILURE if event.failed else catalog_pb2.CACHE_MISS
            _compute(turn, node, item, missed, event.reason)
        case CacheClaimed():
            _wait(turn, node, item, catalog.waits_for(event.owner))
        case CacheDue():
            caching = items.parts(node)[0].item.cache
            if caching is not None:
                _ask(turn, node, item, caching)
        case _:
            assert_never(event)


def _ask(turn: Turn, node: NodeState, item: int, caching: Caching) -> None:
    key = items.key_of(node, item)
    _lookup(node, item).inputs = key.inputs
    claim = catalog.owner(turn.state.identifier, item_name(node.id, item)) if caching.serialize else ""
    question = Question(execution=turn.state.new.key, node=node.id, item=item, key=key, claim=claim)
    turn.commands.append(LookUp(question=question))


def _hit(turn: Turn, node: NodeState, event: CacheHit) -> None:
    lookup = _lookup(node, event.item)
    lookup.status, lookup.source, lookup.reason = catalog_pb2.CACHE_HIT, literals.to_bytes(event.source), ""
    items.parts(node)[1].cached += 1
    lookup.outputs_uri = event.outputs_uri
    items.succeed(turn, node, event.item, event.outputs, event.outputs_uri)


def _compute(turn: Turn, node: NodeState, item: int, status: catalog_pb2.CatalogCacheStatus, reason: str) -> None:
    lookup = _lookup(node, item)
    lookup.status, lookup.reason = status, reason
    items.admit(turn, node, item)


def _wait(turn: Turn, node: NodeState, item: int, reason: str) -> None:
    lookup = _lookup(node, item)
    if (lookup.stage, lookup.reason) != (WAITS, reason):
        lookup.stage, lookup.reason = WAITS, reason
        turn.touch_item(node, item)
    due = CacheDue(node=node.id, item=item)
    turn.commands.append(SetTimer(at=Micros(turn.now + ASK_AGAIN), event=due))


def _lookup(node: NodeState, item: int) -> Lookup:
    """Give what the item's chunk says of the catalog; it is there from then on."""
    chunk, at = items.parts(node)[1].find(item)
    return chunk.lookups[at]
