"""All that a pool's workers were sent: who takes one more, what waits with them no longer, and what is seen to last.

A worker has a window, and its window a place of ``Slots``, for as long as it has anything to do.
"""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager

from flyweight.clock import Clock
from flyweight.executors.attempts import SentAttempt
from flyweight.executors.crew import Crew
from flyweight.executors.slots import Slots
from flyweight.executors.starts import Work
from flyweight.executors.usage_watch import UsageGauge, UsageWatch
from flyweight.executors.window import Window
from flyweight.executors.worker_process import WorkerProcess
from flyweight.ids import AttemptId, ExecutionKey

_LASTING = 0.010
"""Seconds after which an attempt that still runs is said to last, and what waits behind it goes elsewhere."""


class Windows:
    """The windows of a pool's workers. Belongs to one event loop."""

    def __init__(
        self,
        slots: Slots,
        crew: Crew,
        clock: Clock,
        *,
        wait: Callable[[list[AttemptId]], None],
        lasts: Callable[[SentAttempt], None],
    ) -> None:
        """Make none; ``wait`` has attempts wait again, before all others, and ``lasts`` is told of one that lasts."""
        self._slots = slots
        self._crew = crew
        self._clock = clock
        self._wait = wait
        self._lasts = lasts
        self._of: dict[WorkerProcess, Window] = {}
        self._sent: dict[AttemptId, SentAttempt] = {}
        self._usage = UsageWatch()
        self._watch: asyncio.TimerHandle | None = None
        self._granting = False
        self._closed = False

    @property
    def ahead(self) -> int:
        """How many attempts wait with a worker."""
        return len(self._sent) - len(self._of)

    def of(self, worker: WorkerProcess) -> Window | None:
        """Give a worker's window; None for one that has nothing to do."""
        return self._of.get(worker)

    def find(self, attempt: AttemptId) -> SentAttempt | None:
        """Give what was sent of an attempt; None if it is with no worker."""
        return self._sent.get(attempt)

    def has_any(self, execution: ExecutionKey) -> bool:
        """Tell whether an attempt of an execution is with a worker."""
        return any(attempt.execution == execution for attempt in self._sent)

    def running(self) -> list[tuple[SentAttempt, int]]:
        """Give what runs, and in which process."""
        return [(window.first, window.worker.pid) for window in self._of.values() if window]

    def taking(self, work: Work) -> Window | None:
        """Find a worker that takes one more behind what it has."""
        for window in self._of.values():
            if window.takes(work) and self._crew.take_more(window.worker):
                return window
        return None

    def crowded(self, work: Work) -> Window | None:
        """Find a worker that takes one before the crowd that waits with it."""
        window = next((window for window in self._of.values() if window.lets_in(work)), None)
        return window if window is not None and self._crew.take_more(window.worker) else None

    def add(self, window: Window, sent: SentAttempt) -> None:
        """Note what a worker was sent; one that had nothing to do has a place for its window."""
        self._sent[sent.job.attempt] = sent
        window.add(sent)
        if sent.work.limits.memory:
            self._measure(sent, asyncio.get_running_loop().time())
        if window.first is sent:
            self._of[window.worker] = window
            self._begin(window)

    def end(self, window: Window) -> SentAttempt:
        """Take out the first one of a window: it has ended."""
        return self._gone(window.end())

    def go_on(self, window: Window) -> None:
        """Let a worker begin the next that it was sent; without any, or if it is to leave, its place is free."""
        if window.leaves or self._closed:
            window.leaves = True
            self.recall(window)
        if window:
            self._begin(window)
        else:
            self._free(window)

    def recall(self, window: Window) -> None:
        """Let what a worker has not begun wait again, as if it had never been sent."""
        with self.recalled(window):
            pass

    @contextmanager
    def recalled(self, window: Window) -> Generator[list[SentAttempt]]:
        """Do the same to what is left of it in the end: what the caller takes out of the list is the caller's."""
        taken = self._take_back(window)
        try:
            yield taken
        finally:
            if taken:
                self._wait([sent.job.attempt for sent in taken])
                self.grant_soon()
            if not window:
                self._free(window)

    def grant_soon(self) -> None:
        """Give out places once all that is to be done now has been: a thousand attempts may be cancelled in a row."""
        if not self._granting:
            self._granting = True
            asyncio.get_running_loop().call_soon(self._grant)

    def close(self) -> None:
        """Have nothing more begun, and ask what runs to stop."""
        self._closed = True
        self._usage.close()
        if self._watch is not None:
            self._watch.cancel()
        for window in self._of.values():
            self._take_back(window)
            window.worker.terminate()

    def _begin(self, window: Window) -> None:
        """Note that a worker begins the next attempt of its window."""
        loop = asyncio.get_running_loop()
        window.begin(loop.time(), self._clock.now())
        if self._watch is None:
            self._watch = loop.call_later(_LASTING / 2, self._look)

    def _look(self) -> None:
        """Say what lasts, and let nothing wait behind it."""
        loop = asyncio.get_running_loop()
        latest = loop.time() - _LASTING
        fresh = False
        for window in list(self._of.values()):
            window.looks += 1
            # Twice: had this loop been kept busy, the result may lie unread in the socket at the first look.
            if window.began <= latest and window.looks > 1 and not window.lasting:
                self._found_lasting(window)
            fresh = fresh or not window.lasting
        self._watch = loop.call_later(_LASTING / 2, self._look) if fresh else None

    def _found_lasting(self, window: Window) -> None:
        if len(window) > 1:
            self.recall(window)
        if window:  # else the worker was not given any time by the machine
            window.lasting = True
            if window.first.gauge is None:
                self._measure(window.first, window.began)
            self._lasts(window.first)

    def _measure(self, sent: SentAttempt, began: float) -> None:
        worker, limit = sent.worker, sent.work.limits.memory
        sent.gauge = UsageGauge(
            limit=limit,
            process=lambda: worker.pid,
            on_breach=worker.kill,
            began=began,
            closely=limit > 0,
            by_kernel=sent.held_by_kernel,
        )
        self._usage.add(sent.gauge)

    def _take_back(self, window: Window) -> list[SentAttempt]:
        return [self._gone(sent) for sent in window.take_back()]

    def _gone(self, sent: SentAttempt) -> SentAttempt:
        del self._sent[sent.job.attempt]
        if sent.killing:
            sent.killing.cancel()
        if sent.gauge:
            self._usage.remove(sent.gauge)
        return sent

    def _free(self, window: Window) -> None:
        """Give a worker that has nothing to do back, and its place to the next."""
        if self._of.pop(window.worker, None) is None:
            return  # it was done already
        if window.leaves:
            window.worker.dismiss()
        else:
            self._crew.give_back(window.worker)
        self._slots.release(grant=False)
        self.grant_soon()

    def _grant(self) -> None:
        self._granting = False
        if self._closed:
            return
        self._slots.grant()
        if self._slots.spare:
            self._share_out()

    def _share_out(self) -> None:
        """Let nothing wait for a busy worker while there is a place for another one."""
        longest = max(self._of.values(), key=len, default=None)
        if longest and len(longest) > 1:
            self.recall(longest)
