import sys
from pathlib import Path

import pytest

from flyweight.clock import SystemClock
from flyweight.containers.environments import Environments
from flyweight.engine.jobs import Succeeded
from flyweight.executors.command import CommandExecutor, CommandOptions
from flyweight.executors.pool import PoolOptions, WorkerPool
from flyweight.executors.router import Router
from flyweight.executors.slots import Slots

from .jobs import Reports, environment, job, template


@pytest.mark.slow
async def test_our_own_tasks_go_to_workers_and_others_to_commands_within_one_limit(tmp_path: Path) -> None:
    environments = Environments({"flyweight": sys.executable, "image:*": sys.executable})
    slots, clock, reports = Slots(1), SystemClock(), Reports()
    pool = WorkerPool(
        PoolOptions(
            environments=environments,
            folder=tmp_path / "workers",
            logs=tmp_path / "logs",
            variables=environment(),
            spares=0,
            runner="attempts_on_demand:run",
        ),
        slots,
        clock,
    )
    command = CommandExecutor(
        CommandOptions(
            environments=environments, folder=tmp_path / "commands", logs=tmp_path / "logs", variables=environment()
        ),
        slots,
        clock,
    )
    router = Router(environments, pool=pool, command=command)
    await router.open(reports)
    stock = template(flavor="")
    stock.container.args[:] = ["python", "-c", "print('hello')"]
    router.start(job(template("echo"), "ours"))
    router.start(job(stock, "stock", root=f"file://{tmp_path}"))
    assert (router.capacity().busy, router.capacity().queued) == (1, 1)
    ours, other = await reports.end("ours"), await reports.end("stock")
    assert isinstance(ours, Succeeded)
    assert ours.worker == "worker-1"
    assert isinstance(other, Succeeded)
    assert Path(other.log.path).read_text() == "hello\n"
    await router.close()
