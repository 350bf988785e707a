"""The driver: the platform's one loop. It takes what has happened, steps the machine, commits, and only then acts.

While a commit is under way, new events gather; the next turn takes them all, so that a busy platform writes in groups.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from flyteidl.core import compiler_pb2, execution_pb2, literals_pb2, types_pb2

from flyweight import literals
from flyweight.clock import Clock, Micros
from flyweight.engine import machine
from flyweight.engine.children import ChildEnded
from flyweight.engine.closing import aborted_attempts, aborted_items, aborted_nodes, platform_reason
from flyweight.engine.commit import Committer
from flyweight.engine.drawing import Drawing
from flyweight.engine.fetching import Fetching
from flyweight.engine.graph import Graphs, unsupported
from flyweight.engine.jobs import DeckPublished, Job, Report, refused
from flyweight.engine.launching import Launching
from flyweight.engine.lookups import Lookups
from flyweight.engine.machine import (
    CancelAttempt,
    Changes,
    Command,
    CompileDrawn,
    DropTimers,
    Event,
    Fetch,
    LetGo,
    LookUp,
    SetTimer,
    StartAttempt,
    StartChild,
    StopChild,
)
from flyweight.engine.model import Changed, ExecutionState
from flyweight.engine.ports import Blobs, Capacity, Catalog, Children, EngineStore, Executor, Observer, Registered
from flyweight.engine.recollecting import Recollecting
from flyweight.engine.records import NO_EXECUTION, NewExecution
from flyweight.engine.recovery import Recovery, load_closure
from flyweight.engine.timers import Timers
from flyweight.engine.turns import Creation, Part, batch_of, is_empty
from flyweight.errors import PreconditionFailed, TryAgain, Unsupported
from flyweight.ids import ExecutionKey
from flyweight.semantics.layout import ExecutionLayout

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What the driver works with."""

    store: EngineStore
    executor: Executor
    observer: Observer
    blobs: Blobs
    catalog: Catalog
    registered: Registered
    clock: Clock
    layout: Callable[[NewExecution], ExecutionLayout]
    """Tells where an execution's data lies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverSettings:
    """The driver's limits."""

    inline_limit: int = 64 * 1024
    """Literal maps of more bytes stand as blobs, not in rows."""
    events_per_turn: int = 128
    """More save little, and keep everybody else on this loop waiting."""
    nodes_per_step: int = 500
    """Nodes that begin for one event before others get their turn; the rest follow in the next turns."""
    queue_timeout: float = 0.0
    """Seconds that an attempt may wait for a slot; 0 is no limit."""
    gathering: float = 0.01
    """Seconds that events are gathered for one commit while attempts wait for a slot: no worker is idle then, so what
    follows from the events could not start sooner anyway. Nobody gathers while a small execution has news."""
    small: int = 8
    """So many attempts that are open make an execution that is not small any more."""
    patience: float = 10.0
    """Seconds that a caller waits for a disk that cannot be written."""
    closing_grace: float = 5.0
    """Seconds that ``close`` waits for what was reported to be written."""


@dataclass(slots=True, kw_only=True)
class _Live:
    state: ExecutionState
    timers: Timers = field(default_factory=Timers)


@dataclass(frozen=True, slots=True)
class _Happening:
    """An event, and who waits for it to be committed."""

    key: ExecutionKey
    event: Event
    creation: Creation | None = None
    done: asyncio.Future[None] | None = None


class Driver:
    """Runs executions. All methods are called on the event loop that ``open`` was called on."""

    def __init__(self, ports: Ports, settings: DriverSettings | None = None) -> None:
        self._ports = ports
        self._settings = settings or DriverSettings()
        self._graphs = Graphs()
        self._live: dict[ExecutionKey, _Live] = {}
        self._inbox: deque[_Happening] = deque()
        self._wake = asyncio.Event()
        self._pressing = asyncio.Event()
        """Set while the inbox has something that somebody is likely to wait for."""
        self._closing = False
        self._loop_task: asyncio.Task[None] | None = None
        self._recollecting = Recollecting(store=ports.store, blobs=ports.blobs, layout=ports.layout)
        self._launching = Launching(None, lambda _, __: None)
        self._lookups = Lookups(
            catalog=ports.catalog,
            blobs=ports.blobs,
            clock=ports.clock,
            tell=lambda key, answer: self._happened(_Happening(key, answer)),
        )
        self._drawing = Drawing(
            blobs=ports.blobs,
            registered=ports.registered,
            graphs=self._graphs,
            tell=lambda told: self._happened(_Happening(told.attempt.execution, told)),
        )
        self._fetching = Fetching(blobs=ports.blobs, tell=lambda key, told: self._happened(_Happening(key, told)))
        self._committer = Committer(
            store=ports.store,
            blobs=ports.blobs,
            clock=ports.clock,
            patience=self._settings.patience,
            undo=self._undo,
            stuck=self._excuse_waiting,
            end=self._end,
        )

    async def open(self, children: Children | None = None) -> None:
        """Open the executor, take up what had not ended when the platform stopped last, and begin to run.

        Args:
            children: starts the executions of launch-plan nodes; without it, those nodes fail.
        """
        self._launching = Launching(children, lambda key, event: self._happened(_Happening(key, event)))
        await self._ports.executor.open(self.report)
        recovery = Recovery(
            store=self._ports.store,
            blobs=self._ports.blobs,
            graphs=self._graphs,
            recollecting=self._recollecting,
            layout=self._ports.layout,
            clock=self._ports.clock,
        )
        found = await recovery.recover()
        for batch in found.lost:
            await self._ports.store.commit(batch)
        for state in found.states:
            self._live[state.new.key] = _Live(state=state)
            self._happened(_Happening(state.new.key, machine.Restarted()))
        self._loop_task = asyncio.get_running_loop().create_task(self._run(), name="driver")

    async def close(self) -> None:
        """Stop the executor and the loop. What has not ended goes on at the next ``open``."""
        self._closing = True
        await self._ports.executor.close()
        self._wake.set()
        if self._loop_task is not None:
            _, late = await asyncio.wait([self._loop_task], timeout=self._settings.closing_grace)
            for task in late:
                task.cancel()
            await asyncio.gather(self._loop_task, return_exceptions=True)
        # After the loop, whose last turn may have given each of them something to do.
        for part in (self._launching, self._lookups, self._drawing, self._fetching):
            part.close()
        for live in self._live.values():
            live.timers.clear()
        for happening in self._inbox:
            waiter = happening.creation.done if happening.creation else happening.done
            if waiter is not None and not waiter.done():
                waiter.set_exception(TryAgain("The platform is stopping."))

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
        self._live[new.key] = _Live(state=state)
        self._happened(_Happening(new.key, machine.Created(), creation=creation))
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
        """Give a signal that is there a value of its type; returns once that is durable; raises as ``terminate``."""
        await self._tell(key, machine.SignalSet(signal=signal, value=value))

    async def _tell(self, key: ExecutionKey, event: Event) -> None:
        if key not in self._live:
            raise PreconditionFailed("The execution has ended already.")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._happened(_Happening(key, event, done=done))
        await done

    def report(self, report: Report) -> None:
        """Take an executor's report. One about an attempt that is over is dropped."""
        self._happened(_Happening(report.attempt.execution, report))

    def live(self, key: ExecutionKey) -> bool:
        """Tell whether an execution has not ended."""
        return key in self._live

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

    def _happened(self, happening: _Happening) -> None:
        self._inbox.append(happening)
        self._wake.set()
        live = self._live.get(happening.key)
        if live is not None and (happening.done is not None or live.state.open_attempts < self._settings.small):
            self._pressing.set()

    async def _run(self) -> None:
        while True:
            if not self._inbox:
                if self._closing:
                    return
                self._wake.clear()
                await self._wake.wait()
            if self._ports.executor.capacity().queued and not self._closing:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._pressing.wait(), self._settings.gathering)
            await self._turn()
            # A store that answers at once would else keep everybody else on this loop waiting.
            await asyncio.sleep(0)

    async def _turn(self) -> None:
        parts: dict[ExecutionKey, Part] = {}
        for _ in range(min(len(self._inbox), self._settings.events_per_turn)):
            happening = self._inbox.popleft()
            live = self._live.get(happening.key)
            if live is None or live.state.phase.terminal:
                _too_late(happening)
                continue
            part = parts.get(happening.key)
            if part is None:
                part = parts[happening.key] = self._new_part(happening.key)
            self._step(part, live.state, happening)
        if not self._inbox:
            self._pressing.clear()
        touched = [(part, self._live[key]) for key, part in parts.items()]
        for part, live in touched:
            self._gather(part, live.state)
            if machine.unsettled(live.state):
                self._happened(_Happening(part.key, machine.Continued()))
        self._act(await self._committer.commit([part for part, _ in touched]))
        for part, live in touched:
            if live.state.phase.terminal and self._live.pop(part.key, None) is not None:
                live.timers.clear()
                self._lookups.forget(part.key)
                self._tell_parent(live.state)

    def _tell_parent(self, state: ExecutionState) -> None:
        """Tell the execution that started this one, if there is one, that it has ended and how."""
        if state.new.parent_execution != NO_EXECUTION:
            new = state.new
            ended = ChildEnded(
                node=new.parent_node, name=new.name, phase=state.phase, outputs=state.outputs, error=state.error
            )
            self._happened(_Happening(new.parent_execution, ended))

    def _new_part(self, key: ExecutionKey) -> Part:
        return Part(key=key, changes=Changes(limit=self._settings.inline_limit))

    def _step(self, part: Part, state: ExecutionState, happening: _Happening) -> None:
        part.creation = happening.creation or part.creation
        if happening.done is not None:
            part.done.append(happening.done)
        if isinstance(happening.event, DeckPublished):
            part.decks.append(happening.event)
        now = self._ports.clock.now()
        share, queue_timeout = self._settings.nodes_per_step, Micros(int(self._settings.queue_timeout * 1_000_000))
        try:
            part.commands += machine.step(state, happening.event, now, share, queue_timeout)
        except Exception as error:  # a fault of ours in one execution must not stop the others
            part.commands += self._crash(state, _our_fault(state, error))

    def _crash(self, state: ExecutionState, reason: execution_pb2.ExecutionError) -> list[Command]:
        """End an execution at once; one whose state is past all use without a look at what is in it."""
        now = self._ports.clock.now()
        running = machine.open_attempts(state)
        try:
            return machine.crash(state, reason, now)
        except Exception:  # as above: its own row must do
            _log.exception("execution %s cannot even be closed in order", state.new.name)
            state.nodes.clear()
            state.changed = Changed()
            left = [CancelAttempt(attempt=attempt, reason=reason.message) for attempt in running]
            return [*left, *machine.crash(state, reason, now)]

    def _gather(self, part: Part, state: ExecutionState) -> None:
        try:
            machine.changes(state, part.changes)
        except Exception as error:  # as above; here the execution's own row must do
            part.commands += self._crash(state, _our_fault(state, error))
            state.changed = Changed(execution=True)
            part.changes = Changes(limit=self._settings.inline_limit)
            machine.changes(state, part.changes)

    def _end(self, part: Part, error: Exception) -> Part:
        """End an execution whose rows cannot be written; what its last step decided does not happen."""
        last = self._new_part(part.key)
        last.done = part.done
        state = self._live[part.key].state
        now = self._ports.clock.now()
        reason = platform_reason("NotRecorded", "what it did could not be recorded, so it ends here", error)
        last.commands = self._crash(state, reason)
        self._gather(last, state)
        # What had ended in memory is open in the store, and its row may be the one that cannot be written.
        nodes = {row.node for row in last.changes.nodes}
        attempts = {(row.node, row.attempt) for row in last.changes.attempts}
        lost, tried = part.changes.nodes, part.changes.attempts
        last.changes.nodes += aborted_nodes([row for row in lost if row.node not in nodes], reason, now)
        tried = [row for row in tried if (row.node, row.attempt) not in attempts]
        last.changes.attempts += aborted_attempts(tried, reason, now)
        chunks = {(row.node, row.chunk) for row in last.changes.items}
        lost_items = [row for row in part.changes.items if (row.node, row.chunk) not in chunks]
        last.changes.items += aborted_items(lost_items, now)
        return last

    def _act(self, parts: list[Part]) -> None:
        """Do what was decided, now that it is written."""
        for part in parts:
            for command in part.commands:
                self._carry_out(part.key, command)
            if part.creation is not None:
                _resolve(part.creation.done)
            for done in part.done:
                _resolve(done)
        # Decks first: an attempt's last one is often reported with its end, and nothing is to follow that.
        for part in parts:
            for deck in part.decks:
                self._ports.observer.deck_published(deck)
        batch = batch_of(parts)
        if not is_empty(batch):
            self._ports.observer.committed(batch)

    def _carry_out(self, key: ExecutionKey, command: Command) -> None:
        match command:
            case StartAttempt():
                self._start(command.job)
            case CancelAttempt():
                self._ports.executor.cancel(command.attempt, command.reason)
            case StartChild():
                self._launching.start(command.child)
            case StopChild():
                self._launching.stop(command.child, command.cause)
            case LookUp():
                self._lookups.ask(command.question)
            case LetGo():
                self._lookups.let_go(key, command.node, command.item)
            case CompileDrawn():
                self._drawing.compile(command)
            case Fetch():
                self._fetching.fetch(key, command)
            case SetTimer() | DropTimers():
                self._time(key, command)

    def _time(self, key: ExecutionKey, command: SetTimer | DropTimers) -> None:
        live = self._live.get(key)
        if live is None:
            return
        if isinstance(command, DropTimers):
            live.timers.drop(command.attempt)
            return
        wait = max(command.at - self._ports.clock.now(), 0) / 1_000_000
        happening = _Happening(key, command.event)
        live.timers.set(command, wait, lambda: self._happened(happening))

    def _start(self, job: Job) -> None:
        try:
            self._ports.executor.start(job)
        except Exception as error:  # an executor that refuses a job has failed that attempt only
            _log.exception("no executor took %s", job.attempt)
            self.report(refused(job.attempt, error))

    def _undo(self, creation: Creation, error: Exception) -> None:
        """Forget an execution that could not be committed."""
        live = self._live.pop(creation.new.key, None)
        if live is not None:
            live.timers.clear()
        if not creation.done.done():
            creation.done.set_exception(error)

    def _excuse_waiting(self, error: TryAgain) -> None:
        """Answer whoever waits for the turn after the one that cannot be written. What has begun goes on waiting."""
        waiting, self._inbox = self._inbox, deque()
        for happening in waiting:
            if happening.creation is not None:
                self._undo(happening.creation, error)
                continue
            self._inbox.append(happening)
            if happening.done is not None and not happening.done.done():
                happening.done.set_exception(error)


def _our_fault(state: ExecutionState, error: Exception) -> execution_pb2.ExecutionError:
    _log.error("execution %s failed inside the platform", state.new.name, exc_info=error)
    return execution_pb2.ExecutionError(
        code="PlatformError",
        message=f"the platform failed: {type(error).__name__}: {error}. Its log has the traceback: please report it.",
        kind=execution_pb2.ExecutionError.SYSTEM,
    )


def _too_late(happening: _Happening) -> None:
    """Answer whoever waits for an event of an execution that has ended."""
    if happening.done is not None and not happening.done.done():
        happening.done.set_exception(PreconditionFailed("The execution has ended already."))


def _resolve(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():  # its caller may have gone away
        waiter.set_result(None)
