"""Acts on what was decided, once it is written: starts and stops what runs, asks, sets timers, tells who listens."""

import asyncio
import logging
from collections.abc import Callable

from flyweight.engine.drawing import Drawing
from flyweight.engine.fetching import Fetching
from flyweight.engine.graph import Graphs
from flyweight.engine.jobs import Job, refused
from flyweight.engine.lanes import Breath
from flyweight.engine.launching import Launching
from flyweight.engine.lookups import Lookups
from flyweight.engine.machine import (
    CancelAttempt,
    Command,
    CompileDrawn,
    DropTimers,
    Event,
    Fetch,
    LetGo,
    LookUp,
    Reported,
    SetTimer,
    StartAttempt,
    StartChild,
    StopChild,
)
from flyweight.engine.ports import Children, Ports
from flyweight.engine.timers import Timers
from flyweight.engine.turns import Part, batch_of, is_empty
from flyweight.ids import ExecutionKey

_log = logging.getLogger(__name__)


class Acting:
    """Carries out the commands of committed parts. Belongs to the driver's event loop."""

    def __init__(
        self,
        ports: Ports,
        graphs: Graphs,
        *,
        tell: Callable[[ExecutionKey, Event], None],
        timers: Callable[[ExecutionKey], Timers | None],
    ) -> None:
        """Make one that tells what comes of its commands; ``timers`` gives an execution's, None once it has ended."""
        self._ports = ports
        self._tell = tell
        self._timers = timers
        self._launching = Launching(None, tell)
        self._lookups = Lookups(catalog=ports.catalog, blobs=ports.blobs, clock=ports.clock, tell=tell)
        self._drawing = Drawing(
            blobs=ports.blobs,
            registered=ports.registered,
            graphs=graphs,
            tell=lambda told: tell(told.attempt.execution, told),
        )
        self._fetching = Fetching(blobs=ports.blobs, tell=tell)

    def open(self, children: Children | None) -> None:
        """Say who starts the executions of launch-plan nodes; None if nobody does."""
        self._launching = Launching(children, self._tell)

    def close(self) -> None:
        """Leave what is under way in the background; the next platform derives it again."""
        for part in (self._launching, self._lookups, self._drawing, self._fetching):
            part.close()

    def forget(self, execution: ExecutionKey) -> None:
        """Let go of what an execution that has ended has claimed, or asked for."""
        self._lookups.forget(execution)
        self._fetching.forget(execution)

    async def act(self, parts: list[Part], breath: Breath) -> None:
        """Do what was decided, now that it is written."""
        for part in parts:
            for command in part.commands:
                self._carry_out(part.key, command)
                if breath.spent():
                    await breath.draw()
        # Decks first: an attempt's last one is often reported with its end, and nothing is to follow that.
        for part in parts:
            for deck in part.decks:
                self._ports.observer.deck_published(deck)
        batch = batch_of(parts)
        if not is_empty(batch):
            self._ports.observer.committed(batch)
        # Callers last: what they ask next is known everywhere.
        for part in parts:
            for waiter in part.waiters():
                _resolve(waiter)

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
        timers = self._timers(key)
        if timers is None:
            return
        if isinstance(command, DropTimers):
            timers.drop(command.of)
            return
        wait = max(command.at - self._ports.clock.now(), 0) / 1_000_000
        event = command.event
        timers.set(command, wait, lambda: self._tell(key, event))

    def _start(self, job: Job) -> None:
        try:
            self._ports.executor.start(job)
        except Exception as error:  # an executor that refuses a job has failed that attempt only
            _log.exception("no executor took %s", job.attempt)
            self._tell(job.attempt.execution, Reported(reports=(refused(job.attempt, error),)))


def _resolve(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():  # its caller may have gone away
        waiter.set_result(None)
