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
from flyweight.engine.machine.items import Item
from flyweight.engine.machine.turn import Turn
from flyweight.engine.model import NodeState
from flyweight.ids import item_name
from flyweight.semantics.caching import Caching

_ASKING = frozenset({ASKS, WAITS})


def run(turn: Turn, item: Item) -> None:
    """Run an item that has begun, unless it is cached and its outputs are there already."""
    caching = item.array.item.cache
    if caching is None:
        items.start(turn, item)
    elif item.lookup.stage == HELD:
        items.admit(turn, item)
    elif why := skipped(turn.state, item.node, item.number):
        item.lookup.inputs = item.key.inputs
        _compute(turn, item, catalog_pb2.CACHE_SKIPPED, why)
    else:
        _ask(turn, item, caching)


def asking(node: NodeState, number: int) -> Item | None:
    """Give an item that has asked the catalog and was not answered, or is to ask again; None if it is not so."""
    if node.items is None or number not in node.items.open:
        return None
    item = items.at_hand(node, number)
    return item if item.at in item.chunk.lookups and item.lookup.stage in _ASKING else None


def take(turn: Turn, item: Item, event: Answer | CacheDue) -> None:
    """Take an answer for an item that asks."""
    match event:
        case CacheHit():
            _hit(turn, item, event)
        case CacheMiss():
            missed = catalog_pb2.CACHE_LOOKUP_FAILURE if event.failed else catalog_pb2.CACHE_MISS
            _compute(turn, item, missed, event.reason)
        case CacheClaimed():
            _wait(turn, item, catalog.waits_for(event.owner))
        case CacheDue():
            if item.array.item.cache is not None:
                _ask(turn, item, item.array.item.cache)
        case _:
            assert_never(event)


def _ask(turn: Turn, item: Item, caching: Caching) -> None:
    node, key = item.node, item.key
    item.lookup.inputs = key.inputs
    claim = catalog.owner(turn.state.identifier, item_name(node.id, item.number)) if caching.serialize else ""
    question = Question(execution=turn.state.new.key, node=node.id, item=item.number, key=key, claim=claim)
    turn.commands.append(LookUp(question=question))


def _hit(turn: Turn, item: Item, event: CacheHit) -> None:
    lookup = item.lookup
    lookup.status, lookup.source, lookup.reason = catalog_pb2.CACHE_HIT, literals.to_bytes(event.source), ""
    lookup.outputs_uri = event.outputs_uri
    item.items.cached += 1
    items.succeed(turn, item, event.outputs, event.outputs_uri)


def _compute(turn: Turn, item: Item, status: catalog_pb2.CatalogCacheStatus, reason: str) -> None:
    lookup = item.lookup
    lookup.status, lookup.reason = status, reason
    items.admit(turn, item)


def _wait(turn: Turn, item: Item, reason: str) -> None:
    lookup = item.lookup
    if (lookup.stage, lookup.reason) != (WAITS, reason):
        lookup.stage, lookup.reason = WAITS, reason
        turn.touch_item(item.node, item.number)
    due = CacheDue(node=item.node.id, item=item.number)
    turn.commands.append(SetTimer(at=Micros(turn.now + ASK_AGAIN), event=due))
