"""Runs our own tasks in warm worker processes: jobs in, reports out; an attempt costs a message, not an interpreter.

Whatever a worker does (exits, is killed, breaks its memory limit, talks garbage, hangs past a cancel), its attempt gets
exactly one report, and no other attempt notices.
"""

import asyncio
import logging
import shutil
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path

from flyweight import blob
from flyweight.clock import Clock
from flyweight.engine.jobs import Cancelled, DeckPublished, Failed, Job, LogSpan, Report
from flyweight.engine.ports import Capacity
from flyweight.errors import FlyweightError, InvalidInput, TooLarge, UserError
from flyweight.executors import deck_page, faults
from flyweight.executors.attempts import RunningAttempt, start_fault
from flyweight.executors.crew import Crew, CrewLimits
from flyweight.executors.environments import FLAVOR, Environments
from flyweight.executors.leftovers import kill_marked
from flyweight.executors.memory import kernel_kills, memory_limit
from flyweight.executors.memory_watch import MemoryGauge, MemoryWatch
from flyweight.executors.results import ResultReader
from flyweight.executors.slots import Slots
from flyweight.executors.starts import StartMessages
from flyweight.executors.worker_process import WorkerExit, WorkerProcess, WorkerSpec
from flyweight.ids import AttemptId
from flyweight.protocol import worker_pb2

_log = logging.getLogger(__name__)

_STARTED_AFTER = 0.010
"""Seconds after which a job that still runs is reported as started; one that ends before costs a single report."""
_LARGE_INPUTS = 1024 * 1024
"""Bytes of inputs past which a worker reads them from the blob store itself."""
_CLOSE_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolOptions:
    """How a pool is set up."""

    environments: Environments
    folder: Path
    """Workers' own folders go below it; it is emptied when the pool opens."""
    logs: Path
    """Folder of the workers' log files."""
    variables: dict[str, str] = field(default_factory=dict[str, str])
    """The whole environment that workers are started with."""
    processes: int = 0
    """Most worker processes at once, idle ones included; 0: twice the slots, and one."""
    spares: int = 2
    """Fresh workers to start when the pool opens, if there are as many slots."""
    tasks_per_worker: int = 10_000
    idle_seconds: float = 120.0
    grace: float = 5.0
    """Seconds between SIGTERM and SIGKILL."""
    inline_limit: int = 64 * 1024
    """Bytes of outputs past which a worker leaves them in the blob store."""
    max_output_bytes: int = 256 * 1024 * 1024
    console_url: str = ""
    runner: str = ""
    """Another ``module:function`` for the workers to run attempts with."""


class WorkerPool:
    """The ``Executor`` of tasks that carry our entry point. Belongs to one event loop."""

    def __init__(self, options: PoolOptions, slots: Slots, clock: Clock) -> None:
        self._options = options
        self._slots = slots
        self._clock = clock
        limits = CrewLimits(
            processes=options.processes or 2 * slots.capacity().slots + 1,
            tasks=options.tasks_per_worker,
            idle_seconds=options.idle_seconds,
        )
        self._crew = Crew(limits, self._hire)
        self._report: Callable[[Report], None] = _nobody
        self._jobs: dict[AttemptId, Job] = {}
        self._running: dict[AttemptId, RunningAttempt] = {}
        self._busy: dict[WorkerProcess, RunningAttempt] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._starts = StartMessages(inline_limit=options.inline_limit, console_url=options.console_url)
        self._results = ResultReader(clock, options.max_output_bytes)
        self._last_number = 0
        self._workers = 0
        self._opened_at = clock.now()
        self._memory = MemoryWatch()
        self._kernel_kills = kernel_kills()
        self._closed = False

    async def open(self, report: Callable[[Report], None]) -> None:
        """Clear away what an earlier platform left, and start the first workers (without waiting for them)."""
        self._report = report
        await asyncio.to_thread(_clear, self._options.folder)
        python = self._options.environments.interpreters.get(FLAVOR)
        if python is not None:
            for _ in range(min(self._options.spares, self._slots.capacity().slots)):
                self._crew.add_spare(python)

    def start(self, job: Job) -> None:
        """Run the job as soon as there is a slot; an attempt that is here already is left alone."""
        if job.attempt in self._jobs or self._closed:
            return
        self._jobs[job.attempt] = job
        if job.deck_uri or job.inputs.ByteSize() > _LARGE_INPUTS:
            self._spawn(self._prepare(job))
        else:
            self._slots.submit(job.attempt, lambda: self._run(job))

    def cancel(self, attempt: AttemptId, reason: str) -> None:
        """Stop an attempt, waiting or running."""
        running = self._running.get(attempt)
        if running is not None:
            if not running.cancelled:
                _log.debug("cancelling %s: %s", attempt, reason)
                running.cancelled = True
                running.worker.terminate()
                loop = asyncio.get_running_loop()
                running.timers.append(loop.call_later(self._options.grace, running.worker.kill))
        elif attempt in self._jobs:
            # Waiting for a slot, or (its deck page being written) to wait for one.
            self._slots.withdraw(attempt)
            del self._jobs[attempt]
            self._report(Cancelled(attempt=attempt, ended_at=self._clock.now()))

    def capacity(self) -> Capacity:
        """Tell how busy the slots are (which other executors may share)."""
        return self._slots.capacity()

    async def close(self) -> None:
        """Stop every worker: those that run an attempt get a moment for their ``finally`` blocks."""
        self._closed = True
        self._report = _nobody
        for attempt in [attempt for attempt in self._jobs if attempt not in self._running]:
            self._slots.withdraw(attempt)
        self._memory.close()
        self._crew.close()
        for running in self._running.values():
            running.worker.terminate()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=min(self._options.grace, _CLOSE_SECONDS))
        for worker in self._crew.members:
            worker.kill()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_CLOSE_SECONDS)

    async def _prepare(self, job: Job) -> None:
        """Write what must stand in the blob store before the attempt begins."""
        try:
            if job.deck_uri:
                await asyncio.to_thread(deck_page.place, job.deck_uri)
            if job.inputs.ByteSize() > _LARGE_INPUTS:
                await asyncio.to_thread(blob.put, job.inputs_uri, job.inputs.SerializeToString())
        except (FlyweightError, OSError) as error:
            if self._jobs.pop(job.attempt, None):
                fault = faults.platform_fault("InputsNotWritten", f"The inputs could not be stored: {error}")
                self._report(Failed(attempt=job.attempt, error=fault, ended_at=self._clock.now()))
            return
        if job.attempt in self._jobs and not self._closed:
            self._slots.submit(job.attempt, lambda: self._run(job))

    def _run(self, job: Job) -> None:
        """Give a job that has its slot to a worker."""
        self._last_number += 1
        try:
            running = self._hand_over(job)
        except UserError as error:
            self._give_up(job, faults.refused("BadContainer", f"Task {job.task.id.name} cannot run: {error}"))
            return
        except Exception as error:  # what was never handed over would else never be reported
            _log.exception("no worker could be given %s", job.attempt)
            self._give_up(job, faults.platform_fault("WorkerNotHired", f"No worker could be given the task: {error}"))
            return
        self._memory.add(running.gauge)
        started = asyncio.get_running_loop().call_later(_STARTED_AFTER, self._started, running)
        running.timers.append(started)

    def _hand_over(self, job: Job) -> RunningAttempt:
        start = self._start_message(job)
        python = self._interpreter(job)
        limit = memory_limit(job.task)
        worker = self._crew.take(python, start.bundle_uri)
        start.working_directory = worker.workplace
        running = RunningAttempt(
            job=job,
            number=start.id,
            worker=worker,
            sent_at=self._clock.now(),
            log_start=worker.log_size(),
            gauge=MemoryGauge(limit=limit, process=lambda: worker.pid, on_breach=worker.kill),
        )
        try:
            worker.send(worker_pb2.ToWorker(start=start))
        except TooLarge:
            self._crew.dismiss(worker)
            raise
        self._running[job.attempt] = self._busy[worker] = running
        return running

    def _give_up(self, job: Job, fault: faults.ContainerError) -> None:
        """Report a job that got its slot and no worker."""
        del self._jobs[job.attempt]
        self._slots.release()
        self._report(Failed(attempt=job.attempt, error=fault, ended_at=self._clock.now()))

    def _started(self, running: RunningAttempt) -> None:
        self._report(running.started())

    def _start_message(self, job: Job) -> worker_pb2.Start:
        start = self._starts.make(job, self._last_number)
        inputs = job.inputs.SerializeToString()
        if len(inputs) > _LARGE_INPUTS:
            start.inputs_uri = job.inputs_uri
        else:
            start.inputs = inputs
        return start

    def _interpreter(self, job: Job) -> str:
        python = self._options.environments.for_worker(job.task)
        if python is None:
            raise InvalidInput(f"no environment is configured for {FLAVOR!r} (config.yaml, under `environments`)")
        return python

    def _hire(self, python: str) -> WorkerProcess:
        self._workers += 1
        name = f"worker-{self._workers}"
        spec = WorkerSpec(
            name=name,
            python=python,
            runner=self._options.runner,
            # The time makes it unique over restarts: logs stay, and later workers count from 1 again.
            log=self._options.logs / f"{name}-{self._opened_at}.log",
            directory=self._options.folder / name,
            environment=self._options.variables,
        )
        worker = WorkerProcess(spec, self._heard, self._ended)
        self._spawn(worker.run())
        return worker

    def _heard(self, worker: WorkerProcess, message: worker_pb2.FromWorker) -> None:
        kind = message.WhichOneof("message")
        running = self._busy.get(worker)
        if kind == "ready":
            worker.ready = True
        elif kind == "result" and running is not None and running.number == message.result.id:
            self._finish(running, message.result)
        elif kind == "deck" and running is not None and running.number == message.deck.id:
            self._report(DeckPublished(attempt=running.job.attempt, revision=message.deck.revision))

    def _finish(self, running: RunningAttempt, result: worker_pb2.Result) -> None:
        """An attempt's result has come: free its worker and its slot, and say how it went."""
        worker = running.worker
        log = running.log(worker.log_size())
        result.peak_memory_bytes = max(result.peak_memory_bytes, running.gauge.peak)
        self._leave(running)
        if running.cancelled:
            self._report(running.cancellation(self._clock.now(), result.cpu_seconds))
        elif result.WhichOneof("outcome") == "outputs_uri":
            self._spawn(self._report_stored(running, result, log))
        else:
            self._report(self._results.report(running.job, result, worker.spec.name, log))
        if running.cancelled or result.retiring or self._closed:
            # A cancelled attempt's SIGTERM may still be on its way: it must not meet the next one.
            worker.dismiss()
        else:
            self._crew.give_back(worker)
        self._slots.release()

    async def _report_stored(self, running: RunningAttempt, result: worker_pb2.Result, log: LogSpan) -> None:
        name = running.worker.spec.name
        self._report(await asyncio.to_thread(self._results.report, running.job, result, name, log))

    def _ended(self, worker: WorkerProcess, ended: WorkerExit) -> None:
        """A worker is gone; if it had an attempt, say what became of it."""
        self._crew.forget(worker)
        running = self._busy.get(worker)
        if running is None:
            if not self._closed and not worker.ready:
                _log.warning("%s: %s", worker.spec.name, start_fault(worker, ended).message)
            return
        self._leave(running)
        kills, self._kernel_kills = self._kernel_kills, kernel_kills()
        if running.cancelled:
            self._report(running.cancellation(self._clock.now()))
        else:
            self._report(running.loss(ended, self._clock.now(), out_of_memory=self._kernel_kills > kills))
        self._slots.release()

    def _leave(self, running: RunningAttempt) -> None:
        for timer in running.timers:
            timer.cancel()
        self._memory.remove(running.gauge)
        del self._running[running.job.attempt], self._busy[running.worker], self._jobs[running.job.attempt]

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _clear(folder: Path) -> None:
    kill_marked(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def _nobody(_report: Report) -> None:
    """Take reports before the pool is opened and after it is closed."""
