"""What has happened and was not looked at yet: kept apart by execution, and taken from one after the other in turn.

However much one execution brings, an event of another waits for one event of each execution at most.
"""

from asyncio import Future
from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import NamedTuple

from flyweight.engine.machine import Event, Reported
from flyweight.engine.turns import Creation
from flyweight.ids import ExecutionKey


class Happening(NamedTuple):
    """An event, and who waits for it to be committed."""

    key: ExecutionKey
    event: Event
    creation: Creation | None = None
    done: Future[None] | None = None

    @property
    def things(self) -> int:
        """How many things have happened."""
        return len(self.event.reports) if isinstance(self.event, Reported) else 1

    def waiters(self) -> list[Future[None]]:
        """Give the futures of those who wait."""
        return [done for done in (self.creation and self.creation.done, self.done) if done is not None]


class Inbox:
    """Happenings, first in first out within an execution."""

    def __init__(self) -> None:
        # Whose turn is next stands first; OrderedDict takes its first item in constant time, which dict does not.
        self._waiting: OrderedDict[ExecutionKey, deque[Happening]] = OrderedDict()
        self._size = self._things = 0

    def __len__(self) -> int:
        return self._size

    @property
    def things(self) -> int:
        """How many things have happened: each report counts."""
        return self._things

    def __iter__(self) -> Iterator[Happening]:
        return (happening for waiting in self._waiting.values() for happening in waiting)

    def of(self, key: ExecutionKey) -> int:
        """Count what waits of one execution."""
        return len(self._waiting.get(key, ()))

    def put(self, happening: Happening) -> None:
        """Put it behind all of its execution."""
        self._waiting.setdefault(happening.key, deque()).append(happening)
        self._size += 1
        self._things += happening.things

    def take(self) -> Happening:
        """Take the first one of the execution whose turn it is; there must be one."""
        key, waiting = self._waiting.popitem(last=False)
        happening = waiting.popleft()
        self._size -= 1
        self._things -= happening.things
        if waiting:
            self._waiting[key] = waiting
        return happening

    def take_all(self, key: ExecutionKey | None = None) -> list[Happening]:
        """Take all of one execution, or of every one."""
        keys = list(self._waiting) if key is None else [key]
        taken = [happening for each in keys for happening in self._waiting.pop(each, ())]
        self._size -= len(taken)
        self._things -= sum(happening.things for happening in taken)
        return taken
