"""The driver: it takes what has happened, steps the machine, commits, and only then acts.

While a commit is under way, new events gather; the next turn takes them all, so that a busy platform writes in groups.
Small executions have turns of their own, which go on beside the large ones' (decision 0018).
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby, islice
from math import inf

from flyteidl.core import compiler_pb2, execution_pb2, literals_pb2, types_pb2

from flyweight import literals
from flyweight.clock import Micros
from flyweight.engine import machine
from flyweight.engine.acting import Acting
from flyweight.engine.children import ChildEnded
from flyweight.engine.commit import Committer
from flyweight.engine.graph import Graphs, unsupported
from flyweight.engine.inbox import Happening
from flyweight.engine.jobs import Report
from flyweight.engine.lanes import Breath, Lane, Live
from flyweight.engine.machine import Event
from flyweight.engine.noting import note_end, note_stopped, note_taken_up
from flyweight.engine.phases import ExecutionPhase
from flyweight.engine.ports import Capacity, Children, Ports
from flyweight.engine.recollecting import Recollecting
from flyweight.engine.records import NO_EXECUTION, NOT_YET, NewExecution
from flyweight.engine.recovery import PARENT_LOST, Recovery, load_closure
from flyweight.engine.stepping import Stepping
from flyweight.engine.timers import Timers
from flyweight.engine.turns import Creation, Part
from flyweight.errors import PreconditionFailed, TryAgain, Unsupported
from flyweight.ids import ExecutionKey


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverSettings:
    """The driver's limits."""

    inline_limit: int = 64 * 1024
    """Literal maps of more bytes stand as blobs, not in rows."""
    events_per_turn: int = 128
    """More save little. Each report counts."""
    reports_per_event: int = 8
    """So many reports on one execution are one event at most: a step's length is what others wait for."""
    nodes_per_step: int = 100
    """Nodes that begin for one event before others get their turn; the rest follow in later steps."""
    steps_per_turn: int = 5
    """So often at most an execution is stepped in a turn for what earlier steps left, once with its event included."""
    breath_things: int = 4
    """So many events (each report counts) or commands a turn takes at once while small executions are about; then
    everybody else on the loop goes on. Alone, a large one's turn is not broken: what its workers say is read together
    meanwhile."""
    breath_seconds: float = 0.0005
    """So long, too."""
    company: float = 1.0
    """Seconds for which small executions are about after the last event of one."""
    queue_timeout: float = 0.0
    """Seconds that an attempt may wait for a slot; 0 is no limit."""
    gathering: float = 0.04
    """Seconds that events are gathered for one commit, at most, while attempts wait for a slot: no worker is idle then,
    so what follows from the events could not start sooner anyway. Small executions' events are not gathered, nor more
    than a turn takes."""
    quickest: float = 0.0003
    """Seconds that an attempt keeps all slots busy at least: so long is gathered for each one that waits."""
    small: int = 8
    """So many attempts that are open, or events that wait, make an execution that is not small any more."""
    patience: float = 10.0
    """Seconds that a caller waits for a disk that cannot be written."""
    closing_grace: float = 5.0
    """Seconds that ``close`` waits for what was reported to be written."""


class Driver:
    """Runs executions. All methods are called on the event loop that ``open`` was called on."""

    def __init__(self, ports: Ports, settings: DriverSettings | None = None) -> None:
        self._ports = ports
        self._settings = settings or DriverSettings()
        self._graphs = Graphs()
        self._live: dict[ExecutionKey, Live] = {}
        self._small, self._large = self._lanes = [Lane(full=self._settings.events_per_turn) for _ in range(2)]
        self._company_until = 0.0
        self._closing = self._closed = False
        self._taken_up = asyncio.Event()
        """Clear while executions are loaded that may be asked for."""
        self._taken_up.set()
        self._loop_task: asyncio.Task[None] | None = None
        self._recollecting = Recollecting(store=ports.store, blobs=ports.blobs, layout=ports.layout)
        self._acting = Acting(ports, self._graphs, tell=self._told, timers=self._timers)
        self._committer = Committer(
            store=ports.store,
            blobs=ports.blobs,
            clock=ports.clock,
            patience=self._settings.patience,
            undo=self._undo,
            stuck=self._excuse_waiting,
            end=lambda part, error: self._stepping.end(part, self._live[part.key].state, error),
        )
        self._stepping = Stepping(
            clock=ports.clock,
            inline_limit=self._settings.inline_limit,
            nodes_per_step=self._settings.nodes_per_step,
            queue_timeout=Micros(int(self._settings.queue_timeout * 1_000_000)),
        )

    async def open(self, children: Children | None = None, last_seen: Micros = NOT_YET) -> None:
        """Open the executor, begin to run, and take up what had not ended when the platform stopped last.

        Returns once all of it is taken up; what was loaded first runs by then.

        Args:
            children: starts the executions of launch-plan nodes; without it, those nodes fail.
            last_seen: when the platform was last known to live: what ran then is taken to have ended then. If that is
                not known, it ends now.
        """
        self._acting.open(children)
        await self._ports.executor.open(self.report)
        recovery = Recovery(
            store=self._ports.store,
            blobs=self._ports.blobs,
            graphs=self._graphs,
            recollecting=self._recollecting,
            layout=self._ports.layout,
            clock=self._ports.clock,
        )
        self._loop_task = asyncio.get_running_loop().create_task(self._drive(), name="driver")
        self._taken_up.clear()
        going_on = attempts = given_up = 0
        try:
            async for found in recovery.recover():
                for lost in found.lost:
                    await self._ports.store.commit(lost.rows)
                    # Its parent, which is older, may run by now, and have found it under way.
                    self._tell_parent(lost.new, ExecutionPhase.FAILED, error=lost.error)
                given_up += len(found.lost)
                for state in found.states:
                    going_on, attempts = going_on + 1, attempts + state.open_attempts
                    self._live[state.new.key] = Live(state=state, lane=self._large)
                    self._happened(Happening(state.new.key, machine.Restarted(last_seen=last_seen)))
                for key in found.orphans:
                    self._happened(Happening(key, machine.Terminate(cause=PARENT_LOST)))
        finally:
            self._taken_up.set()
        note_taken_up(going_on, attempts, given_up)

    async def close(self) -> None:
        """Stop the executor and the loop. What has not ended goes on at the next ``open``."""
        self._closing = True
        await self._ports.executor.close()
        for lane in self._lanes:
            lane.wake.set()
        if self._loop_task is not None:
            _, late = await asyncio.wait([self._loop_task], timeout=self._settings.closing_grace)
            for task in late:
                task.cancel()
            await asyncio.gather(self._loop_task, return_exceptions=True)
        self._closed = True
        # After the loop, whose last turn may have given it something to do.
        self._acting.close()
        for live in self._live.values():
            live.timers.clear()
        for lane in self._lanes:
            _refuse(lane.waiters())

    async def create(self, new: NewExecution, closure: compiler_pb2.CompiledWorkflowClosure | None = None) -> None:
        """Start an execution; returns once it is durable.

        Args:
            new: its row. ``inputs``, or the blob at ``inputs_uri``, are what it runs with.
            closure: what it runs, with the digest ``new.closure_digest``. Needed for a single task's execution, whose
                closure is kept with it; otherwise it is loaded from the store if it is not given.

        Raises:
            Unsupported: it has nodes that this version cannot run.
            AlreadyExists: its name is taken.
            TryAgain: nothing can be written at the moment; nothing was started.
        """
        if self._closing:
            raise TryAgain("The platform is stopping.")
        graph = self._graphs.get(new.closure_digest)
        if graph is None and closure is not None:
            graph = self._graphs.build(new.closure_digest, closure)
        elif graph is None:
            graph = await load_closure(new.closure_digest, self._graphs, self._ports.store)
        problems = unsupported(graph)
        if problems:
            raise Unsupported("This version cannot run " + "; ".join(problems))
        data = await self._ports.blobs.read(new.inputs_uri) if new.inputs_uri else new.inputs
        past = await self._recollecting.of(new)
        state = machine.begin(new, graph, self._ports.layout(new), literals.map_from_bytes(data), past)
        kept = {new.closure_digest: literals.to_bytes(closure)} if closure is not None and new.task else {}
        creation = Creation(new=new, closures=kept, done=asyncio.get_running_loop().create_future())
        self._live[new.key] = Live(state=state, lane=self._small)
        self._happened(Happening(new.key, machine.Created(), creation=creation))
        await creation.done

    async def terminate(self, key: ExecutionKey, cause: str, principal: str) -> None:
        """Have an execution stopped; returns once that is durable. What runs of it is stopped after that.

        Raises:
            PreconditionFailed: it has ended.
            TryAgain: nothing can be written at the moment.
        """
        await self._tell(key, machine.Terminate(cause=cause, principal=principal))

    async def want_signal(self, key: ExecutionKey, signal: str, kind: types_pb2.LiteralType) -> None:
        """Have a signal of an execution, if it is not there yet; returns once durable; raises as ``terminate``."""
        await self._tell(key, machine.SignalWanted(signal=signal, type=kind))

    async def give_signal(self, key: ExecutionKey, signal: str, value: literals_pb2.Literal) -> None:
        """Give a signal that has none a value of its type; returns once that is durable; raises as ``terminate``."""
        await self._tell(key, machine.SignalSet(signal=signal, value=value))

    async def _tell(self, key: ExecutionKey, event: Event) -> None:
        if key not in self._live:
            await self._taken_up.wait()
        if key not in self._live:
            raise PreconditionFailed("The execution has ended already.")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._happened(Happening(key, event, done=done))
        await done

    def report(self, *reports: Report) -> None:
        """Take an executor's reports. One about an attempt that is over is dropped."""
        size = self._settings.reports_per_event
        for key, told in groupby(reports, lambda report: report.attempt.execution):
            while some := tuple(islice(told, size)):
                self._told(key, machine.Reported(reports=some))

    def live(self, key: ExecutionKey) -> bool:
        """Tell whether an execution has not ended."""
        return key in self._live

    def load(self) -> dict[str, int]:
        """Tell how many executions have not ended, and how busy the executor is."""
        capacity = self.capacity()
        return {
            "executions": len(self._live),
            "slots": capacity.slots,
            "busy": capacity.busy,
            "queued": capacity.queued,
        }

    def capacity(self) -> Capacity:
        """Tell how busy the executor is."""
        return self._ports.executor.capacity()

    async def ended(self) -> None:
        """Wait until the driver runs no more: after ``close``, or for a fault of ours, which is raised.

        After a fault nothing moves here any more. All that was told to anybody is in the store, so that the remedy is
        to stop, and start anew.
        """
        if self._loop_task is not None:
            await asyncio.shield(self._loop_task)

    def _told(self, key: ExecutionKey, event: Event) -> None:
        self._happened(Happening(key, event))

    def _timers(self, key: ExecutionKey) -> Timers | None:
        live = self._live.get(key)
        return live.timers if live is not None else None

    def _happened(self, happening: Happening) -> None:
        if self._closed:
            _refuse(happening.waiters())
            return
        live = self._live.get(happening.key)
        if live is None:
            _too_late(happening)
            return
        small, key = self._settings.small, happening.key
        if not live.lane.holds(key):
            live.lane = self._small if live.state.open_attempts < small else self._large
        elif live.lane is self._small and self._small.inbox.of(key) >= small and key not in self._small.turn:
            live.lane = self._large
            for waiting in self._small.inbox.take_all(key):
                self._large.put(waiting)
        if live.lane is self._small:
            self._company_until = self._ports.clock.monotonic() + self._settings.company
        live.lane.put(happening)

    async def _drive(self) -> None:
        running = [asyncio.ensure_future(self._run(lane)) for lane in self._lanes]
        try:
            await asyncio.gather(*running)
        except Exception:  # a fault of ours: nothing is to move any more
            for each in running:
                each.cancel()
            raise

    async def _run(self, lane: Lane) -> None:
        while True:
            while not lane.inbox:
                if self._closing and not any(other.inbox or other.turn for other in self._lanes):
                    return
                lane.wake.clear()
                await lane.wake.wait()
            if lane is self._large and not self._closing:
                await self._gather(lane)
            await self._turn(lane)
            # A store that answers at once would else keep everybody else on this loop waiting.
            await asyncio.sleep(0)
            if self._closing:
                for other in self._lanes:
                    other.wake.set()

    async def _gather(self, lane: Lane) -> None:
        """Let more events come, for as long as that keeps nobody idle."""
        while_busy = self._ports.executor.capacity().queued * self._settings.quickest
        if while_busy and not lane.pressing.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(lane.pressing.wait(), min(while_busy, self._settings.gathering))

    async def _turn(self, lane: Lane) -> None:
        clock, settings = self._ports.clock, self._settings
        alone = clock.monotonic() > self._company_until
        breath = Breath(clock, inf if alone else settings.breath_things, inf if alone else settings.breath_seconds)
        await self._step(lane, breath)
        touched = list(lane.turn.values())
        for part, live in touched:
            for _ in range(self._settings.steps_per_turn - 1):
                if not self._stepping.go_on(part, live.state):
                    break
                if breath.spent():
                    await breath.draw()
            self._stepping.gather(part, live.state)
            if breath.spent():
                await breath.draw()
        await self._finish([part for part, _ in touched], breath)
        lane.turn.clear()
        for part, live in touched:
            note_stopped(live.state.new, part.commands)
            if live.state.phase.terminal and self._live.pop(part.key, None) is not None:
                live.timers.clear()
                self._acting.forget(part.key)
                state = live.state
                note_end(state)
                self._tell_parent(state.new, state.phase, outputs=state.outputs, error=state.error)
            elif machine.unsettled(live.state):
                self._happened(Happening(part.key, machine.Continued()))

    async def _step(self, lane: Lane, breath: Breath) -> None:
        """Take the events of a turn."""
        left = self._settings.events_per_turn
        for _ in range(len(lane.inbox)):
            if not lane.inbox or left <= 0:  # what waited went to the other lane, or was excused
                break
            happening = lane.inbox.take()
            left -= happening.things
            live = self._live.get(happening.key)
            if live is None or live.state.phase.terminal:
                _too_late(happening)
                continue
            if happening.key not in lane.turn:
                lane.turn[happening.key] = self._stepping.new_part(happening.key), live
            self._stepping.step(lane.turn[happening.key][0], live.state, happening)
            if breath.spent(happening.things):
                await breath.draw()
        lane.taken()

    async def _finish(self, parts: list[Part], breath: Breath) -> None:
        """Make it durable, and only then act on it."""
        committed = await self._committer.commit(parts)
        breath.begin()  # while it was written
        await self._acting.act(committed, breath)

    def _tell_parent(
        self,
        new: NewExecution,
        phase: ExecutionPhase,
        *,
        outputs: literals_pb2.LiteralMap | None = None,
        error: execution_pb2.ExecutionError | None = None,
    ) -> None:
        """Tell the execution that started this one, if there is one, that it has ended and how."""
        if new.parent_execution != NO_EXECUTION:
            ended = ChildEnded(node=new.parent_node, name=new.name, phase=phase, outputs=outputs, error=error)
            self._happened(Happening(new.parent_execution, ended))

    def _undo(self, creation: Creation, error: Exception) -> None:
        """Forget an execution that could not be committed."""
        live = self._live.pop(creation.new.key, None)
        if live is not None:
            live.timers.clear()
        if not creation.done.done():
            creation.done.set_exception(error)

    def _excuse_waiting(self, error: TryAgain) -> None:
        """Answer whoever waits for the turn after the one that cannot be written. What has begun goes on waiting."""
        waiting = [(lane, happening) for lane in self._lanes for happening in lane.inbox.take_all()]
        for lane, happening in waiting:
            if happening.creation is not None:
                self._undo(happening.creation, error)
                continue
            lane.put(happening)
            if happening.done is not None and not happening.done.done():
                happening.done.set_exception(error)


def _refuse(waiters: Iterable[asyncio.Future[None]]) -> None:
    """Tell callers that nothing is done any more."""
    for waiter in waiters:
        if not waiter.done():
            waiter.set_exception(TryAgain("The platform is stopping."))


def _too_late(happening: Happening) -> None:
    """Answer whoever waits for an event of an execution that has ended."""
    if happening.done is not None and not happening.done.done():
        happening.done.set_exception(PreconditionFailed("The execution has ended already."))
