"""Keeps worker processes warm: which one takes an attempt, when a fresh one is hired, and which may go."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from flyweight.executors.worker_process import WorkerProcess

_SOUND = 10
"""How many times its share a worker does that has not grown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewLimits:
    """How many workers there may be, and for how long."""

    processes: int
    """Idle and busy ones together. More than there are slots: then bundles that take turns find their workers warm."""
    tasks: int = 10_000
    """Attempts after which a worker that has grown is replaced: memory that user code leaks goes with it."""
    growth: int = 16 * 1024 * 1024
    """Bytes by which a worker may grow after its first attempt and still be taken for one that does not. Such a one is
    replaced after ten times as many: to start another, and load the code again, takes half a second of a core."""
    idle_seconds: float = 120.0
    """How long a worker is kept without work, unless its bundle is the newest."""
    spare_seconds: float = 0.5
    """How long after its last fresh worker was taken the crew waits to hire another: not while a run starts."""


class Crew:
    """All workers of a pool. Idle ones wait in the order in which they became idle."""

    def __init__(self, limits: CrewLimits, hire: Callable[[str], WorkerProcess]) -> None:
        self._limits = limits
        self._hire = hire
        self._members: set[WorkerProcess] = set()
        self._idle: dict[WorkerProcess, float] = {}
        self._newest_bundle = ""
        self._sweep: asyncio.TimerHandle | None = None
        self._spare: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def members(self) -> frozenset[WorkerProcess]:
        """All that have not ended."""
        return frozenset(self._members)

    def add_spare(self, python: str) -> None:
        """Hire a fresh worker, so that the next bundle does not wait for an interpreter to start."""
        if len(self._members) < self._limits.processes:
            worker = self._new(python)
            self._idle[worker] = asyncio.get_running_loop().time()

    def take(self, python: str, bundle: str) -> WorkerProcess:
        """Give the worker for an attempt: one that has the bundle, else a fresh one, else a new one."""
        self._newest_bundle = bundle
        worker = self._idle_for(python, bundle) or self._idle_for(python, None)
        if worker is None:
            self._make_room()
            worker = self._new(python)
        elif worker.bundle is None:
            self._spare_soon(python)
        self._idle.pop(worker, None)
        worker.bundle = bundle
        worker.tasks += 1
        return worker

    def take_more(self, worker: WorkerProcess) -> bool:
        """Ask for one more attempt of a worker that is busy; false when it has done its share."""
        if self._has_done_its_share(worker):
            return False
        worker.tasks += 1
        return True

    def give_back(self, worker: WorkerProcess) -> None:
        """Take a worker back whose attempt has ended; one that has done its share is replaced."""
        if self._has_done_its_share(worker):
            self.dismiss(worker)
            return
        self._idle[worker] = asyncio.get_running_loop().time()
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(self._limits.idle_seconds, self._dismiss_idle)

    def dismiss(self, worker: WorkerProcess) -> None:
        """Let an idle worker end."""
        self._idle.pop(worker, None)
        worker.dismiss()

    def forget(self, worker: WorkerProcess) -> None:
        """Note that a worker has ended."""
        self._idle.pop(worker, None)
        self._members.discard(worker)

    def close(self) -> None:
        """Hire nobody any more, and let the idle ones go."""
        self._closed = True
        for timer in (self._sweep, self._spare):
            if timer is not None:
                timer.cancel()
        for worker in list(self._idle):
            self.dismiss(worker)

    def _has_done_its_share(self, worker: WorkerProcess) -> bool:
        limits = self._limits
        if worker.tasks < worker.looked_at:
            return False
        if worker.tasks >= limits.tasks * _SOUND or worker.growth > limits.growth:
            return True
        worker.looked_at += limits.tasks
        return False

    def _new(self, python: str) -> WorkerProcess:
        worker = self._hire(python)
        worker.looked_at = self._limits.tasks
        self._members.add(worker)
        return worker

    def _idle_for(self, python: str, bundle: str | None) -> WorkerProcess | None:
        """The one that was busy last is the warmest; a fresh one that is up already goes before one still starting."""
        found = None
        for worker in reversed(self._idle):
            if worker.spec.python == python and worker.bundle == bundle:
                if worker.ready:
                    return worker
                found = found or worker
        return found

    def _make_room(self) -> None:
        if len(self._members) >= self._limits.processes and self._idle:
            self.dismiss(next(iter(self._idle)))

    def _spare_soon(self, python: str) -> None:
        if self._spare is not None or self._closed:
            return

        def hire() -> None:
            self._spare = None
            if not any(worker.bundle is None for worker in self._members):
                self.add_spare(python)

        self._spare = asyncio.get_running_loop().call_later(self._limits.spare_seconds, hire)

    def _dismiss_idle(self) -> None:
        self._sweep = None
        loop = asyncio.get_running_loop()
        oldest_kept = loop.time() - self._limits.idle_seconds
        for worker, since in list(self._idle.items()):
            if since <= oldest_kept and worker.bundle not in {None, self._newest_bundle}:
                self.dismiss(worker)
        if any(worker.bundle not in {None, self._newest_bundle} for worker in self._idle):
            self._sweep = loop.call_later(self._limits.idle_seconds / 2, self._dismiss_idle)
