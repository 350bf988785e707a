"""Passes on what the driver committed to whoever watches: batches in, the newest state of each row out, by execution.

A subscriber that reads slowly loses intermediate states of a row, never the last one, so what waits for it is bounded
by the number of rows it watches. Nobody watching costs one dictionary look-up a batch.
"""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from flyweight.engine.jobs import DeckPublished
from flyweight.engine.records import AttemptRecord, Batch, ExecutionRecord, NewExecution, NodeRecord
from flyweight.ids import AttemptId, ExecutionKey, NodeId

RECENT = 256
"""How many executions are found by name without asking the database."""


@dataclass(slots=True, kw_only=True)
class Changes:
    """What has changed in one execution since it was last taken: the newest record of each row."""

    execution: ExecutionRecord | None = None
    nodes: dict[NodeId, NodeRecord] = field(default_factory=dict[NodeId, NodeRecord])
    attempts: dict[tuple[NodeId, int], AttemptRecord] = field(
        default_factory=dict[tuple[NodeId, int], AttemptRecord],
    )
    decks: dict[AttemptId, int] = field(default_factory=dict[AttemptId, int])
    """The newest revision of each deck that was published."""


class Subscription:
    """One reader's place: ``changed`` is set while something waits, ``take`` hands it over."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.ended = asyncio.Event()
        """Set for good once what waits, or was taken, says that the execution has ended."""
        self.pending = Changes()

    def put_execution(self, record: ExecutionRecord) -> None:
        """Put the newest state of the execution itself."""
        self.pending.execution = record
        if record.phase.terminal:
            self.ended.set()

    def take(self) -> Changes:
        """Take all that waits."""
        taken, self.pending = self.pending, Changes()
        self.changed.clear()
        return taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An execution that was just created, and a subscription that has all of it from its first row on."""

    new: NewExecution
    subscription: Subscription


class ListSubscription:
    """One reader of which executions changed at all; it looks up for itself what they are now."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.keys: set[ExecutionKey] = set()

    def take(self) -> set[ExecutionKey]:
        """Take the keys of all executions that were created or changed since the last time."""
        taken, self.keys = self.keys, set()
        self.changed.clear()
        return taken


class Feed:
    """The driver's observer (``engine.ports.Observer``). Lives on the driver's event loop, like its subscribers."""

    def __init__(self) -> None:
        self._by_execution: dict[ExecutionKey, set[Subscription]] = {}
        self._lists: set[ListSubscription] = set()
        self._revisions: dict[AttemptId, int] = {}
        self._recent: dict[tuple[str, str, str], ExecutionKey] = {}
        self._expected: dict[tuple[str, str, str], list[asyncio.Future[Arrival]]] = {}

    def recent(self, project: str, domain: str, name: str) -> ExecutionKey | None:
        """Give the key of an execution that was started a moment ago: who started one watches it next."""
        return self._recent.get((project, domain, name))

    def committed(self, batch: Batch) -> None:
        """Pass on what was written."""
        for new in batch.new:
            self._remember(new)
            self._announce(new)
        if self._lists:
            self._tell_lists(batch)
        if self._revisions:
            self._forget_decks(batch)
        if self._by_execution:
            self._tell_watchers(batch)

    def _tell_watchers(self, batch: Batch) -> None:
        for record in batch.executions:
            for subscription in self._subscribers(record.key):
                subscription.put_execution(record)
        # Whoever watches is looked up once for all rows of an execution: of a batch, these are many.
        for execution, nodes in groupby(batch.nodes, key=attrgetter("execution")):
            newest = {record.node: record for record in nodes}
            for subscription in self._subscribers(execution):
                subscription.pending.nodes.update(newest)
        for execution, attempts in groupby(batch.attempts, key=attrgetter("execution")):
            latest = {(record.node, record.attempt): record for record in attempts}
            for subscription in self._subscribers(execution):
                subscription.pending.attempts.update(latest)

    def deck_published(self, report: DeckPublished) -> None:
        """Pass on that a deck was written anew."""
        self._revisions[report.attempt] = report.revision
        for subscription in self._subscribers(report.attempt.execution):
            subscription.pending.decks[report.attempt] = report.revision

    def deck_revision(self, attempt: AttemptId) -> int:
        """Tell how often a running attempt has published its deck; 0 when not at all, or when it has ended."""
        return self._revisions.get(attempt, 0)

    @contextmanager
    def subscribe(self, execution: ExecutionKey) -> Generator[Subscription]:
        """Collect the changes of one execution until the block is left."""
        subscription = self._enter(execution)
        try:
            yield subscription
        finally:
            self._leave(execution, subscription)

    @contextmanager
    def expect(self, project: str, domain: str, name: str) -> Generator[asyncio.Future[Arrival]]:
        """Wait for an execution to be created; collect its changes, from the first one on, until the block is left."""
        waiting = self._expected.setdefault((project, domain, name), [])
        arrival: asyncio.Future[Arrival] = asyncio.get_running_loop().create_future()
        waiting.append(arrival)
        try:
            yield arrival
        finally:
            if arrival.done() and not arrival.cancelled():
                self._leave(arrival.result().new.key, arrival.result().subscription)
            else:
                waiting.remove(arrival)
                if not waiting:
                    del self._expected[project, domain, name]

    @contextmanager
    def subscribe_list(self) -> Generator[ListSubscription]:
        """Collect which executions change until the block is left."""
        subscription = ListSubscription()
        self._lists.add(subscription)
        try:
            yield subscription
        finally:
            self._lists.discard(subscription)

    def _subscribers(self, execution: ExecutionKey) -> set[Subscription] | tuple[()]:
        """Find who watches it, and wake them: the caller is about to put something into their hands."""
        found = self._by_execution.get(execution)
        if found is None:
            return ()
        for subscription in found:
            subscription.changed.set()
        return found

    def _enter(self, execution: ExecutionKey) -> Subscription:
        subscription = Subscription()
        self._by_execution.setdefault(execution, set()).add(subscription)
        return subscription

    def _leave(self, execution: ExecutionKey, subscription: Subscription) -> None:
        left = self._by_execution[execution]
        left.discard(subscription)
        if not left:
            del self._by_execution[execution]

    def _announce(self, new: NewExecution) -> None:
        """Tell those who expected it; they are subscribed before anything of it is passed on."""
        for arrival in self._expected.pop((new.project, new.domain, new.name), ()):
            if not arrival.done():
                arrival.set_result(Arrival(new=new, subscription=self._enter(new.key)))

    def _remember(self, new: NewExecution) -> None:
        self._recent[new.project, new.domain, new.name] = new.key
        if len(self._recent) > RECENT:
            del self._recent[next(iter(self._recent))]

    def _forget_decks(self, batch: Batch) -> None:
        """Let go of what the row of an ended attempt says from now on."""
        for record in batch.attempts:
            if record.phase.terminal:
                self._revisions.pop(AttemptId(record.execution, record.node, record.attempt), None)
        ended = {record.key for record in batch.executions if record.phase.terminal}
        if ended:
            # An attempt that was given up may have published again before its worker stopped.
            self._revisions = {of: revision for of, revision in self._revisions.items() if of.execution not in ended}

    def _tell_lists(self, batch: Batch) -> None:
        keys = {new.key for new in batch.new} | {record.key for record in batch.executions}
        if keys:
            for subscription in self._lists:
                subscription.keys |= keys
                subscription.changed.set()
