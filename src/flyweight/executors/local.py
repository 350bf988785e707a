"""Builds the executor of one machine out of the platform's settings: warm workers and commands that share its slots."""

from flyweight.clock import Clock
from flyweight.containers.environments import BUILT, Environments
from flyweight.executors.command import CommandExecutor, CommandOptions
from flyweight.executors.groups import ControlGroups
from flyweight.executors.pool import PoolOptions, WorkerPool
from flyweight.executors.router import Router
from flyweight.executors.slots import Slots
from flyweight.semantics.offloading import Limits
from flyweight.settings import PlatformSecrets, PlatformSettings, child_environment, without_secrets

SPARES = 2
"""Fresh workers that are started with the platform."""
EAGER_PLACES = 64
"""Eager tasks that run at once, whatever the number of workers: they wait, and what they launch counts."""


def local_executor(
    settings: PlatformSettings, clock: Clock, *, url: str = "", groups: ControlGroups | None = None
) -> Router:
    """Give the executor: ``settings.workers`` attempts at once, logs in ``<data_dir>/logs``.

    ``url`` is the platform's own; attempts are told it, and the console's address of their execution. ``groups`` hold
    attempts to their limits; whoever gives them opens them before, and closes them after this.
    """
    environments = Environments(settings.environments, settings.data_dir / BUILT)
    variables = without_secrets(child_environment({"FLYWEIGHT_ENDPOINT": url} if url else {}))
    secrets = PlatformSecrets(settings.secrets_dir or settings.data_dir / "secrets")
    offload = Limits(min_mb=settings.offload_min_mb, max_mb=settings.offload_max_mb)

    def places(total: int, name: str, *, spares: int, eager: Router | None = None) -> Router:
        """Give workers and commands that share so many places; their folders bear a name."""
        slots, scratch, logs = Slots(total), settings.data_dir / "scratch" / name, settings.data_dir / "logs" / name
        console_url = f"{url}/console" if url else ""
        pool = PoolOptions(
            environments=environments,
            folder=scratch / "workers",
            logs=logs,
            variables=variables,
            secrets=secrets,
            spares=spares,
            grace=settings.grace_seconds,
            groups=groups,
            inline_limit=settings.inline_limit,
            offload=offload,
            console_url=console_url,
        )
        command = CommandOptions(
            environments=environments,
            folder=scratch / "commands",
            logs=logs,
            variables=variables,
            secrets=secrets,
            grace=settings.grace_seconds,
            groups=groups,
            inline_limit=settings.inline_limit,
            offload=offload,
            console_url=console_url,
        )
        return Router(
            environments,
            pool=WorkerPool(pool, slots, clock),
            command=CommandExecutor(command, slots, clock),
            eager=eager,
        )

    return places(settings.workers, "", spares=SPARES, eager=places(EAGER_PLACES, "eager", spares=0))
