"""Lanes: small executions have turns of their own, and wait for neither the steps nor the commits of large ones.

Both lanes' turns go on side by side on one loop, each in short pieces, so that neither starves the other.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

from flyweight.clock import Clock
from flyweight.engine.inbox import Happening, Inbox
from flyweight.engine.model import ExecutionState
from flyweight.engine.timers import Timers
from flyweight.engine.turns import Part
from flyweight.ids import ExecutionKey


@dataclass(slots=True)
class Lane:
    """A queue, and the turn that is under way on what was taken from it."""

    full: int
    """So many things that have happened are a turn's worth: no more are waited for."""
    inbox: Inbox = field(default_factory=Inbox)
    turn: dict[ExecutionKey, tuple[Part, "Live"]] = field(default_factory=dict[ExecutionKey, tuple[Part, "Live"]])
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    pressing: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while the inbox has something that a caller waits for, or enough for a turn."""

    def holds(self, key: ExecutionKey) -> bool:
        """Tell whether something of an execution waits here, or is done."""
        return key in self.turn or self.inbox.of(key) > 0

    def waiters(self) -> Iterator[asyncio.Future[None]]:
        """Give the futures of all callers that wait for something here."""
        for what in (*self.inbox, *(part for part, _ in self.turn.values())):
            yield from what.waiters()

    def put(self, happening: Happening) -> None:
        """Put it in, and wake who sees to it."""
        self.inbox.put(happening)
        self.wake.set()
        if happening.done is not None or self.inbox.things >= self.full:
            self.pressing.set()

    def taken(self) -> None:
        """Note that a turn has taken what it takes: what is left may press no longer."""
        if self.pressing.is_set() and self.inbox.things < self.full and not any(left.done for left in self.inbox):
            self.pressing.clear()


@dataclass(slots=True, kw_only=True)
class Live:
    """An execution that has not ended."""

    state: ExecutionState
    lane: Lane
    """Where its events were put last. It changes lanes only while it has nothing in one: all that is of one execution
    happens, is written and is acted on in order."""
    timers: Timers = field(default_factory=Timers)


class Breath:
    """Lets everybody else on the loop go on while a turn is long: after so many things, or so many seconds."""

    def __init__(self, clock: Clock, things: float, seconds: float) -> None:
        self._clock = clock
        self._things = things
        self._seconds = seconds
        self.begin()

    def begin(self) -> None:
        """Count anew: everybody else has just gone on."""
        self._left = self._things
        self._until = self._clock.monotonic() + self._seconds

    def spent(self, things: int = 1) -> bool:
        """Note that one thing more was done, or several; tell whether it is time to draw breath."""
        self._left -= things
        return self._left <= 0 or self._clock.monotonic() >= self._until

    async def draw(self) -> None:
        """Let everybody else go on."""
        await asyncio.sleep(0)
        self.begin()
