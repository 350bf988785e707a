"""Sends each job to the executor that can run it: our own tasks to warm workers, every other container to a command."""

from collections.abc import Callable

from flyteidl.core import tasks_pb2

from flyweight.engine.jobs import Job, Report
from flyweight.engine.ports import Capacity, Executor
from flyweight.executors.environments import Environments
from flyweight.ids import AttemptId
from flyweight.protocol.arguments import is_ours

_KEPT = 1024


class Router:
    """An ``Executor`` over two, which should be given the same ``Slots``: then the limit and the turns are common."""

    def __init__(self, environments: Environments, *, pool: Executor, command: Executor) -> None:
        self._environments = environments
        self._pool = pool
        self._command = command
        self._chosen: dict[int, tuple[Executor, tasks_pb2.TaskTemplate]] = {}
        """By the identity of a template, which is kept, so that it cannot pass to another one."""

    async def open(self, report: Callable[[Report], None]) -> None:
        """Open both."""
        await self._pool.open(report)
        await self._command.open(report)

    def start(self, job: Job) -> None:
        """Give it to the pool if it is our own and an environment for it is configured, else to a command."""
        known = self._chosen.get(id(job.task))
        if known is None:
            if len(self._chosen) >= _KEPT:
                self._chosen.clear()
            known = self._chosen[id(job.task)] = self._choose(job.task), job.task
        known[0].start(job)

    def _choose(self, task: tasks_pb2.TaskTemplate) -> Executor:
        ours = is_ours([*task.container.command, *task.container.args])
        return self._pool if ours and self._environments.for_worker(task) is not None else self._command

    def cancel(self, attempt: AttemptId, reason: str) -> None:
        """Tell both: the one that has not got it ignores it."""
        self._pool.cancel(attempt, reason)
        self._command.cancel(attempt, reason)

    def capacity(self) -> Capacity:
        """Tell how busy the common slots are."""
        return self._pool.capacity()

    async def close(self) -> None:
        """Close both."""
        await self._command.close()
        await self._pool.close()
