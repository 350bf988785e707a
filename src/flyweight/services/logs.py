"""Logs of attempts as streams: a request for one attempt's log in, chunks of it out, live while it runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from flyteidl.core import identifier_pb2

from flyweight.engine.phases import AttemptPhase
from flyweight.engine.records import AttemptRecord, NodeRecord
from flyweight.errors import InvalidInput, NotFound
from flyweight.ids import ExecutionKey, NodeId, child_execution_name, parse_item_name, place_named, shown_item
from flyweight.protocol import watch_pb2
from flyweight.protocol.items_pb2 import MapProgress
from flyweight.services.feed import Changes, Feed, Subscription
from flyweight.services.items import items_of_map
from flyweight.services.log_tail import LogTail
from flyweight.services.lookup import Lookup
from flyweight.store.rows import StoredExecution

FOREMOST = 10
"""Failed items that are named where a map's own log is asked for."""
POLL_SECONDS = 0.1
"""How often a growing file is looked at, and only while somebody follows it."""


class Logs:
    """What tasks wrote to stdout, stderr and logging."""

    def __init__(self, lookup: Lookup, feed: Feed) -> None:
        self._lookup = lookup
        self._feed = feed

    async def logs(self, request: watch_pb2.LogsRequest) -> AsyncIterator[watch_pb2.LogChunk]:
        """Send one attempt's log from ``offset`` on; with ``follow``, until the attempt has ended.

        A follower may come before the attempt starts: it waits for it as long as the execution runs.
        Raises ``NotFound`` when there is no such execution, node or attempt.
        """
        found = await self._lookup.execution(request.project, request.domain, request.name)
        node = place_named(request.node_id)
        owner = await self._lookup.map(found.new.key, node)
        if owner is not None:
            raise InvalidInput(await self._which_item(found, owner))
        with self._feed.subscribe(found.new.key) as subscription:
            record = await self._attempt(found.new.key, request, subscription)
            if not record.task:
                raise InvalidInput(_has_own_nodes(found, node))
            tail = LogTail(offset=request.offset)
            tail.update(record)
            async for text in self._follow(tail, subscription, record) if request.follow else _read_once(tail):
                offset = tail.offset - len(text)
                yield watch_pb2.LogChunk(node_id=node, attempt=request.attempt, offset=offset, text=text)

    async def _attempt(
        self, key: ExecutionKey, request: watch_pb2.LogsRequest, subscription: Subscription
    ) -> AttemptRecord:
        """Find the attempt, or wait for it when the caller follows and it can still come."""
        node = place_named(request.node_id)
        while True:
            record = await self._lookup.attempt(key, node, request.attempt)
            if record is not None:
                return record
            found = await self._lookup.execution(request.project, request.domain, request.name)
            if not request.follow or found.record.phase.terminal:
                if await self._lookup.launches(key, node):
                    raise InvalidInput(_has_own_nodes(found, node))
                raise NotFound(
                    f"node {request.node_id!r} of execution {request.name!r} has no attempt {request.attempt + 1}: "
                    "attempts count from 1, and a node that did not run a task has none"
                )
            await subscription.changed.wait()
            subscription.take()

    async def _which_item(self, found: StoredExecution, owner: NodeRecord) -> str:
        """Say that a map writes no log of its own, and which items somebody may want that of."""
        which = items_of_map(owner, MapProgress.FromString(owner.detail).size)
        foremost = await self._lookup.items(found, owner, FOREMOST)
        failed = [
            shown_item(owner.node, item.index) for item in foremost if item.attempt().phase is AttemptPhase.FAILED
        ]
        some = f" (failed: {', '.join(failed)})" if failed else ""
        return f"{which}, each with a log of its own: name the item{some}"

    async def _follow(self, tail: LogTail, subscription: Subscription, record: AttemptRecord) -> AsyncIterator[bytes]:
        while True:
            text = await asyncio.to_thread(tail.read)
            if text:
                yield text
            elif tail.ended:
                return
            else:
                await wait_until(subscription.changed, POLL_SECONDS if tail.started else None)
                tail.look()
            newest = await self._newest(subscription.take(), record)
            if newest is not None:
                tail.update(newest)

    async def _newest(self, changes: Changes, record: AttemptRecord) -> AttemptRecord | None:
        """Give the attempt as it is now, if it has changed; an item of a map changes with its node."""
        item = parse_item_name(record.node)
        if item is None or item[0] not in changes.nodes:
            return changes.attempts.get((record.node, record.attempt))
        found = await self._lookup.attempt(record.execution, record.node, record.attempt)
        # Another attempt has begun, and of earlier ones nothing is kept: this one wrote what it wrote.
        return found or record._replace(phase=AttemptPhase.RETRYABLE_FAILED)


def _has_own_nodes(found: StoredExecution, node: NodeId) -> str:
    """Say that a node that launches has no log, and whose nodes have some."""
    new, item = found.new, parse_item_name(node)
    of = identifier_pb2.WorkflowExecutionIdentifier(project=new.project, domain=new.domain, name=new.name)
    shown = shown_item(*item) if item is not None else node
    return (
        f"node {shown} of execution {of.name} is execution {child_execution_name(of, node)}: read the logs of that one"
    )


async def _read_once(tail: LogTail) -> AsyncIterator[bytes]:
    tail.look_at_all()
    while text := await asyncio.to_thread(tail.read):
        yield text


async def wait_until(event: asyncio.Event, seconds: float | None) -> None:
    """Wait for the event, at most so long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
