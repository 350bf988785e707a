"""Decides whose turn it is: attempts wait for a place, one execution after the other, first in first out in each line.

Within an execution the items of each map stand in a line of their own, and everything else in another one; these take
turns too. Several executors may share one ``Slots``; then they share the machine, and nothing starves anything else.
"""

from collections import OrderedDict
from collections.abc import Callable

from flyweight.engine.ports import Capacity
from flyweight.ids import NO_ITEM, AttemptId, ExecutionKey

Run = Callable[[], None]
_Lines = OrderedDict[str, OrderedDict[AttemptId, Run]]


class Slots:
    """A fixed number of places, and the attempts that wait for one. Belongs to one event loop."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._busy = 0
        self._queued = 0
        # Whose turn is next stands first; OrderedDict takes its first item in constant time, which dict does not.
        self._waiting: OrderedDict[ExecutionKey, _Lines] = OrderedDict()
        self._granting = False

    def submit(self, attempt: AttemptId, run: Run) -> None:
        """Call ``run`` as soon as there is a place (perhaps now); the place is its own until ``release``."""
        lines = self._waiting.setdefault(attempt.execution, OrderedDict())
        lines.setdefault(_line(attempt), OrderedDict())[attempt] = run
        self._queued += 1
        self._grant()

    def withdraw(self, attempt: AttemptId) -> bool:
        """Take an attempt out of the queue; False when it does not wait (any more)."""
        lines = self._waiting.get(attempt.execution, {})
        line = lines.get(_line(attempt), {})
        if line.pop(attempt, None) is None:
            return False
        self._queued -= 1
        if not line:
            del lines[_line(attempt)]
        if not lines:
            del self._waiting[attempt.execution]
        return True

    def release(self) -> None:
        """Give a place back."""
        self._busy -= 1
        self._grant()

    def clear(self) -> None:
        """Forget all that waits."""
        self._waiting.clear()
        self._queued = 0

    def capacity(self) -> Capacity:
        """Tell how many places there are, are taken, and are waited for."""
        return Capacity(slots=self._total, busy=self._busy, queued=self._queued)

    def _grant(self) -> None:
        if self._granting:
            return  # a job that failed at once released its place: the loop below goes on, the stack does not grow
        self._granting = True
        try:
            while self._busy < self._total and self._waiting:
                execution, lines = self._waiting.popitem(last=False)
                name, line = lines.popitem(last=False)
                _, run = line.popitem(last=False)
                if line:
                    lines[name] = line
                if lines:
                    self._waiting[execution] = lines
                self._busy += 1
                self._queued -= 1
                run()
        finally:
            self._granting = False


def _line(attempt: AttemptId) -> str:
    return "" if attempt.item == NO_ITEM else attempt.node
