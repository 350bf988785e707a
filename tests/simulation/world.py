"""The platform around a driver, made of dice: a store that crashes, executors that delay, repeat, reorder and lose.

What becomes of each task is decided by the seed alone, not by when it runs, so that a run with crashes must come to
the same end as one without.
"""

import asyncio
import contextlib
import random
from dataclasses import dataclass, field, replace

from flyteidl.core import errors_pb2, execution_pb2

from flyweight import literals
from flyweight.engine import machine
from flyweight.engine.catalog import Found
from flyweight.engine.children import ChildEnded
from flyweight.engine.driver import Driver, DriverSettings, Ports
from flyweight.engine.graph import Graphs
from flyweight.engine.items import ABORTED, CHUNK, FAILED, OPEN, SUCCEEDED
from flyweight.engine.jobs import Cancelled, DeckPublished, Failed, LogSpan, Started, Succeeded
from flyweight.engine.phases import AttemptPhase, ExecutionPhase
from flyweight.engine.ports import Capacity
from flyweight.engine.records import ExecutionRecord, LoadedExecution
from flyweight.errors import AlreadyExists, NotFound, PreconditionFailed, TryAgain
from flyweight.ids import NO_ITEM, AttemptId
from flyweight.protocol.items_pb2 import ItemChunk
from flyweight.semantics.budgets import PLATFORM_RESTARTED
from tests.simulation.programs import PLANS
from tests.simulation.virtual_time import LoopClock
from tests.simulation.workflows import layout, new_execution

ENDED_ITEMS = {SUCCEEDED, FAILED, ABORTED}


@dataclass(frozen=True, kw_only=True)
class Weather:
    """How often things go wrong around the driver; all probabilities."""

    crash_before: float = 0.0
    crash_after: float = 0.0
    busy: float = 0.0
    duplicate: float = 0.0
    unstarted: float = 0.3
    deaf: float = 0.0
    """An executor that never says that it cancelled."""
    zombies: float = 0.0
    """Reports of a worker that should be dead reach the next driver."""
    latency: float = 0.02


CALM = Weather()
STORM = Weather(crash_before=0.04, crash_after=0.06, busy=0.1, duplicate=0.2, deaf=0.05, zombies=0.3, latency=0.05)


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
        self.world.check_restored()
        self.world.written.set()

    def _check_successes(self, batch):
        touched = {(row.execution, row.node) for row in batch.attempts}
        for execution, node in touched:
            rows = self.attempts_of(execution, node)
            assert sum(row.phase is AttemptPhase.SUCCEEDED for row in rows) <= 1
            for row in rows:
                attempt = AttemptId(execution, node, row.attempt)
                assert row.phase is not AttemptPhase.SUCCEEDED or attempt in self.world.reported
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
            assert state != SUCCEEDED or child or attempt in self.world.reported

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

    def loaded(self, key):
        return LoadedExecution(
            new=self.new[key],
            execution=self.executions[key],
            nodes=tuple(row for row in self.nodes.values() if row.execution == key),
            attempts=tuple(row for row in self.attempts.values() if row.execution == key),
            items=tuple(
                row
                for (execution, node, _), row in self.items.items()
                if execution == key and not self.nodes[execution, node].phase.terminal
            ),
            signals=tuple(row for (execution, _), row in self.signals.items() if execution == key),
        )

    async def unfinished(self):
        return [self.loaded(key) for key, row in self.executions.items() if not row.phase.terminal]

    async def closure(self, digest):
        if digest not in self.closures:
            raise NotFound(digest)
        return self.closures[digest]


class MemoryBlobs:
    def __init__(self):
        self.kept = {}

    async def read(self, uri):
        return self.kept[uri]

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


class DiceExecutor:
    """Runs jobs as the world's fates say, at times that the dice say."""

    def __init__(self, world):
        self.world = world
        self.running = {}
        self.seen = set()
        self.alive = True

    async def open(self, report):
        self.report = report

    async def close(self):
        self.alive = False

    def capacity(self):
        return Capacity(slots=1, busy=0, queued=0)

    def start(self, job):
        if job.attempt in self.world.ever_started:
            self.world.fault(f"{job.attempt} was started twice")
        if not self.world.store.tells_of(job.attempt):
            self.world.fault(f"{job.attempt} was started before any row said so")
        self.world.ever_started.add(job.attempt)
        dice, loop = self.world.dice, asyncio.get_running_loop()
        self.running[job.attempt] = job
        if dice.random() > self.world.weather.unstarted:
            loop.call_later(dice.random() * 0.1, self._started, job)
        outcome = self.world.outcome(job)
        if outcome is not None:
            loop.call_later(0.1 + dice.random() * 3, self._end, outcome)
        else:
            loop.call_later(0.1, self._started, job)

    def _started(self, job):
        if job.attempt in self.running and job.attempt not in self.seen:
            self.seen.add(job.attempt)
            log = LogSpan(path="logs/1", start=7)
            self.tell(Started(attempt=job.attempt, at=self.world.clock.now(), worker="w", log=log))

    def _end(self, outcome):
        if outcome.attempt in self.running:
            del self.running[outcome.attempt]
            self.tell(outcome)

    def cancel(self, attempt, reason):
        if attempt in self.running:
            dice = self.world.dice
            if dice.random() < self.world.weather.deaf:
                del self.running[attempt]
                return
            late = Cancelled(attempt=attempt, ended_at=self.world.clock.now())
            asyncio.get_running_loop().call_later(dice.random(), self._end, late)

    def tell(self, report):
        self.world.reported.add(report.attempt)
        dice, loop = self.world.dice, asyncio.get_running_loop()
        if self.alive:
            self.report(report)
        if dice.random() < self.world.weather.duplicate:
            loop.call_later(dice.random() * 2, self.world.tell_again, report)


class DiceChildren:
    """Starts what launch-plan nodes stand for, as the platform does: once for each name."""

    def __init__(self, world):
        self.world = world
        self.driver = world.driver

    def find(self, child):
        return next((new for new in self.world.store.new.values() if new.name == child.name), None)

    async def start(self, child):
        found = self.find(child)
        if found is None:
            closed = PLANS[child.launch_plan.name]
            key = int(child.name[1:13], 16)
            new = replace(
                new_execution(closed, key, child.inputs),
                name=child.name,
                parent_execution=child.parent,
                parent_node=child.node,
            )
            self.world.store.closures[new.closure_digest] = closed
            await self.driver.create(new, closed)
            return None
        return self.end(child, found)

    async def stop(self, child, cause):
        found = self.find(child)
        if found is None:
            return ChildEnded(node=child.node, name=child.name, phase=ExecutionPhase.ABORTED)
        with contextlib.suppress(PreconditionFailed):
            await self.driver.terminate(found.key, cause, "")
        return self.end(child, found)

    def end(self, child, found):
        row = self.world.store.executions.get(found.key)
        if row is None or not row.phase.terminal:
            return None
        return ChildEnded(
            node=child.node,
            name=child.name,
            phase=row.phase,
            outputs=literals.map_from_bytes(row.outputs or self.world.blobs.kept.get(row.outputs_uri, b"")),
            error=execution_pb2.ExecutionError.FromString(row.error) if row.error else None,
        )


@dataclass
class World:
    """One seed's world: its fates, its weather, and what its driver has told."""

    seed: int
    weather: Weather
    loop: asyncio.AbstractEventLoop = None
    driver_type: type[Driver] = Driver
    checking: float = 1.0
    """Share of the commits after which the rows are checked against all that the driver has in mind."""
    ever_started: set = field(default_factory=set)
    reported: set = field(default_factory=set)
    faults: list = field(default_factory=list)
    """Checks that did not hold."""
    crashes: int = 0

    def __post_init__(self):
        self.dice = random.Random(self.seed)
        self.checker = random.Random(self.seed)
        self.clock = LoopClock(self.loop)
        self.store = MemoryStore(self)
        self.blobs = MemoryBlobs()
        self.catalog = MemoryCatalog(self)
        self.crashed = asyncio.Event()
        self.driver = self.executor = None
        self.graphs = Graphs()
        self.written = asyncio.Event()

    def fate(self, job, count):
        """What becomes of a task's n-th try that counts."""
        dice = random.Random(f"{self.seed} {job.execution.name} {job.attempt.place} {count}")
        if job.task.metadata.timeout.seconds:
            return "hang"
        if job.task.metadata.discoverable:  # who computes it, and how often, is not to matter
            return "system" if count == 0 and dice.random() < 0.3 else "succeed"
        return dice.choices(["succeed", "retry", "system", "fail"], weights=[80, 12, 6, 2])[0]

    def outcome(self, job):
        match self.fate(job, self.store.failures(job.attempt)):
            case "hang":
                return None
            case "succeed":
                given = job.inputs.literals.values()
                total = sum(literals.primitive_value(value) for value in given if literals.kind(value) == "integer")
                outputs = literals.literal_map({"o0": literals.primitive(total + 1)})
                return Succeeded(attempt=job.attempt, outputs=outputs, started_at=self.clock.now())
            case "retry":
                return self._failed(job, "RECOVERABLE", "USER")
            case "system":
                return self._failed(job, "RECOVERABLE", "SYSTEM")
            case _:
                return self._failed(job, "NON_RECOVERABLE", "USER")

    def _failed(self, job, kind, origin):
        error = errors_pb2.ContainerError(
            code=f"{origin}:Oops",
            message="oops",
            kind=errors_pb2.ContainerError.Kind.Value(kind),
            origin=execution_pb2.ExecutionError.ErrorKind.Value(origin),
        )
        return Failed(attempt=job.attempt, error=error)

    def answer_later(self, signal):
        """Somebody answers each signal, always the same, and goes on trying until it is taken."""
        self.loop.call_later(self.dice.random() * 5, lambda: self.loop.create_task(self._answer(signal)))

    async def _answer(self, signal):
        where = signal.execution, signal.signal
        fate = random.Random(f"{self.seed} {where}")
        answer = fate.random() < 0.9 if signal.signal.startswith("yes") else fate.randint(0, 5)
        while not self.store.signals[where].value and not self.store.executions[signal.execution].phase.terminal:
            if self.driver.live(signal.execution) and not self.crashed.is_set():
                giving = self.driver.give_signal(*where, literals.primitive(answer))
                with contextlib.suppress(TimeoutError, TryAgain, PreconditionFailed):
                    await asyncio.wait_for(giving, 5)
            await asyncio.sleep(0.1)

    async def boot(self):
        self.crashed.clear()
        self.executor = DiceExecutor(self)
        ports = Ports(
            store=self.store,
            executor=self.executor,
            observer=self,
            blobs=self.blobs,
            catalog=self.catalog,
            clock=self.clock,
            layout=layout,
        )
        settings = DriverSettings(inline_limit=24, events_per_turn=3, nodes_per_step=2, patience=30.0)
        self.driver = self.driver_type(ports, settings)
        self.driver._graphs = self.graphs  # they never change, and making them anew at each boot takes a fifth of all
        await self.driver.open(DiceChildren(self))

    async def crash(self):
        """Die here: the caller never comes back."""
        self.crashes += 1
        self.crashed.set()
        await asyncio.Event().wait()

    async def reboot(self):
        self.driver._loop_task.cancel()
        dead = self.executor
        dead.alive = False
        self.driver._launching.close()
        self.driver._lookups.close()
        for job in list(dead.running.values()):
            outcome = self.outcome(job)
            if outcome is not None and self.dice.random() < self.weather.zombies:
                self.reported.add(outcome.attempt)
                self.loop.call_later(self.dice.random() * 3, self.tell_again, outcome)
        dead.running.clear()
        await self.boot()

    async def live_through(self, until):
        """Boot again after each crash, until that comes true."""
        watch = asyncio.ensure_future(until)
        while not watch.done():
            death = asyncio.ensure_future(self.crashed.wait())
            await asyncio.wait([watch, death], return_when=asyncio.FIRST_COMPLETED)
            if self.crashed.is_set():
                await self.reboot()
            death.cancel()
        return watch.result()

    def is_task(self, row):
        """Whether the items of a row are tasks."""
        return bool(self.store.nodes[row.execution, row.node].task)

    def tell_again(self, report):
        self.driver.report(report)

    def committed(self, batch):
        for execution in batch.executions:
            if self.store.executions.get(execution.key) != execution and not self.crashed.is_set():
                self.fault(f"{execution} was told and is not what stands in the rows")

    def fault(self, what):
        """Note what may never happen; raised here it would look like an executor's or a store's trouble."""
        self.faults.append(AssertionError(what))

    def deck_published(self, report):
        assert isinstance(report, DeckPublished)

    def check_nothing_runs(self, key):
        ended = self.store.executions
        children = [new for new in self.store.new.values() if new.parent_execution == key]
        assert all(new.key in ended and ended[new.key].phase.terminal for new in children), (
            "a child outlives its parent"
        )
        running = [attempt for attempt in self.executor.running if attempt.execution == key]
        assert not running, f"{running} outlive their execution"

    def check_restored(self):
        """What the rows say is exactly what the driver has in mind."""
        if self.crashed.is_set() or self.checker.random() >= self.checking:
            return
        for key, live in self.driver._live.items():
            row = self.store.executions.get(key)
            if row is None or row.phase.terminal:
                continue
            restored = machine.restore(
                self.store.loaded(key), live.state.graph, layout(live.state.new), self.blobs.kept
            )
            assert in_order(restored) == in_order(live.state)


def in_order(state):
    """Heaps with the same entries may lie differently, and dictionaries of nodes have no order that means anything."""
    state.held.sort()
    return state
