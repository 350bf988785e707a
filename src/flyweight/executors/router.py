"""Sends each job to the executor that can run it: our own tasks to warm workers, every other container to a command."""

from flyteidl.core import tasks_pb2

from flyweight.containers.environments import Environments
from flyweight.engine.jobs import Job, Reporting
from flyweight.engine.ports import Capacity, Executor
from flyweight.ids import AttemptId
from flyweight.protocol.arguments import TEMPLATE_PATH, is_ours

_KEPT = 1024


class Router:
    """An ``Executor`` over two, which should be given the same ``Slots``: then the limit and the turns are common.

    Eager tasks mostly wait for what they have launched. Given an executor of their own (``eager``), they take no place
    from it: else enough of them would hold all places and wait for ever.
    """

    def __init__(
        self, environments: Environments, *, pool: Executor, command: Executor, eager: Executor | None = None
    ) -> None:
        self._environments = environments
        self._pool = pool
        self._command = command
        self._chosen: dict[int, tuple[Executor, tasks_pb2.TaskTemplate]] = {}
        """By the identity of a template, which is kept, so that it cannot pass to another one."""
        self._eager = eager
        self._all = (pool, command, *((eager,) if eager else ()))

    async def open(self, report: Reporting) -> None:
        """Open all."""
        for executor in self._all:
            await executor.open(report)

    def start(self, job: Job) -> None:
        """Give it to the pool if it is our own and an environment for it is configured, else to a command."""
        known = self._chosen.get(id(job.task))
        if known is None:
            if len(self._chosen) >= _KEPT:
                self._chosen.clear()
            known = self._chosen[id(job.task)] = self._choose(job.task), job.task
        known[0].start(job)

    def _choose(self, task: tasks_pb2.TaskTemplate) -> Executor:
        if self._eager is not None and task.metadata.is_eager:
            return self._eager
        words = [*task.container.command, *task.container.args]
        ours = is_ours(words) and TEMPLATE_PATH not in words
        return self._pool if ours and self._environments.for_worker(task) is not None else self._command

    def cancel(self, attempt: AttemptId, reason: str) -> None:
        """Tell all: those that have not got it ignore it."""
        for executor in self._all:
            executor.cancel(attempt, reason)

    def capacity(self) -> Capacity:
        """Tell how busy the common slots are."""
        return self._pool.capacity()

    async def close(self) -> None:
        """Close all."""
        for executor in reversed(self._all):
            await executor.close()
