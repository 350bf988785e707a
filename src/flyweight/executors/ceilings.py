"""Lets no project run more attempts at once than it may, whatever it has started; the others wait here, in turns."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from flyweight.clock import Clock
from flyweight.engine.jobs import Cancelled, Failed, Job, Report, Reporting, Succeeded, refused
from flyweight.engine.machine import CANCEL_GRACE
from flyweight.engine.ports import Capacity, Executor
from flyweight.executors.slots import Slots
from flyweight.ids import AttemptId

ANY = "*"
"""Stands for every project that is not named."""
_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True, eq=False)
class _Counted:
    """An attempt of a project that has a ceiling."""

    job: Job
    slots: Slots
    started: bool = False
    given_up: asyncio.TimerHandle | None = None


class CeilingExecutor:
    """An ``Executor`` before another one, which gets no more of a project at once than its ceiling.

    Executions of a project take turns, and within each its maps and everything else do (``Slots``). Eager tasks are not
    counted: they wait for what they launch, which is.
    """

    def __init__(self, inner: Executor, ceilings: Mapping[str, int], clock: Clock) -> None:
        """Hold projects to ``ceilings``, by name (``*``: each of all others); 0, or no entry, is no ceiling."""
        self._inner = inner
        self._ceilings = ceilings
        self._clock = clock
        self._slots: dict[str, Slots] = {}
        self._counted: dict[AttemptId, _Counted] = {}
        self._report: Reporting = _nobody

    async def open(self, report: Reporting) -> None:
        """Open the other one."""
        self._report = report
        await self._inner.open(self._reported)

    def start(self, job: Job) -> None:
        """Hand the job on as soon as its project is below its ceiling; starting an attempt twice does nothing."""
        slots = self._slots_of(job)
        if slots is None:
            self._inner.start(job)
        elif job.attempt not in self._counted:
            self._counted[job.attempt] = _Counted(job=job, slots=slots)
            slots.submit(job.attempt, self._start)

    def cancel(self, attempt: AttemptId, reason: str) -> None:
        """Stop an attempt, held or handed on."""
        counted = self._counted.get(attempt)
        if counted is not None and not counted.started:
            counted.slots.withdraw(attempt)
            del self._counted[attempt]
            self._report(Cancelled(attempt=attempt, ended_at=self._clock.now()))
            return
        self._inner.cancel(attempt, reason)
        if counted is not None and attempt in self._counted and counted.given_up is None:
            # The engine waits no longer either; a place that nobody gives back would be lost to the project.
            wait = CANCEL_GRACE / 1_000_000
            counted.given_up = asyncio.get_running_loop().call_later(wait, self._release, attempt)

    def capacity(self) -> Capacity:
        """Tell how busy the other one is; what is held here waits, too."""
        inner = self._inner.capacity()
        return replace(inner, queued=inner.queued + sum(slots.capacity().queued for slots in self._slots.values()))

    async def close(self) -> None:
        """Close the other one, and start nothing of what is held."""
        self._report = _nobody
        for slots in self._slots.values():
            slots.clear()
        await self._inner.close()
        for counted in self._counted.values():
            if counted.given_up is not None:
                counted.given_up.cancel()

    def _slots_of(self, job: Job) -> Slots | None:
        project = job.execution.project
        ceiling = self._ceilings.get(project, self._ceilings.get(ANY, 0))
        if not ceiling or job.task.metadata.is_eager:
            return None
        return self._slots.setdefault(project, Slots(ceiling))

    def _start(self, attempt: AttemptId) -> None:
        counted = self._counted[attempt]
        counted.started = True
        try:
            self._inner.start(counted.job)
        except Exception as error:  # nobody called for this one just now: it is told as if it had run
            _log.exception("no executor took %s", attempt)
            self._reported(refused(attempt, error))

    def _reported(self, *reports: Report) -> None:
        self._report(*reports)
        for report in reports:
            if isinstance(report, Succeeded | Failed | Cancelled):
                self._release(report.attempt)

    def _release(self, attempt: AttemptId) -> None:
        counted = self._counted.pop(attempt, None)
        if counted is not None:
            if counted.given_up is not None:
                counted.given_up.cancel()
            counted.slots.release()


def below_ceilings(inner: Executor, ceilings: Mapping[str, int], clock: Clock) -> Executor:
    """Hold an executor's jobs to their projects' ceilings, if there are any."""
    return CeilingExecutor(inner, ceilings, clock) if any(ceilings.values()) else inner


def _nobody(*_reports: Report) -> None:
    """Take reports before the executor is opened and after it is closed."""
