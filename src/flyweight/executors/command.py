"""Runs any Flyte container's command as a process here: Flyte's template, files and environment in, its files out.

This is how tasks run that were registered by the stock flytekit; its own commands run in a warm process.
"""

import asyncio
import os
import shutil
import signal
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from flyteidl.core import literals_pb2

from flyweight import blob
from flyweight.clock import Clock, Micros
from flyweight.containers.environments import Environments, find_program
from flyweight.containers.exits import log_tail
from flyweight.containers.programs import Program
from flyweight.engine.jobs import (
    Cancelled,
    DeckPublished,
    Failed,
    Job,
    LogSpan,
    Report,
    Reporting,
    Started,
    Succeeded,
    Usage,
)
from flyweight.engine.ports import Capacity
from flyweight.errors import UserError
from flyweight.executors import deck_page, destinations, faults, raw_containers
from flyweight.executors.asked_secrets import secret_variables
from flyweight.executors.cold_process import ColdProcess
from flyweight.executors.groups import ControlGroups, Group
from flyweight.executors.leftovers import MARK, clear, kill_marked, mark
from flyweight.executors.limits import NO_LIMITS, TaskLimits, limits_of
from flyweight.executors.outcomes import Drew, Outcome, read_outcome
from flyweight.executors.preparing import furnished
from flyweight.executors.slots import Slots
from flyweight.executors.templates import fill
from flyweight.executors.usage import kernel_kills
from flyweight.executors.usage_watch import UsageGauge, UsageWatch
from flyweight.executors.variables import task_variables
from flyweight.executors.warm_process import PROGRAMS, CommandCall, CommandExit, WarmProcess
from flyweight.ids import AttemptId
from flyweight.semantics.layout import OUTPUTS
from flyweight.semantics.offloading import Limits
from flyweight.settings import PlatformSecrets

_CLOSE_SECONDS = 3.0
_PLACED_KEPT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandOptions:
    """How commands are run."""

    environments: Environments
    folder: Path
    """Each attempt works in a folder of its own below it; it is emptied when the executor opens."""
    logs: Path
    secrets: PlatformSecrets = field(default_factory=PlatformSecrets)
    variables: dict[str, str] = field(default_factory=dict[str, str])
    """The environment that commands are started with; a task's own variables go on top."""
    grace: float = 5.0
    """Seconds between SIGTERM and SIGKILL."""
    groups: ControlGroups | None = None
    """Hold commands to limits; without them memory is sampled, and nothing limits processors."""
    inline_limit: int = 64 * 1024
    """Bytes of outputs past which the report says where they stand too."""
    max_output_bytes: int = 256 * 1024 * 1024
    offload: Limits = field(default_factory=Limits)
    """From which size on a value stands in a file of its own, and up to which it may be passed at all."""
    console_url: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class _Command:
    """One attempt whose command runs, or is about to."""

    job: Job
    directory: Path
    log: LogSpan
    started_at: Micros
    gauge: UsageGauge
    send: Callable[[signal.Signals], None]
    """Signals its process group, once there is one."""
    program: Program | None = None
    """Of a raw container: what is run, and where its outputs are."""
    exit: CommandExit | None = None
    """Once it has ended."""
    group: Group | None = None
    """Of one that the kernel holds to its limits."""
    held: asyncio.Task[None] | None = None
    """Ends when it is held to them."""
    cancelled: bool = False
    killed_after: float = 0.0
    """Seconds that it was given to stop, if it has not and was killed."""
    timers: list[asyncio.TimerHandle] = field(default_factory=list[asyncio.TimerHandle])

    def limits(self) -> TaskLimits:
        """Give what holds for its processes here: an engine holds its container to them, and its client is ours."""
        in_engine = self.program is not None and self.program.container is not None
        return NO_LIMITS if in_engine else limits_of(self.job.task)

    def out_of_memory(self) -> faults.ContainerError | None:
        """Say that it has met its memory limit, if it has."""
        by_kernel = self.gauge.limit > 0 and self.group is not None and self.group.kills() > 0
        return self.gauge.out_of_memory(by_kernel=by_kernel)

    def usage(self) -> Usage:
        """Tell what it has used, as far as that is known."""
        series = self.gauge.series.data(self.exit.cpu_seconds if self.exit else 0.0)
        if self.exit is None:
            return Usage(cpu_seconds=self.gauge.cpu, peak_memory_bytes=self.gauge.peak, series=series)
        # A look may miss what came and went between two, and the kernel adds no processes up: the larger is nearer.
        peak = max(self.gauge.peak, self.exit.peak_memory_bytes)
        return Usage(cpu_seconds=self.exit.cpu_seconds, peak_memory_bytes=peak, series=series)


class CommandExecutor:
    """The ``Executor`` of everything that is not our own. Belongs to one event loop."""

    def __init__(self, options: CommandOptions, slots: Slots, clock: Clock) -> None:
        self._options = options
        self._slots = slots
        self._clock = clock
        self._report: Reporting = _nobody
        self._jobs: dict[AttemptId, Job] = {}
        self._running: dict[AttemptId, _Command] = {}
        self._warm: dict[str, WarmProcess] = {}
        self._placed: deque[str] = deque(maxlen=_PLACED_KEPT)
        """Where inputs of maps have been written."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._usage = UsageWatch()
        self._closed = False

    async def open(self, report: Reporting) -> None:
        """Clear away what an earlier platform left."""
        self._report = report
        await asyncio.to_thread(_clear, self._options.folder, self._options.logs)

    def start(self, job: Job) -> None:
        """Run the job as soon as there is a slot; an attempt that is here already is left alone."""
        if job.attempt not in self._jobs and not self._closed:
            self._jobs[job.attempt] = job
            self._slots.submit(job.attempt, lambda _: self._spawn(self._attempt(job)))

    def cancel(self, attempt: AttemptId, reason: str) -> None:
        """Stop an attempt, waiting or running."""
        del reason  # the engine keeps it
        if self._slots.withdraw(attempt):
            del self._jobs[attempt]
            self._report(Cancelled(attempt=attempt, ended_at=self._clock.now()))
            return
        command = self._running.get(attempt)
        if command is not None and not command.cancelled:
            command.cancelled = True
            command.send(signal.SIGTERM)
            command.timers.append(asyncio.get_running_loop().call_later(self._options.grace, self._kill, command))

    def _kill(self, command: _Command) -> None:
        command.killed_after = self._options.grace
        command.send(signal.SIGKILL)

    def capacity(self) -> Capacity:
        """Tell how busy the slots are (which other executors may share)."""
        return self._slots.capacity()

    async def close(self) -> None:
        """Stop every command."""
        self._closed = True
        self._report = _nobody
        for attempt in list(self._jobs):
            self.cancel(attempt, "")
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=min(self._options.grace, _CLOSE_SECONDS))
        for command in self._running.values():
            command.send(signal.SIGKILL)
        for warm in self._warm.values():
            await warm.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_CLOSE_SECONDS)
        self._usage.close()

    async def _attempt(self, job: Job) -> None:
        """See one attempt from its slot to its report."""
        command = self._command(job)
        try:
            report = await self._finished(command)
        except UserError as error:
            report = self._failed(command, faults.refused("BadContainer", f"Task {job.task.id.name}: {error}"))
        except Exception as error:  # whatever it is (a NUL in a word: ValueError), it must be reported
            report = self._failed(command, faults.platform_fault("CommandNotStarted", f"{job.task.id.name}: {error}"))
        finally:
            for timer in command.timers:
                timer.cancel()
            self._usage.remove(command.gauge)
            self._running.pop(job.attempt, None)
            self._jobs.pop(job.attempt, None)
            if command.held is not None:
                await command.held
            await asyncio.to_thread(_end, command.directory, command.group)
            self._slots.release()
        self._report(report)
        # Nobody waits for the files to go: a task may have unpacked thousands.
        await asyncio.to_thread(shutil.rmtree, command.directory, ignore_errors=True)

    def _command(self, job: Job) -> _Command:
        attempt = job.attempt
        name = f"{job.execution.name}-{attempt.execution}-{attempt.place}-{attempt.attempt}"
        command = _Command(
            job=job,
            directory=self._options.folder / name,
            log=LogSpan(path=str(self._options.logs / f"{name}.log")),
            started_at=self._clock.now(),
            gauge=UsageGauge(limit=0, process=lambda: 0, on_breach=lambda: None, began=0.0, closely=True),
            send=_to_nobody,
        )
        self._running[attempt] = command
        return command

    async def _finished(self, command: _Command) -> Report:
        job = command.job
        call, python = await asyncio.to_thread(self._prepare, command)
        if command.cancelled:
            return self._cancelled(command)
        kills = kernel_kills()
        self._report(Started(attempt=job.attempt, at=command.started_at, worker=python, log=command.log))
        command.exit = await self._run(command, call, python)
        if command.cancelled:
            faults.note_killed(job.label, command.killed_after)
            return self._cancelled(command)
        failure = starved = command.out_of_memory()
        if failure is None and command.exit.code:
            tail = await asyncio.to_thread(_tail, command.log.path)
            told = (
                faults.command_failed if command.program is None else partial(raw_containers.failure, command.program)
            )
            failure = told(command.exit.code, out_of_memory=kernel_kills() > kills, tail=tail)
        if failure is not None:
            faults.note(job.label, failure)
        outcome = await asyncio.to_thread(self._outcome, command, failure)
        if job.deck_uri and await asyncio.to_thread(deck_page.published, job.deck_uri):
            self._report(DeckPublished(attempt=job.attempt, revision=1))
        if isinstance(outcome, faults.ContainerError):
            return self._failed(command, starved or outcome)
        outputs = literals_pb2.LiteralMap() if isinstance(outcome, Drew) else outcome
        return Succeeded(
            attempt=job.attempt,
            outputs=outputs,
            outputs_uri=f"{job.output_prefix}/{OUTPUTS}" if outputs.ByteSize() > self._options.inline_limit else "",
            drew=isinstance(outcome, Drew),
            started_at=command.started_at,
            ended_at=self._clock.now(),
            log=_closed(command.log),
            usage=command.usage(),
        )

    def _outcome(self, command: _Command, failure: faults.ContainerError | None) -> Outcome:
        """Read what it has left. Blocks: runs in a thread."""
        job, limit = command.job, self._options.max_output_bytes
        if command.program is not None:
            return raw_containers.read_outcome(command.program, job, failure, limit)
        return read_outcome(job.task, job.output_prefix, failure, limit)

    def _prepare(self, command: _Command) -> tuple[CommandCall, str]:
        """Lay out the attempt's folder, files and command line. Blocks: runs in a thread."""
        job, options = command.job, self._options
        own = {
            **task_variables(job, options.offload, options.console_url),
            **secret_variables(job.task, options.secrets),
        }
        if job.task.container.data_config.enabled:
            program = raw_containers.prepare(job, command.directory, options.environments, options.variables, own)
            command.program = program
            return raw_containers.call(program, command.log.path), program.runs_in
        environments = options.environments
        python = environments.for_worker(job.task) or environments.for_image(job.task.container.image)
        temporary = command.directory / "tmp"
        work = command.directory / "work"
        temporary.mkdir(parents=True)
        work.mkdir()
        template = command.directory / "task.pb"
        template.write_bytes(job.task.SerializeToString())
        container = job.task.container
        job = furnished(job)
        words = fill([*container.command, *container.args], job, task_template_path=str(template))
        if not words:
            raise UserError("its container has neither a command nor arguments")
        words = destinations.inside(words, work)
        self._place_inputs(job)
        environment = {**options.variables, **own, "TMPDIR": str(temporary)}
        environment["PATH"] = os.pathsep.join([str(Path(python).parent), environment.get("PATH", os.defpath)])
        program = find_program(words[0], python, environment["PATH"])
        call = CommandCall(
            argv=(program, *words[1:]), environment=environment, directory=work, log=Path(command.log.path)
        )
        return call, python

    def _place_inputs(self, job: Job) -> None:
        """Write inputs.pb; of a map's items only the first one does, for all of them. Blocks."""
        if job.lists is None:
            blob.put(job.inputs_uri, job.inputs_data)
        elif job.lists.uri not in self._placed:
            blob.put(job.lists.uri, job.lists.inputs.SerializeToString())
            self._placed.append(job.lists.uri)

    async def _run(self, command: _Command, call: CommandCall, python: str) -> CommandExit:
        """Run the command, warm if it can be."""
        if Path(call.argv[0]).name in PROGRAMS:
            warm = self._warm.setdefault(python, WarmProcess(python, self._options.folder, self._options.variables))
            if await warm.available():
                number, done = warm.run(call, partial(self._hold, command) if command.limits() else None)
                command.send = partial(warm.signal, number)
                self._watch(command, partial(warm.process, number))
                if command.cancelled:
                    command.send(signal.SIGTERM)
                return await done
        return await self._run_cold(command, call)

    async def _run_cold(self, command: _Command, call: CommandCall) -> CommandExit:
        process = ColdProcess(call, {MARK: mark(command.directory)})
        command.send = process.signal
        self._watch(command, lambda: process.pid)
        self._hold(command, process.pid)
        if command.cancelled:
            process.signal(signal.SIGTERM)
        return await process.done

    def _watch(self, command: _Command, process: Callable[[], int]) -> None:
        command.gauge = UsageGauge(
            limit=command.limits().memory,
            process=process,
            on_breach=partial(command.send, signal.SIGKILL),
            began=asyncio.get_running_loop().time(),
            closely=True,
            by_kernel=lambda: command.group is not None and command.group.holds_memory(),
        )
        self._usage.add(command.gauge)

    def _hold(self, command: _Command, process: int) -> None:
        """Have the kernel hold a command's process, which has just started, to its limits; that may take it a while."""
        limits, groups = command.limits(), self._options.groups
        if limits and groups is not None:
            command.group = groups.group(command.directory.name)
            if command.group is not None:
                taking = asyncio.to_thread(command.group.take, process, limits)
                command.held = asyncio.get_running_loop().create_task(taking)

    def _failed(self, command: _Command, error: faults.ContainerError) -> Failed:
        return Failed(
            attempt=command.job.attempt,
            error=error,
            started_at=command.started_at,
            ended_at=self._clock.now(),
            log=_closed(command.log),
            usage=command.usage(),
        )

    def _cancelled(self, command: _Command) -> Cancelled:
        return Cancelled(
            attempt=command.job.attempt,
            ended_at=self._clock.now(),
            log=_closed(command.log),
            usage=command.usage(),
            killed_after=command.killed_after,
        )

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _closed(log: LogSpan) -> LogSpan:
    path = Path(log.path)
    return LogSpan(path=log.path, start=0, end=path.stat().st_size if path.exists() else 0)


def _tail(path: str) -> str:
    with Path(path).open("rb") as log:
        return log_tail(log.fileno(), 0)


def _end(directory: Path, group: Group | None) -> None:
    """End whatever an attempt has started, the container first, whose processes bear no mark; then remove its group."""
    raw_containers.remove_container(directory)
    kill_marked(directory)
    if group is not None:
        group.remove()


def _clear(folder: Path, logs: Path) -> None:
    for directory in folder.glob("*/"):
        raw_containers.remove_container(directory)
    clear(folder)
    logs.mkdir(parents=True, exist_ok=True, mode=0o700)


def _to_nobody(_signal: signal.Signals) -> None:
    """Take signals for a command that has no process yet; it looks at ``cancelled`` when it gets one."""


def _nobody(*_reports: Report) -> None:
    """Take reports before the executor is opened and after it is closed."""
