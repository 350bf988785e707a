"""Runs our own tasks in warm worker processes: jobs in, reports out; an attempt costs a message, not an interpreter.

Whatever a worker does (exits, is killed, breaks its memory limit, talks garbage, hangs past a cancel), its attempt gets
exactly one report, and no other attempt notices: those that only waited for that worker go to another one.
"""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path

from flyweight.clock import Clock
from flyweight.containers.environments import Environments
from flyweight.engine.jobs import Cancelled, DeckPublished, Failed, Job, LogSpan, Report, Reporting
from flyweight.engine.ports import Capacity
from flyweight.errors import FlyweightError, UserError
from flyweight.executors import faults
from flyweight.executors.attempts import SentAttempt, start_fault
from flyweight.executors.crew import Crew, CrewLimits
from flyweight.executors.groups import ControlGroups
from flyweight.executors.holding import Holding
from flyweight.executors.leftovers import clear
from flyweight.executors.preparing import needs_preparing, prepared
from flyweight.executors.results import ResultReader
from flyweight.executors.slots import Slots
from flyweight.executors.starts import StartMessages, Work
from flyweight.executors.stopped import Patrol
from flyweight.executors.usage import kernel_kills, tree_usage
from flyweight.executors.window import Window
from flyweight.executors.windows import Windows
from flyweight.executors.worker_process import WorkerExit, WorkerProcess, WorkerSpec
from flyweight.ids import AttemptId
from flyweight.protocol import worker_pb2
from flyweight.semantics.offloading import Limits
from flyweight.settings import OWN_FLAVOR, PlatformSecrets

_log = logging.getLogger(__name__)

_RESTING = 0.002
"""Seconds for which the results of a worker that has enough to do are left to gather."""
_CLOSE_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolOptions:
    """How a pool is set up."""

    environments: Environments
    folder: Path
    """Workers' own folders go below it; it is emptied when the pool opens."""
    logs: Path
    """Folder of the workers' log files."""
    secrets: PlatformSecrets = field(default_factory=PlatformSecrets)
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
    silence: float = 30.0
    """Seconds that a worker's process may be stopped (SIGSTOP) before its attempt is taken for lost."""
    inline_limit: int = 64 * 1024
    """Bytes of outputs past which a worker leaves them in the blob store."""
    max_output_bytes: int = 256 * 1024 * 1024
    offload: Limits = field(default_factory=Limits)
    """From which size on a value stands in a file of its own, and up to which it may be passed at all."""
    console_url: str = ""
    groups: ControlGroups | None = None
    """Hold workers to limits; without them memory is sampled, and nothing limits processors."""
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
        self._report: Reporting = _nobody
        self._jobs: dict[AttemptId, Job] = {}
        self._windows = Windows(slots, self._crew, clock, wait=self._wait_again, lasts=self._lasts)
        self._tasks: set[asyncio.Task[None]] = set()
        self._starts = StartMessages(
            options.environments,
            secrets=options.secrets,
            inline_limit=options.inline_limit,
            offload=options.offload,
            console_url=options.console_url,
        )
        self._results = ResultReader(clock, options.max_output_bytes)
        self._last_number = 0
        self._workers = 0
        self._opened_at = clock.now()
        self._holding = Holding(groups=options.groups)
        self._patrol = Patrol(options.silence, self._windows.running, self._silent)
        self._kernel_kills = kernel_kills()
        self._closed = False

    async def open(self, report: Reporting) -> None:
        """Clear away what an earlier platform left, and start the first workers (without waiting for them)."""
        self._report = report
        await asyncio.to_thread(clear, self._options.folder)
        self._patrol.open()
        python = self._options.environments.interpreters.get(OWN_FLAVOR)
        if python is not None:
            for _ in range(min(self._options.spares, self._slots.capacity().slots)):
                self._crew.add_spare(python)

    def start(self, job: Job) -> None:
        """Run the job as soon as there is a slot; an attempt that is here already is left alone."""
        if job.attempt in self._jobs or self._closed:
            return
        self._jobs[job.attempt] = job
        if needs_preparing(job):
            self._spawn(self._prepare(job))
        else:
            self._submit(job)

    def cancel(self, attempt: AttemptId, reason: str) -> None:
        """Stop an attempt, waiting or running."""
        sent = self._windows.find(attempt)
        if sent is not None and not sent.cancelled:
            _log.debug("cancelling %s: %s", attempt, reason)
            sent.cancelled = True
            self._cancel_sent(sent)
        elif sent is None and attempt in self._jobs:
            # Waiting for a slot, or (its deck page being written) to wait for one.
            self._slots.withdraw(attempt)
            self._report_unbegun(attempt)

    def _cancel_sent(self, sent: SentAttempt) -> None:
        """Stop what a worker has: in time, if it has not begun; else by a signal to the worker."""
        window = self._windows.of(sent.worker)
        if window is None:
            return
        with self._windows.recalled(window) as unbegun:
            if sent in unbegun:
                unbegun.remove(sent)
                self._report_unbegun(sent.job.attempt)
            elif window.runs(sent):
                sent.stop(self._options.grace)
            # Else it has ended, and its result is on its way.

    def _report_unbegun(self, attempt: AttemptId) -> None:
        del self._jobs[attempt]
        self._report(Cancelled(attempt=attempt, ended_at=self._clock.now()))

    def capacity(self) -> Capacity:
        """Tell how busy the slots are (which other executors may share)."""
        places = self._slots.capacity()
        return replace(places, queued=places.queued + self._windows.ahead)

    async def close(self) -> None:
        """Stop every worker: those that run an attempt get a moment for their ``finally`` blocks."""
        self._closed = True
        self._report = _nobody
        for attempt in self._jobs:
            self._slots.withdraw(attempt)
        self._patrol.close()
        self._crew.close()
        self._windows.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=min(self._options.grace, _CLOSE_SECONDS))
        for worker in self._crew.members:
            worker.kill()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_CLOSE_SECONDS)

    async def _prepare(self, job: Job) -> None:
        try:
            job = await asyncio.to_thread(prepared, job)
        except (FlyweightError, OSError) as error:
            if self._jobs.pop(job.attempt, None):
                fault = faults.platform_fault("InputsNotWritten", f"The inputs could not be stored: {error}")
                self._report(Failed(attempt=job.attempt, error=fault, ended_at=self._clock.now()))
            return
        if job.attempt in self._jobs and not self._closed:
            self._jobs[job.attempt] = job
            self._submit(job)

    def _submit(self, job: Job) -> None:
        """Let a job wait for its turn; the only one of its execution goes before a crowd that waits with a worker."""
        execution = job.attempt.execution
        only = self._slots.full and not (self._slots.waits(execution) or self._windows.has_any(execution))
        if not (only and self._let_in(job)):
            self._slots.submit(job.attempt, self._run, self._run_next)

    def _let_in(self, job: Job) -> bool:
        with suppress(UserError):  # it is told when it has its slot
            work = self._starts.work(job)
            window = self._windows.crowded(work)
            if window is not None:
                with self._windows.recalled(window):
                    self._send(window, job, work)
                return True
        return False

    def _run(self, attempt: AttemptId) -> None:
        """Give a job that has its slot to a worker."""
        job = self._jobs[attempt]
        worker = None
        try:
            work = self._starts.work(job)
            worker = self._worker_for(work)
            self._send(Window(worker), job, work)
        except UserError as error:
            self._give_up(job, worker, faults.refused("BadContainer", f"Task {job.task.id.name} cannot run: {error}"))
        except Exception as error:  # what was never handed over would else never be reported
            _log.exception("no worker could be given %s", job.attempt)
            fault = faults.platform_fault("WorkerNotHired", f"No worker could be given the task: {error}")
            self._give_up(job, worker, fault)

    def _worker_for(self, work: Work) -> WorkerProcess:
        """Give a worker that is not past the attempt's memory limit for what it holds of earlier ones."""
        worker = self._crew.take(work.python, work.bundle)
        while work.limits.memory and worker.tasks > 1 and tree_usage(worker.pid).anonymous > work.limits.memory:
            self._crew.dismiss(worker)
            worker = self._crew.take(work.python, work.bundle)
        return worker

    def _run_next(self, attempt: AttemptId) -> bool:
        """Send a job without a slot to a worker that will soon have ended what it has, if there is one."""
        job = self._jobs[attempt]
        try:
            work = self._starts.work(job)
            window = self._windows.taking(work)
            if window is not None:
                self._send(window, job, work)
        except UserError:
            return False  # it is told when it has its slot
        return window is not None

    def _send(self, window: Window, job: Job, work: Work) -> None:
        worker, number = window.worker, self._last_number + 1
        self._last_number = number
        worker.share(work.number, work.frame)
        worker.send(number, self._starts.make(job, work, number))
        sent = SentAttempt(job=job, work=work, number=number, cost=work.pace.seconds, worker=worker)
        sent.hold = self._holding.hold(worker, work.limits)
        self._windows.add(window, sent)

    def _lasts(self, sent: SentAttempt) -> None:
        """Report that it runs; of what ends sooner, its end is the only report."""
        self._report(sent.started())

    def _silent(self, sent: SentAttempt) -> None:
        """End a worker that stands still; what it was sent besides goes to others."""
        sent.silent = True
        sent.worker.kill()

    def _wait_again(self, attempts: list[AttemptId]) -> None:
        self._slots.put_back(attempts, self._run, self._run_next)

    def _give_up(self, job: Job, worker: WorkerProcess | None, fault: faults.ContainerError) -> None:
        """Report a job that got its slot, and no worker or one that could not be given it."""
        if worker is not None:
            self._crew.dismiss(worker)
        del self._jobs[job.attempt]
        self._slots.release()
        self._report(Failed(attempt=job.attempt, error=fault, ended_at=self._clock.now()))

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

    def _heard(self, worker: WorkerProcess, messages: list[worker_pb2.FromWorker]) -> None:
        window = self._windows.of(worker)
        had = len(window or ())
        reports: list[Report] = []
        for message in messages:
            kind = message.WhichOneof("message")
            if kind == "ready":
                worker.ready = True
                self._holding.ready(worker)
                worker.logged = worker.log_size()
            elif window is None:
                continue
            elif kind == "result" and window.expects(message.result.id):
                reports += self._finish(window, message.result)
            elif kind == "deck" and window.expects(message.deck.id):
                reports.append(DeckPublished(attempt=window.first.job.attempt, revision=message.deck.revision))
        if window is not None and len(window) < had:
            self._windows.go_on(window)
            if _RESTING * 2 < window.worth < inf:
                worker.rest(_RESTING)
        self._report(*reports)
        self._windows.grant_soon()

    def _finish(self, window: Window, result: worker_pb2.Result) -> list[Report]:
        """An attempt's result has come: say how it went; what it left in the blob store is read before that."""
        sent, worker = self._windows.end(window), window.worker
        worker.proven = True
        worker.logged = result.log_end
        worker.note_size()
        sent.work.pace.note((result.ended_at - result.started_at) / 1_000_000)
        del self._jobs[sent.job.attempt]
        # A cancelled attempt's SIGTERM may still be on its way: it must not meet the next one.
        window.leaves = window.leaves or result.retiring or sent.killing is not None
        if sent.cancelled:
            return [sent.cancellation(self._clock.now(), result.cpu_seconds)]
        outcome = result.WhichOneof("outcome")
        starved = sent.out_of_memory() if outcome == "error" else None
        if starved is not None:  # what the task says came of it
            faults.note(sent.job.label, starved)
            result.error = starved.SerializeToString()
        name = worker.spec.name
        log = LogSpan(path=worker.log_path, start=result.log_start, end=result.log_end)
        usage = sent.usage(result.cpu_seconds, result.peak_memory_bytes)
        if outcome != "outputs_uri":
            return [self._results.report(sent.job, result, name, log, usage)]

        async def read() -> None:
            self._report(await asyncio.to_thread(self._results.report, sent.job, result, name, log, usage))

        self._spawn(read())
        return []

    def _ended(self, worker: WorkerProcess, ended: WorkerExit) -> None:
        """A worker is gone; if it had an attempt, say what became of it. Those that it had not begun lose nothing."""
        self._crew.forget(worker)
        window = self._windows.of(worker)
        if window is None:
            if not self._closed and not worker.ready:
                _log.warning("%s: %s", worker.spec.name, start_fault(worker, ended).message)
        else:
            window.leaves = True
            with self._windows.recalled(window) as unbegun:
                lost = [self._windows.end(window) for _ in range(len(window))]
                if not (lost or worker.proven):
                    # It has begun nothing, but a worker that never does must not be tried again and again.
                    lost, unbegun[:] = unbegun[:1], unbegun[1:]
                self._lose(lost, ended)
        self._holding.release(worker)

    def _lose(self, lost: list[SentAttempt], ended: WorkerExit) -> None:
        kills, self._kernel_kills = self._kernel_kills, kernel_kills()
        for sent in lost:
            del self._jobs[sent.job.attempt]
            sent.work.pace.seconds = inf
            if sent.cancelled:
                faults.note_killed(sent.job.label, sent.killed_after)
                self._report(sent.cancellation(self._clock.now()))
            else:
                loss = sent.loss(ended, self._clock.now(), out_of_memory=self._kernel_kills > kills)
                if not self._closed:
                    faults.note(sent.job.label, loss.error)
                self._report(loss)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _nobody(*_reports: Report) -> None:
    """Take reports before the pool is opened and after it is closed."""
