"""Holds warm workers to the limits of the attempts that they are given one after the other."""

import asyncio
from dataclasses import dataclass, field

from flyweight.executors.groups import ControlGroups, Group
from flyweight.executors.limits import TaskLimits
from flyweight.executors.worker_process import WorkerProcess


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A group, and what had happened in it before an attempt began there."""

    group: Group
    kills: int

    @property
    def starved(self) -> bool:
        """Tell whether the kernel has ended one of the attempt's processes at its memory limit."""
        return self.group.kills() > self.kills


@dataclass(slots=True, kw_only=True)
class Holding:
    """The groups of a pool's workers. A worker enters one with its first attempt that has limits, and stays there.

    What it holds by then is counted elsewhere, and is taken off its limit; the limit is set anew for each attempt, and
    lifted for one without. So a worker costs one move, an attempt with limits some writes, and all others nothing.

    The kernel may take long to move a process (some milliseconds), or to lower a limit below what is used (until the
    pages of files have gone). That is waited for in a thread, and the worker begins nothing before.
    """

    groups: ControlGroups | None
    _of: dict[WorkerProcess, Group] = field(default_factory=dict[WorkerProcess, Group])
    _coming: dict[WorkerProcess, TaskLimits] = field(default_factory=dict[WorkerProcess, TaskLimits])
    """What a worker is to be held to, once it is up, or once it is held to what it was given before."""
    _taking: dict[WorkerProcess, "asyncio.Task[None]"] = field(
        default_factory=dict[WorkerProcess, "asyncio.Task[None]"]
    )

    def hold(self, worker: WorkerProcess, limits: TaskLimits) -> Hold | None:
        """Hold a worker to the limits of the attempt that it is given now; None where nothing does so."""
        group = self._of.get(worker)
        if group is None and limits and self.groups is not None:
            group = self.groups.group(worker.spec.name)
        if group is None or not (limits or group.limits or worker in self._coming):
            return None
        self._of[worker] = group
        if worker.ready and worker not in self._coming and group.quick(worker.pid, limits):
            group.take(worker.pid, limits)
        else:
            self._coming[worker] = limits
            worker.withheld = True
            if worker.ready:
                self._take_soon(worker)
        return Hold(group=group, kills=group.kills())

    def ready(self, worker: WorkerProcess) -> None:
        """Hold a worker that has just come up, and then let it begin: held before, its start would take too long."""
        if worker in self._coming:
            self._take_soon(worker)

    def release(self, worker: WorkerProcess) -> None:
        """Remove the group of a worker that has ended."""
        self._coming.pop(worker, None)
        group, taking = self._of.pop(worker, None), self._taking.get(worker)
        if group is not None and taking is not None:
            taking.add_done_callback(lambda _: group.remove())
        elif group is not None:
            group.remove()

    def _take_soon(self, worker: WorkerProcess) -> None:
        if worker not in self._taking:
            self._taking[worker] = asyncio.get_running_loop().create_task(self._take(worker, self._of[worker]))

    async def _take(self, worker: WorkerProcess, group: Group) -> None:
        # It may have been given another attempt meanwhile, or have ended.
        while (limits := self._coming.get(worker)) is not None:
            await asyncio.to_thread(group.take, worker.pid, limits)
            if self._coming.get(worker) == limits:
                del self._coming[worker]
                worker.let_begin()
        del self._taking[worker]
