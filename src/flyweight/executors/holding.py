"""Holds warm workers to the limits of the attempts that they are given one after the other."""

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
    """

    groups: ControlGroups | None
    _of: dict[WorkerProcess, Group] = field(default_factory=dict[WorkerProcess, Group])
    _coming: dict[WorkerProcess, TaskLimits] = field(default_factory=dict[WorkerProcess, TaskLimits])

    def hold(self, worker: WorkerProcess, limits: TaskLimits) -> Hold | None:
        """Hold a worker to the limits of the attempt that it is given now; None where nothing does so."""
        group = self._of.get(worker)
        if group is None and limits and self.groups is not None:
            group = self.groups.group(worker.spec.name)
        if group is None or not (limits or group.limits):
            return None
        self._of[worker] = group
        if worker.ready:
            group.take(worker.pid, limits)
        else:
            self._coming[worker] = limits
            worker.withheld = True
        return Hold(group=group, kills=group.kills())

    def ready(self, worker: WorkerProcess) -> None:
        """Hold a worker that has just come up, and then let it begin: held before, its start would take too long."""
        limits = self._coming.pop(worker, None)
        if limits is not None:
            self._of[worker].take(worker.pid, limits)
            worker.let_begin()

    def release(self, worker: WorkerProcess) -> None:
        """Remove the group of a worker that has ended."""
        self._coming.pop(worker, None)
        group = self._of.pop(worker, None)
        if group is not None:
            group.remove()
