"""A few hundred tasks of every kind of node, each of which writes down that it ran: what is run while the platform dies."""

import functools
import os
import time
from pathlib import Path

from flyweight import LaunchPlan, conditional, current_context, map_task, task, workflow

WIDTH = 20
ITEMS = 400
LENGTH = 8


@task
def step(number: int, ledger: str) -> int:
    """One line an attempt, in one write: who it is, which process ran it, and when (seconds since the epoch)."""
    line = f"{current_context().output_metadata_prefix} {os.getpid()} {time.time()}\n"
    with Path(ledger).open("ab", buffering=0) as file:
        file.write(line.encode())
    return number + 1


@task
def upto(last: int) -> list[int]:
    return list(range(last))


@task
def total(numbers: list[int]) -> int:
    return sum(numbers)


@workflow
def chain(number: int, ledger: str) -> int:
    for _ in range(LENGTH):
        number = step(number=number, ledger=ledger)
    return number


chain_plan = LaunchPlan.get_default_launch_plan(None, chain)


@workflow
def storm(ledger: str, start: int = 0) -> int:
    ends = [chain(number=start, ledger=ledger) for _ in range(WIDTH)]
    ends += [chain_plan(number=start, ledger=ledger) for _ in range(3)]
    first = step(number=start, ledger=ledger)
    chosen = (
        conditional("way")
        .if_(first > 0)
        .then(chain(number=first, ledger=ledger))
        .else_()
        .then(step(number=first, ledger=ledger))
    )
    items = map_task(functools.partial(step, ledger=ledger))(number=upto(last=ITEMS))
    return total(numbers=[*ends, chosen, total(numbers=items)])


@workflow
def thread(ledger: str, start: int = 0) -> int:
    """One task after the other: each is handed to a worker that waits for it, the moment it is decided."""
    number = start
    for _ in range(25):
        number = chain(number=number, ledger=ledger)
    return number
