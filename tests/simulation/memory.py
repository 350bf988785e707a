"""Where a simulated platform keeps what it knows: rows, blobs and the catalog, in dictionaries that check each write."""

import asyncio

from flyteidl.core.literals_pb2 import Literal

from flyweight import literals
from flyweight.engine.catalog import Found
from flyweight.engine.items import ABORTED, CHUNK, FAILED, OPEN, SUCCEEDED
from flyweight.engine.machine.sleeps import ENGINE
from flyweight.engine.phases import AttemptPhase
from flyweight.engine.records import ExecutionRecord, LoadedExecution
from flyweight.errors import AlreadyExists, NotFound, TryAgain
from flyweight.ids import NO_ITEM, AttemptId, entity_key
from flyweight.protocol.items_pb2 import ItemChunk
from flyweight.semantics import offloading
from flyweight.semantics.budgets import PLATFORM_RESTARTED
from tests.simulation.programs import DYNAMIC
from tests.simulation.workflows import INTEGER

DYNAMIC_TASK = str(entity_key(DYNAMIC.id))
APART = "memory://apart/"
"""Where values stand that count as large."""
ENDED_ITEMS = {SUCCEEDED, FAILED, ABORTED}


class MemoryStore:
    """Rows in dictionaries; checks each write against what may never happen."""

    def __init__(self, world):
        self.world = world
        self.new, self.executions, self.nodes, self.attempts, self.closures = {}, {}, {}, {}, {}
        self.signals, self.entries, self.items = {}, {}, {}

    async def commit(self, batch):
        dice, weather = self.world.dice, self.world.weather
        await asyncio.sleep(dice.random() * weather.latency)
        if dice.random() < weather.busy:
            raise TryAgain("the disk is full")
        if dice.random() < weather.crash_before:
            await self.world.crash()
        for new in batch.new:
            if any(other.name == new.name for other in self.new.values()):
                raise AlreadyExists(f"the name {new.name} is taken")
        try:
            self._write(batch)
        except AssertionError as fault:
            self.world.written.set()
            # Raised here it would look like a disk that is full, and the driver would go on trying.
            self.world.faults.append(fault)
        if dice.random() < weather.crash_after:
            await self.world.crash()

    def _write(self, batch):
        self.closures.update(batch.closures)
        for new in batch.new:
            self.new[new.key] = new
        for kept, records, key in (
            (self.executions, batch.executions, lambda row: row.key),
            (self.nodes, batch.nodes, lambda row: (row.execution, row.node)),
            (self.attempts, batch.attempts, lambda row: (row.execution, row.node, row.attempt)),
        ):
            for record in records:
                before = kept.get(key(record))
                assert before is None or not before.phase.terminal, f"{before} had ended, and became {record}"
                kept[key(record)] = record
        for row in batch.items:
            self._check_items(self.items.get((row.execution, row.node, row.chunk)), row)
            self.items[row.execution, row.node, row.chunk] = row
        for signal in batch.signals:
            self.signals[signal.execution, signal.signal] = signal
            if not signal.value:
                self.world.answer_later(signal)
        self.entries.update((entry.key, entry) for entry in batch.entries)
        self._check_successes(batch)
        for execution in batch.executions:
            if execution.phase.terminal:
                self._check_ended(execution)
        rows = (*batch.nodes, *batch.attempts, *batch.items)
        self.world.check_restored({row.key for row in batch.executions} | {row.execution for row in rows})
        self.world.written.set()

    def _check_successes(self, batch):
        touched = {(row.execution, row.node) for row in batch.attempts}
        for execution, node in touched:
            rows = self.attempts_of(execution, node)
            draws = rows[0].task == DYNAMIC_TASK  # each of its successes drew something, of which the last counts
            assert draws or sum(row.phase is AttemptPhase.SUCCEEDED for row in rows) <= 1
            for row in rows:
                attempt = AttemptId(execution, node, row.attempt)
                told = attempt in self.world.reported or row.worker == ENGINE
                taken_over = draws and row.attempt == 0 and attempt not in self.world.ever_started
                assert row.phase is not AttemptPhase.SUCCEEDED or told or taken_over
            assert [row.attempt for row in rows] == list(range(len(rows)))
            assert all(row.phase.terminal for row in rows[:-1])

    def _check_items(self, before, row):
        """What has ended stays as it is, numbers count up, and a success was reported."""
        chunk, old = ItemChunk.FromString(row.body), ItemChunk.FromString(before.body if before else b"")
        for at, state in enumerate(old.states):
            assert state not in ENDED_ITEMS or chunk.states[at] == state, f"item {at} of {row} had ended"
            assert state not in ENDED_ITEMS or chunk.outputs[at] == old.outputs[at]
            assert old.attempts[at] <= chunk.attempts[at] <= old.attempts[at] + 1
        for at, state in enumerate(chunk.states):
            attempt = AttemptId(row.execution, row.node, chunk.attempts[at] - 1, row.chunk * CHUNK + at)
            child = not self.world.is_task(row)
            known = attempt not in self.world.ever_started  # it was cached, or taken over
            assert state != SUCCEEDED or child or known or attempt in self.world.reported

    def _check_ended(self, execution: ExecutionRecord):
        for row in self.items.values():
            assert row.execution != execution.key or OPEN.isdisjoint(ItemChunk.FromString(row.body).states)
        for row in (*self.nodes.values(), *self.attempts.values()):
            assert row.execution != execution.key or row.phase.terminal, f"{row} outlives its execution"
        self.world.check_nothing_runs(execution.key)

    def attempts_of(self, execution, node):
        rows = [row for (key, name, _), row in self.attempts.items() if (key, name) == (execution, node)]
        return sorted(rows, key=lambda row: row.attempt)

    def tells_of(self, attempt):
        """Whether a row says that this attempt begins."""
        if attempt.item == NO_ITEM:
            return (attempt.execution, attempt.node, attempt.attempt) in self.attempts
        number, at = divmod(attempt.item, CHUNK)
        row = self.items.get((attempt.execution, attempt.node, number))
        return row is not None and ItemChunk.FromString(row.body).attempts[at] == attempt.attempt + 1

    def failures(self, attempt):
        """How many tries before this one count."""
        if attempt.item == NO_ITEM:
            before = self.attempts_of(attempt.execution, attempt.node)[: attempt.attempt]
            return sum(row.cause != PLATFORM_RESTARTED for row in before)
        number, at = divmod(attempt.item, CHUNK)
        chunk = ItemChunk.FromString(self.items[attempt.execution, attempt.node, number].body)
        return chunk.user_failures[at] + chunk.system_failures[at]

    def loaded(self, key, *, every_item=False):
        return LoadedExecution(
            new=self.new[key],
            execution=self.executions[key],
            nodes=tuple(row for row in self.nodes.values() if row.execution == key),
            attempts=tuple(row for row in self.attempts.values() if row.execution == key),
            items=tuple(
                row
                for (execution, node, _), row in self.items.items()
                if execution == key and (every_item or not self.nodes[execution, node].phase.terminal)
            ),
            signals=tuple(row for (execution, _), row in self.signals.items() if execution == key),
        )

    async def whole(self, key):
        return self.loaded(key, every_item=True)

    async def unfinished(self):
        # So many nodes that each is read by itself.
        return {key: 1 << 20 for key, row in self.executions.items() if not row.phase.terminal}

    async def load(self, keys):
        await asyncio.sleep(self.world.dice.random() * 0.5)  # time enough for others to run, and to die in
        return [self.loaded(key) for key in keys]

    async def closure(self, digest):
        if digest not in self.closures:
            raise NotFound(digest)
        return self.closures[digest]


class MemoryBlobs:
    def __init__(self):
        self.kept = {}

    async def read(self, uri):
        if uri.startswith(APART):
            await asyncio.sleep(0.1)  # time enough to die in
        if uri not in self.kept:
            raise NotFound(uri)
        return self.kept[uri]

    def apart(self, value):
        """Put a value away, and give what points at it."""
        data = literals.to_bytes(value)
        uri = f"{APART}{data.hex()}"
        self.kept[uri] = data
        return offloading.pointer(value, uri, len(data), INTEGER)

    def whole(self, value):
        """Give the value that a literal points at, if it does."""
        return Literal.FromString(self.kept[value.offloaded_metadata.uri]) if offloading.is_apart(value) else value

    async def write(self, uri, data):
        self.kept[uri] = data

    async def gone(self, uris):
        return set(uris) - set(self.kept)


class MemoryCatalog:
    """Entries that the store has, and claims in a dictionary; sometimes it cannot be read."""

    def __init__(self, world):
        self.world, self.claims = world, {}

    async def _think(self):
        await asyncio.sleep(self.world.dice.random() * self.world.weather.latency)
        if self.world.dice.random() < self.world.weather.busy:
            raise TryAgain("the disk is full")

    async def look_up(self, keys):
        await self._think()
        kept = self.world.store.entries
        return [Found(entry=kept.get(key), nearest=next(iter(kept.values()), None)) for key in keys]

    async def claim(self, claims, now, until):
        await self._think()
        for claim in claims:
            owner, end = self.claims.get(claim.key, ("", 0))
            if owner == claim.owner or end < now:
                self.claims[claim.key] = claim.owner, until
        return [self.claims[claim.key][0] for claim in claims]

    async def release(self, claims):
        await self._think()
        for claim in claims:
            if self.claims.get(claim.key, ("", 0))[0] == claim.owner:
                del self.claims[claim.key]
