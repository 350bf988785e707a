"""Changes, pushed: an execution's present state first, then each change as it is committed, until it has ended.

Nothing is lost between the two, because the subscription begins before the state is read; nothing is told twice,
because what a reader was last sent is kept. A slow reader skips intermediate states of a row, never its last.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import replace

from flyteidl.admin import execution_pb2
from google.protobuf.message import DecodeError

from flyweight.clock import Clock, Micros
from flyweight.engine.phases import ExecutionPhase, NodePhase
from flyweight.engine.ports import Capacity
from flyweight.engine.records import NOT_YET, AttemptRecord, ExecutionRecord, NodeRecord
from flyweight.errors import InvalidInput, NotFound
from flyweight.ids import NodeId
from flyweight.protocol import watch_pb2
from flyweight.services import views
from flyweight.services.feed import Arrival, Changes, Feed, Subscription
from flyweight.services.log_tail import LogTail
from flyweight.services.logs import POLL_SECONDS, wait_until
from flyweight.services.lookup import Lookup
from flyweight.services.machine_memory import memory
from flyweight.store.rows import StoredExecution

CAPACITY_SECONDS = 1.0
"""How often a watcher is told how busy the platform is, if that has changed."""

COMING_SECONDS = 60.0
"""How long an execution that is being created is waited for: as long as a client waits for the answer to that."""

SOON_SECONDS = 0.25
"""What has not come so long is looked for in the database: it may be older, as after a restart of the platform."""

GATHER_SECONDS = 0.05
"""After changes were sent, the next ones are gathered so long, but for the execution's end, which is sent at once: a
busy execution tells of a node when it has run, not of its every phase, and no eye sees the difference."""

NODES_TOGETHER = 50
BYTES_TOGETHER = 1024 * 1024
"""How many nodes, and bytes of outputs, share a message at most, where the watcher takes several in one."""

LIST_SECONDS = 0.2
"""Changes of an executions list are gathered so long: a run that ends in a moment is one message, not five."""


_SUCCEEDED = frozenset({NodePhase.SUCCEEDED, NodePhase.RECOVERED})

_Shown = tuple[object, ...]
_NOTHING_SENT: tuple[Micros, _Shown] = NOT_YET, ()


Create = Callable[[execution_pb2.ExecutionCreateRequest], Awaitable[object]]


class Watch:
    """Pushes what happens to one execution, and which executions of a domain change."""

    def __init__(
        self, lookup: Lookup, feed: Feed, create: Create, capacity: Callable[[], Capacity], clock: Clock
    ) -> None:
        self._lookup = lookup
        self._feed = feed
        self._create = create
        self._capacity = capacity
        self._clock = clock

    async def watch(self, request: watch_pb2.WatchRequest) -> AsyncIterator[watch_pb2.WatchEvent]:
        """Send the state of an execution and then each change of it; the update that says it has ended comes last.

        An event without content stands between the two: what is known has been told.

        With ``logs``, what its running attempts write is sent too. With ``coming``, one that is not there yet is
        waited for. Raises ``NotFound``.
        """
        key = self._feed.recent(request.project, request.domain, request.name)
        if key is None and request.coming:
            with self._feed.expect(request.project, request.domain, request.name) as arrival:
                await self._await(arrival, request)
                if arrival.done():
                    async for event in self._from_the_start(arrival.result(), request):
                        yield event
                    return
        if key is None:
            key = (await self._lookup.execution(request.project, request.domain, request.name)).new.key
        with self._feed.subscribe(key) as subscription:
            found, nodes = await self._lookup.snapshot(key)
            async for event in self._follow(found, nodes, subscription, request):
                yield event

    async def run(self, request: watch_pb2.RunRequest) -> watch_pb2.RunReply:
        """Create an execution, and tell of it in one piece if it ends soon.

        Raises what ``Executions.create_execution`` says, and ``InvalidInput`` for a request without a name.
        """
        try:
            wanted = execution_pb2.ExecutionCreateRequest.FromString(request.execution)
        except DecodeError as problem:
            raise InvalidInput(f"`execution` is no flyteidl.admin.ExecutionCreateRequest: {problem}") from problem
        if not wanted.name:
            raise InvalidInput("An execution that is to be followed from its start needs a name: draw one.")
        with self._feed.expect(wanted.project, wanted.domain, wanted.name) as arrival:
            await self._create(wanted)
            if not arrival.done():  # an earlier call of the same request, whose answer was lost, has created it
                return watch_pb2.RunReply()
            subscription = arrival.result().subscription
            await wait_until(subscription.ended, request.patience_ms / 1000)
            if not subscription.ended.is_set() or len(subscription.pending.nodes) > NODES_TOGETHER:
                return watch_pb2.RunReply()
            told = watch_pb2.WatchRequest(together=True)
            events = [event async for event in self._follow(*_newest(arrival.result()), subscription, told)]
        whole = watch_pb2.RunReply(events=events)
        return whole if whole.ByteSize() <= BYTES_TOGETHER else watch_pb2.RunReply()

    async def _await(self, arrival: asyncio.Future[Arrival], request: watch_pb2.WatchRequest) -> None:
        """Wait for an execution that is being created, unless it turns out to have been there before."""
        await asyncio.wait([arrival], timeout=SOON_SECONDS)
        if not arrival.done():
            try:
                await self._lookup.execution(request.project, request.domain, request.name)
            except NotFound:
                await asyncio.wait([arrival], timeout=COMING_SECONDS)

    async def _from_the_start(
        self, arrival: Arrival, request: watch_pb2.WatchRequest
    ) -> AsyncIterator[watch_pb2.WatchEvent]:
        """Follow an execution that has just been created: what was collected of it is all there is."""
        await wait_until(arrival.subscription.ended, GATHER_SECONDS)
        async for event in self._follow(*_newest(arrival), arrival.subscription, request):
            yield event

    async def _follow(
        self,
        found: StoredExecution,
        nodes: Sequence[NodeRecord],
        subscription: Subscription,
        request: watch_pb2.WatchRequest,
    ) -> AsyncIterator[watch_pb2.WatchEvent]:
        stream = _Stream(self._lookup, found, request)
        capacity = self._capacity()
        if not found.record.phase.terminal:
            yield self._capacity_event(capacity)
        async for event in stream.begin(found, nodes):
            yield event
        if not stream.ended:
            yield watch_pb2.WatchEvent()
        told_at = self._clock.monotonic()
        while not stream.ended:
            await wait_until(subscription.changed, POLL_SECONDS if stream.tailing else CAPACITY_SECONDS)
            async for event in stream.advance(subscription):
                yield event
            if stream.ended:
                break
            await wait_until(subscription.ended, GATHER_SECONDS)
            if self._clock.monotonic() - told_at >= CAPACITY_SECONDS and capacity != self._capacity():
                told_at = self._clock.monotonic()
                yield self._capacity_event(capacity := self._capacity())

    async def changes(self, project: str, domain: str) -> AsyncIterator[watch_pb2.ExecutionUpdate]:
        """Send each execution of a domain that is created or changes from now on, without outputs; never ends.

        Changes within ``LIST_SECONDS`` are sent as one.
        """
        with self._feed.subscribe_list() as subscription:
            while True:
                await subscription.changed.wait()
                for key in sorted(subscription.take()):
                    found = await self._lookup.by_key(key)
                    if (found.new.project, found.new.domain) == (project, domain):
                        yield _execution_update(found, b"")
                await asyncio.sleep(LIST_SECONDS)

    def _capacity_event(self, capacity: Capacity) -> watch_pb2.WatchEvent:
        total, free = memory()
        return watch_pb2.WatchEvent(
            capacity=watch_pb2.CapacityUpdate(
                slots=capacity.slots,
                busy=capacity.busy,
                queued=capacity.queued,
                memory_bytes=total,
                memory_free_bytes=free,
            )
        )


class _Stream:
    """What one watcher has been sent, and so what is news to it."""

    def __init__(self, lookup: Lookup, found: StoredExecution, request: watch_pb2.WatchRequest) -> None:
        self.ended = False
        self._lookup = lookup
        self._stored = found
        self._subject = lookup.subject(found)
        self._execution: ExecutionRecord | None = None
        self._sent: dict[NodeId, tuple[Micros, _Shown]] = {}
        self._tails: dict[tuple[NodeId, int], LogTail] = {}
        self._read_out: set[tuple[NodeId, int]] = set()
        self._logs = request.logs
        self._together = request.together

    @property
    def tailing(self) -> bool:
        """Tell whether there are logs that may grow without a change of any row."""
        return any(tail.started for tail in self._tails.values())

    async def begin(self, found: StoredExecution, nodes: Iterable[NodeRecord]) -> AsyncIterator[watch_pb2.WatchEvent]:
        """Send the state that was read, all of one moment."""
        changes = Changes(execution=found.record, nodes={record.node: record for record in nodes})
        if self._logs:
            attempts = await self._lookup.attempts(found.new.key)
            changes.attempts = {(record.node, record.attempt): record for record in attempts}
        if not found.record.phase.terminal:
            async for event in self._execution_events(found.record):
                yield event
        async for event in self._send(changes):
            yield event

    async def advance(self, subscription: Subscription) -> AsyncIterator[watch_pb2.WatchEvent]:
        """Send what has changed since."""
        async for event in self._send(subscription.take()):
            yield event

    async def _send(self, changes: Changes) -> AsyncIterator[watch_pb2.WatchEvent]:
        news = [record for record in changes.nodes.values() if self._is_news(record)]
        async for event in self._node_events(as_it_happened(news)):
            yield event
        for attempt, revision in changes.decks.items():
            yield watch_pb2.WatchEvent(
                deck=watch_pb2.DeckUpdate(node_id=attempt.node, attempt=attempt.attempt, revision=revision)
            )
        if self._logs:
            self._follow(changes.attempts.values())
            over = changes.execution is not None and changes.execution.phase.terminal
            async for event in self._log_events(to_the_end=over):
                yield event
        if changes.execution is not None:
            async for event in self._execution_events(changes.execution):
                yield event

    def _is_news(self, record: NodeRecord) -> bool:
        """Refuse what was sent already, or was overtaken by the state that was read after it was committed."""
        shown = _shown(record)
        at, sent = self._sent.get(record.node, _NOTHING_SENT)
        if at > record.updated_at or sent == shown:
            return False
        self._sent[record.node] = record.updated_at, shown
        return True

    async def _node_events(self, records: Sequence[NodeRecord]) -> AsyncIterator[watch_pb2.WatchEvent]:
        event, size = watch_pb2.WatchEvent(), 0
        updates = event.nodes.updates
        for record in records:
            update = updates.add() if self._together else event.node
            update.node_execution = views.node(self._subject, record).SerializeToString()
            if record.phase in _SUCCEEDED:
                update.outputs = await self._lookup.body(record.outputs, record.outputs_uri)
                size += len(update.outputs)
            update.attempt = record.attempt
            update.reason = record.reason
            update.task = record.task.split(":")[2] if record.parent and record.task else ""
            if not self._together or size >= BYTES_TOGETHER or len(updates) == NODES_TOGETHER:
                yield event
                event, size = watch_pb2.WatchEvent(), 0
                updates = event.nodes.updates
        if updates:
            yield event

    async def _execution_events(self, record: ExecutionRecord) -> AsyncIterator[watch_pb2.WatchEvent]:
        if record == self._execution or (self._execution and record.updated_at < self._execution.updated_at):
            return
        self._execution = record
        self.ended = record.phase.terminal
        outputs = await self._lookup.body(record.outputs, record.outputs_uri)
        yield watch_pb2.WatchEvent(execution=_execution_update(replace(self._stored, record=record), outputs))

    def _follow(self, attempts: Iterable[AttemptRecord]) -> None:
        for record in attempts:
            place = record.node, record.attempt
            if place not in self._read_out:
                self._tails.setdefault(place, LogTail()).update(record)

    async def _log_events(self, *, to_the_end: bool) -> AsyncIterator[watch_pb2.WatchEvent]:
        for (node, attempt), tail in list(self._tails.items()):
            tail.look()
            while text := await asyncio.to_thread(tail.read):
                chunk = watch_pb2.LogChunk(node_id=node, attempt=attempt, offset=tail.offset - len(text), text=text)
                yield watch_pb2.WatchEvent(log=chunk)
            if tail.ended or to_the_end:
                del self._tails[node, attempt]
                self._read_out.add((node, attempt))


def as_it_happened(records: list[NodeRecord]) -> list[NodeRecord]:
    """Sort changes by when they were; of those of one moment, ends come first, and a node ends after its own nodes."""
    parents = {record.node: record.parent for record in records}

    def moment(record: NodeRecord) -> tuple[Micros, bool, int]:
        depth, above = 0, record.parent
        while above in parents:
            depth, above = depth + 1, parents[above]
        going = not record.phase.terminal
        return record.updated_at, going, depth if going else -depth

    return sorted(records, key=moment)


def _newest(arrival: Arrival) -> tuple[StoredExecution, list[NodeRecord]]:
    """Take what has become of an execution since it was created."""
    first = arrival.subscription.take()
    record = first.execution or ExecutionRecord(key=arrival.new.key, phase=ExecutionPhase.QUEUED)
    found = StoredExecution(new=arrival.new, record=record, state=execution_pb2.EXECUTION_ACTIVE)
    return found, list(first.nodes.values())


def _shown(record: NodeRecord) -> _Shown:
    """Take what a watcher sees of a node, but for what its phase implies."""
    return record.phase, record.attempt, record.deck_uri, record.started_at, record.ended_at, record.reason


def _execution_update(found: StoredExecution, outputs: bytes) -> watch_pb2.ExecutionUpdate:
    return watch_pb2.ExecutionUpdate(execution=views.execution(found).SerializeToString(), outputs=outputs)
