"""An attempt that a worker has, and what is to be reported when it ends without a result of its own."""

import asyncio
from dataclasses import dataclass

from flyweight.clock import Micros
from flyweight.containers.exits import exit_words, log_tail
from flyweight.engine.jobs import Cancelled, Failed, Job, LogSpan, Started, Usage
from flyweight.engine.records import NOT_YET
from flyweight.executors import faults
from flyweight.executors.holding import Hold
from flyweight.executors.starts import Work
from flyweight.executors.usage_watch import UsageGauge
from flyweight.executors.worker_process import WorkerExit, WorkerProcess


@dataclass(slots=True, kw_only=True, eq=False)
class SentAttempt:
    """One job with its worker, from the Start message to the report of its end."""

    job: Job
    work: Work
    number: int
    """The id its messages bear."""
    cost: float
    """Seconds that it was expected to take when it was sent."""
    worker: WorkerProcess
    began_at: Micros = NOT_YET
    """When the worker could begin it: it had ended all that it was sent before."""
    log_start: int = 0
    gauge: UsageGauge | None = None
    """Of an attempt with a memory limit, and of any that lasts."""
    hold: Hold | None = None
    """Of one that the kernel holds to its limits."""
    cancelled: bool = False
    silent: bool = False
    """Whether its worker was found stopped, and is being ended for it."""
    killing: asyncio.TimerHandle | None = None
    """Ends it when it does not stop within its grace period."""
    killed_after: float = 0.0
    """Seconds of that period, once they were over."""

    def stop(self, grace: float) -> None:
        """Tell its worker to stop, and kill it if it has not within so many seconds."""
        self.worker.terminate()
        self.killing = asyncio.get_running_loop().call_later(grace, self._kill, grace)

    def _kill(self, grace: float) -> None:
        self.killed_after = grace
        self.worker.kill()

    def usage(self, cpu_seconds: float = 0.0, peak_memory_bytes: int = 0) -> Usage:
        """Tell what it has used, with what its worker says of that, if it says anything."""
        if self.gauge is None:
            return Usage(cpu_seconds=cpu_seconds, peak_memory_bytes=peak_memory_bytes)
        reached = self.gauge.limit if self.hold is not None and self.hold.starved else 0
        return Usage(
            cpu_seconds=cpu_seconds or self.gauge.cpu,
            peak_memory_bytes=max(peak_memory_bytes, self.gauge.peak, reached),
            series=self.gauge.series.data(cpu_seconds),
        )

    def held_by_kernel(self) -> bool:
        """Tell whether the kernel holds it to its memory limit."""
        return self.hold is not None and self.hold.group.holds_memory()

    def out_of_memory(self) -> faults.ContainerError | None:
        """Say that it has met its memory limit, if it has."""
        if self.gauge is None:
            return None
        return self.gauge.out_of_memory(by_kernel=self.hold is not None and self.hold.starved)

    def log(self, end: int = -1) -> LogSpan:
        """Give its part of the worker's log."""
        return LogSpan(path=self.worker.log_path, start=self.log_start, end=end)

    def started(self) -> Started:
        """Report that it runs."""
        return Started(attempt=self.job.attempt, at=self.began_at, worker=self.worker.spec.name, log=self.log())

    def cancellation(self, now: Micros, cpu_seconds: float = 0.0) -> Cancelled:
        """Report that it was stopped on request."""
        return Cancelled(
            attempt=self.job.attempt,
            ended_at=now,
            worker=self.worker.spec.name,
            log=self.log(self.worker.log_size()),
            usage=self.usage(cpu_seconds),
            killed_after=self.killed_after,
        )

    def loss(self, ended: WorkerExit, now: Micros, *, out_of_memory: bool) -> Failed:
        """Report that its worker ended under it; ``out_of_memory`` if the kernel has just killed for want of memory."""
        return Failed(
            attempt=self.job.attempt,
            error=self._fault(ended, out_of_memory=out_of_memory),
            started_at=self.began_at,
            ended_at=now,
            worker=self.worker.spec.name,
            log=self.log(self.worker.log_size()),
            usage=self.usage(),
        )

    def _fault(self, ended: WorkerExit, *, out_of_memory: bool) -> faults.ContainerError:
        starved = self.out_of_memory()
        if starved is not None:
            return starved
        if self.silent:
            return faults.worker_silent()
        if ended.garbled:
            return faults.worker_garbled(ended.garbled)
        if not self.worker.ready:
            return start_fault(self.worker, ended)
        tail = log_tail(self.worker.log_descriptor, self.log_start)
        return faults.worker_lost(ended.returncode, out_of_memory=out_of_memory, tail=tail)


def start_fault(worker: WorkerProcess, ended: WorkerExit) -> faults.ContainerError:
    """Say why a worker never came up."""
    if ended.passing:
        return faults.platform_fault("WorkerNotStarted", f"No worker process could be started: {ended.not_started}.")
    if ended.not_started:
        return faults.worker_not_started(ended.not_started, python=worker.spec.python, permanent=True)
    tail = log_tail(worker.log_descriptor, 0)
    if ended.returncode < 0:
        return faults.worker_killed_early(ended.returncode, tail)
    reason = f"the process {exit_words(ended.returncode)}: {tail}"
    return faults.worker_not_started(reason, python=worker.spec.python, permanent=False)
