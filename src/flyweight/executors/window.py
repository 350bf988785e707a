"""What a worker has been sent: the attempt that it runs, and those that it will begin next without being asked.

A worker that finds its next attempt waiting costs the executor no wake-up, and the machine no idling. But nothing may
wait behind what lasts, so a window holds little work, and only of tasks whose pace is known.
"""

from collections import deque
from collections.abc import Iterator
from itertools import islice

from flyweight.clock import Micros
from flyweight.executors.attempts import SentAttempt
from flyweight.executors.starts import Work
from flyweight.executors.worker_process import WorkerProcess

WORTH = 0.010
"""Seconds of work that a window holds at most."""
CROWD = 4
"""More than so many attempts of one execution may be overtaken by the only one of another."""


class Window:
    """The attempts that one worker was sent and has not answered, in their order."""

    def __init__(self, worker: WorkerProcess) -> None:
        self.worker = worker
        self.began = 0.0
        """When the first of them began, in the loop's time."""
        self.looks = 0
        """How often the first of them was found to run still."""
        self.lasting = False
        """Whether the first of them was found to last: nothing is to wait behind it."""
        self.leaves = False
        """Whether the worker ends when it has nothing to do any more, or has ended already."""
        self._sent: deque[SentAttempt] = deque()
        self._worth = 0.0
        self._filling = True

    def __len__(self) -> int:
        return len(self._sent)

    def __iter__(self) -> Iterator[SentAttempt]:
        return iter(self._sent)

    @property
    def first(self) -> SentAttempt:
        """The one that runs; a window without any is no window any more."""
        return self._sent[0]

    def takes(self, work: Work) -> bool:
        """Tell whether an attempt may wait here. A window is filled up when it is half empty, not one by one."""
        if not self._suits(work):
            return False
        self._filling = self._worth + work.pace.seconds <= (WORTH if self._filling else WORTH / 2)
        return self._filling

    def lets_in(self, work: Work) -> bool:
        """Tell whether another execution's attempt may go before what waits here: a crowd, all of one execution."""
        if len(self._sent) <= CROWD or work.pace.seconds > WORTH or not self._suits(work):
            return False
        waiting = islice(self._sent, 1, None)
        execution = self._sent[-1].job.attempt.execution
        return all(each.job.attempt.execution == execution for each in waiting)

    def _suits(self, work: Work) -> bool:
        """Tell whether the worker has the code, and nothing that must run alone."""
        if not self._sent or self.lasting or not self.worker.proven:
            return False
        runs = self._sent[0].work
        if work is not runs and (work.bundle, work.python) != (runs.bundle, runs.python):
            return False
        # One that was cancelled in time is the last, for what was behind it was taken back; its worker may have sent
        # the results of those before it, unread as yet, and have a SIGTERM on its way that is to meet no other one.
        return not (self._sent[-1].cancelled or work.alone or runs.alone)

    def expects(self, number: int) -> bool:
        """Tell whether the first one bears that number: only of that the worker can have anything to say."""
        return bool(self._sent) and self._sent[0].number == number

    @property
    def worth(self) -> float:
        """Estimate how long the worker is busy with what it has: seconds."""
        return self._worth

    def add(self, attempt: SentAttempt) -> None:
        """Note that it was sent."""
        self._sent.append(attempt)
        self._worth += attempt.cost

    def begin(self, now: float, at: Micros) -> None:
        """Note that the first one begins now."""
        self.began = now
        self.looks = 0
        self.lasting = False
        self.first.began_at = at
        self.first.log_start = self.worker.logged

    def end(self) -> SentAttempt:
        """Take the first one out: it has ended."""
        ended = self._sent.popleft()
        self._worth = self._worth - ended.cost if self._sent else 0.0
        return ended

    def runs(self, attempt: SentAttempt) -> bool:
        """Tell, after the rest was taken back, whether the worker is at this one: no later one has begun."""
        return self._sent[-1] is attempt

    def take_back(self) -> list[SentAttempt]:
        """Take back those that the worker has not begun, and will not begin now, in their order."""
        numbers = self.worker.take_back()
        taken = [attempt for attempt in self._sent if attempt.number in numbers]
        if taken:
            self._sent = deque(attempt for attempt in self._sent if attempt.number not in numbers)
            self._worth = sum(attempt.cost for attempt in self._sent)
            self.worker.tasks -= len(taken)
        return taken
