"""Builds the executor of one machine out of the platform's settings: warm workers and commands that share its slots."""

from flyweight.clock import Clock
from flyweight.executors.command import CommandExecutor, CommandOptions
from flyweight.executors.environments import Environments
from flyweight.executors.pool import PoolOptions, WorkerPool
from flyweight.executors.router import Router
from flyweight.executors.slots import Slots
from flyweight.settings import PlatformSettings, child_environment


def local_executor(settings: PlatformSettings, clock: Clock, *, console_url: str = "") -> Router:
    """Give the executor: ``settings.workers`` attempts at once, logs in ``<data_dir>/logs``.

    ``console_url`` goes into ``FLYTE_EXECUTION_URL`` of each attempt, when it is given.
    """
    environments = Environments(settings.environments)
    slots = Slots(settings.workers)
    variables = child_environment({})
    scratch, logs = settings.data_dir / "scratch", settings.data_dir / "logs"
    pool = PoolOptions(
        environments=environments,
        folder=scratch / "workers",
        logs=logs,
        variables=variables,
        grace=settings.grace_seconds,
        inline_limit=settings.inline_limit,
        console_url=console_url,
    )
    command = CommandOptions(
        environments=environments,
        folder=scratch / "commands",
        logs=logs,
        variables=variables,
        grace=settings.grace_seconds,
        inline_limit=settings.inline_limit,
        console_url=console_url,
    )
    return Router(environments, pool=WorkerPool(pool, slots, clock), command=CommandExecutor(command, slots, clock))
