"""The platform around a driver, made of dice: a store that crashes, executors that delay, repeat, reorder and lose.

What becomes of each task is decided by the seed alone, not by when it runs, so that a run with crashes must come to
the same end as one without.
"""

import asyncio
import contextlib
import random
from dataclasses import dataclass, field

from flyteidl.admin import execution_pb2 as admin_execution_pb2
from flyteidl.core import errors_pb2, execution_pb2

from flyweight import literals
from flyweight.engine import machine
from flyweight.engine.children import ChildEnded
from flyweight.engine.driver import Driver, DriverSettings
from flyweight.engine.graph import Graphs
from flyweight.engine.jobs import Cancelled, DeckPublished, Failed, LogSpan, Started, Succeeded
from flyweight.engine.phases import ExecutionPhase
from flyweight.engine.ports import Capacity, Ports
from flyweight.engine.records import NOT_YET
from flyweight.errors import PreconditionFailed, TryAgain
from flyweight.executors.ceilings import CeilingExecutor
from flyweight.ids import NO_ITEM, AttemptId
from flyweight.semantics.layout import FUTURES
from tests.simulation.memory import MemoryBlobs, MemoryCatalog, MemoryStore
from tests.simulation.programs import DYNAMIC, PLANS, random_drawing
from tests.simulation.virtual_time import LoopClock
from tests.simulation.workflows import layout, new_execution, plan


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


class DiceExecutor:
    """Runs jobs as the world's fates say, at times that the dice say."""

    def __init__(self, world):
        self.world = world
        self.running = {}
        self.heard = []
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
        if 0 < self.world.ceiling <= len(self.running):
            self.world.fault(f"{job.attempt} was started beside {len(self.running)} others of its project")
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

    def _tell_all(self):
        heard, self.heard = self.heard, []
        if self.alive:
            self.report(*heard)

    def tell(self, report):
        self.world.reported.add(report.attempt)
        dice, loop = self.world.dice, asyncio.get_running_loop()
        self.heard.append(report)
        if len(self.heard) == 1:
            loop.call_later(dice.random() * 0.2, self._tell_all)
        if dice.random() < self.world.weather.duplicate:
            loop.call_later(dice.random() * 2, self.world.tell_again, report)


RECOVERED = admin_execution_pb2.ExecutionMetadata.RECOVERED


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
            new = new_execution(closed, key, child.inputs)._replace(
                name=child.name,
                parent_execution=child.parent,
                parent_node=child.node,
                **self.recovery(child),
            )
            self.world.store.closures[new.closure_digest] = closed
            await self.driver.create(new, closed)
            return None
        return self.end(child, found)

    def recovery(self, child):
        old = next((new for new in self.world.store.new.values() if new.name == child.recovers), None)
        if old is None or not self.world.store.executions[old.key].phase.terminal:
            return {}
        return {"mode": RECOVERED, "reference_execution": old.key}

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
    last_seen: int = NOT_YET

    def __post_init__(self):
        self.dice = random.Random(self.seed)
        self.checker = random.Random(self.seed)
        self.ceiling = random.Random(f"{self.seed} ceiling").choice([0, 1, 2, 4])
        """How much of all executions together may run at once."""
        self.clock = LoopClock(self.loop)
        self.store = MemoryStore(self)
        self.blobs = MemoryBlobs()
        self.catalog = MemoryCatalog(self)
        self.crashed = asyncio.Event()
        self.driver = self.executor = None
        self.graphs = Graphs()
        self.written = asyncio.Event()

    def place(self, attempt):
        """Where an attempt's node or item stands, in words that are the same in a calm and in a storm."""
        above = self.node_place(attempt.execution, attempt.node)
        return above if attempt.item == NO_ITEM else f"{above} {attempt.item}"

    def node_place(self, execution, node):
        """Where a node stands; of those around it that drew it, only the attempts that count are told."""
        row = self.store.nodes[execution, node]
        if not row.parent:
            return f"{self.origin(self.store.new[execution])} {row.spec_node}"
        count = self.store.failures(AttemptId(execution, row.parent, row.parent_attempt))
        return f"{self.node_place(execution, row.parent)}/{count}/{row.spec_node}"

    def origin(self, new):
        """What an execution is called, or if a node started it, where that node stands: names have attempts in them."""
        if not new.parent_execution:
            return new.name
        return f"{self.node_place(new.parent_execution, new.parent_node)} {new.inputs}"

    async def tasks(self, keys):
        assert not keys
        return []

    async def launch_plans(self, keys):
        return [plan(PLANS[key.name].primary.template) for key in keys]

    def fate(self, job, count):
        """What becomes of a task's n-th try that counts."""
        dice = random.Random(f"{self.seed} {self.place(job.attempt)} {count}")
        if job.task.metadata.timeout.seconds:
            return "hang"
        if job.task.metadata.discoverable:  # who computes it, and how often, is not to matter
            return "system" if count == 0 and dice.random() < 0.3 else "succeed"
        return dice.choices(["succeed", "retry", "system", "fail"], weights=[80, 12, 6, 2])[0]

    def outcome(self, job):
        count = self.store.failures(job.attempt)
        match self.fate(job, count):
            case "hang":
                return None
            case "succeed" if job.task.id == DYNAMIC.id:
                seed = f"{self.seed} {self.place(job.attempt)} {count}"
                self.blobs.kept[f"{job.output_prefix}/{FUTURES}"] = literals.to_bytes(random_drawing(seed))
                return Succeeded(attempt=job.attempt, outputs=literals.literal_map({}), drew=True)
            case "succeed":
                given = [self.blobs.whole(value) for value in job.inputs.literals.values()]
                total = sum(literals.primitive_value(value) for value in given if literals.kind(value) == "integer")
                value = literals.primitive(total + 1)
                # Every third number counts as large; which, does not depend on who computes it.
                outputs = literals.literal_map({"o0": self.blobs.apart(value) if total % 3 == 0 else value})
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
        self.below_ceiling = CeilingExecutor(self.executor, {"*": self.ceiling}, self.clock)
        ports = Ports(
            store=self.store,
            executor=self.below_ceiling,
            observer=self,
            blobs=self.blobs,
            catalog=self.catalog,
            registered=self,
            clock=self.clock,
            layout=layout,
        )
        settings = DriverSettings(
            inline_limit=24,
            events_per_turn=3,
            nodes_per_step=2,
            steps_per_turn=2,
            breath_things=2,
            small=self.dice.choice([0, 2, 8]),
            patience=30.0,
        )
        self.driver = self.driver_type(ports, settings)
        # They never change, and making them anew at each boot takes a fifth of all.
        self.driver._graphs = self.driver._acting._drawing._graphs = self.graphs
        opening = asyncio.ensure_future(self.driver.open(DiceChildren(self), self.last_seen))
        death = asyncio.ensure_future(self.crashed.wait())
        await asyncio.wait([opening, death], return_when=asyncio.FIRST_COMPLETED)
        death.cancel()
        if opening.done():
            opening.result()
        opening.cancel()

    async def crash(self):
        """Die here: the caller never comes back."""
        self.crashes += 1
        self.last_seen = self.clock.now()
        self.crashed.set()
        await asyncio.Event().wait()

    async def reboot(self):
        self.driver._loop_task.cancel()
        dead = self.executor
        await self.below_ceiling.close()
        self.driver._acting.close()
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

    def check_restored(self, written):
        """What the rows say is exactly what the driver has in mind, but for what it is at and has not written yet."""
        if self.crashed.is_set() or self.checker.random() >= self.checking:
            return
        at = {key for lane in self.driver._lanes for key in lane.turn} - written
        for key, live in self.driver._live.items():
            row = self.store.executions.get(key)
            if row is None or row.phase.terminal or key in at:
                continue
            drawn = {name: node.drawn for name, node in live.state.nodes.items() if node.drawn is not None}
            restored = machine.restore(
                self.store.loaded(key),
                live.state.graph,
                layout(live.state.new),
                self.blobs.kept,
                drawn,
                live.state.past,
            )
            assert in_order(restored) == in_order(live.state)


def in_order(state):
    """Heaps with the same entries may lie differently, and dictionaries of nodes have no order that means anything."""
    state.held.sort()
    return state
