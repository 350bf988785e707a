"""Decides whose turn it is: attempts wait for a place, one execution after the other, first in first out in each line.

Within an execution the items of each map stand in a line of their own, and everything else in another one; these take
turns too. Several executors may share one ``Slots``; then they share the machine, and nothing starves anything else.
While all places are taken, an executor may let an attempt whose turn it is wait behind one that runs.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable

from flyweight.engine.ports import Capacity
from flyweight.ids import NO_ITEM, AttemptId, ExecutionKey

Run = Callable[[AttemptId], None]
Ahead = Callable[[AttemptId], bool]
_Line = OrderedDict[AttemptId, tuple[Run, Ahead]]
_Lines = OrderedDict[str, _Line]


class Slots:
    """A fixed number of places, and the attempts that wait for one. Belongs to one event loop."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._busy = 0
        self._queued = 0
        # Whose turn is next stands first; OrderedDict takes its first item in constant time, which dict does not.
        self._waiting: OrderedDict[ExecutionKey, _Lines] = OrderedDict()
        self._granting = False
        self._stuck = False
        """Whether the one whose turn it is can neither run nor go ahead, as far as is known here."""

    def submit(self, attempt: AttemptId, run: Run, ahead: Ahead | None = None) -> None:
        """Call ``run`` as soon as there is a place (perhaps now); the place is its own until ``release``.

        While there is none, ``ahead`` is asked when it is the attempt's turn, and again whenever that may have changed:
        true if it was taken without a place, to follow one that has a place on that same place.
        """
        self._line(attempt)[attempt] = run, ahead or _never
        self._queued += 1
        if not self._stuck:
            self.grant()

    def put_back(self, attempts: Iterable[AttemptId], run: Run, ahead: Ahead) -> None:
        """Let attempts that were taken ahead wait again, in their order, before all others of their lines.

        None of them is given a place before ``grant`` is called: more may be about to be taken back, or withdrawn.
        """
        for attempt in reversed(list(attempts)):
            line = self._line(attempt)
            line[attempt] = run, ahead
            line.move_to_end(attempt, last=False)
            self._waiting[attempt.execution].move_to_end(_name(attempt), last=False)
            self._waiting.move_to_end(attempt.execution, last=False)
            self._queued += 1

    def withdraw(self, attempt: AttemptId) -> bool:
        """Take an attempt out of the queue; False when it does not wait (any more)."""
        lines = self._waiting.get(attempt.execution, {})
        line = lines.get(_name(attempt), {})
        if line.pop(attempt, None) is None:
            return False
        self._queued -= 1
        self._stuck = False
        if not line:
            del lines[_name(attempt)]
        if not lines:
            del self._waiting[attempt.execution]
        return True

    def release(self, *, grant: bool = True) -> None:
        """Give a place back; without ``grant``, nobody is given it before that is called."""
        self._busy -= 1
        if grant:
            self.grant()

    def clear(self) -> None:
        """Forget all that waits."""
        self._waiting.clear()
        self._queued = 0

    def capacity(self) -> Capacity:
        """Tell how many places there are, are taken, and are waited for."""
        return Capacity(slots=self._total, busy=self._busy, queued=self._queued)

    def waits(self, execution: ExecutionKey) -> bool:
        """Tell whether an attempt of an execution waits."""
        return execution in self._waiting

    @property
    def full(self) -> bool:
        """Tell whether all places are taken."""
        return self._busy >= self._total

    @property
    def spare(self) -> bool:
        """Tell whether there is a place for which nobody waits."""
        return self._busy < self._total and not self._waiting

    def grant(self) -> None:
        """Give out places as far as there are any, and let those that may go ahead do so."""
        if self._granting:
            return  # a job that failed at once released its place: the loop below goes on, the stack does not grow
        self._granting = True
        try:
            self._stuck = False
            while self._waiting and not self._stuck:
                self._stuck = not self._serve_next()
        finally:
            self._granting = False

    def _line(self, attempt: AttemptId) -> _Line:
        """Give the line that an attempt stands in."""
        lines = self._waiting.get(attempt.execution)
        if lines is None:
            lines = self._waiting[attempt.execution] = OrderedDict()
        name = _name(attempt)
        line = lines.get(name)
        if line is None:
            line = lines[name] = OrderedDict()
        return line

    def _serve_next(self) -> bool:
        """Serve whose turn it is, if that is possible now."""
        execution, lines = next(iter(self._waiting.items()))
        name, line = next(iter(lines.items()))
        attempt, (run, ahead) = next(iter(line.items()))
        free = self._busy < self._total
        if not free and not ahead(attempt):
            return False
        del line[attempt]
        self._queued -= 1
        if line:
            lines.move_to_end(name)
        else:
            del lines[name]
        if lines:
            self._waiting.move_to_end(execution)
        else:
            del self._waiting[execution]
        if free:
            self._busy += 1
            run(attempt)
        return True


def _name(attempt: AttemptId) -> str:
    return "" if attempt.item == NO_ITEM else attempt.node


def _never(_attempt: AttemptId) -> bool:
    return False
