"""A few hundred tasks of every kind of node, each of which writes down that it ran: what is run while the platform dies."""

import functools
import os
import time
from pathlib import Path

from flyweight import LaunchPlan, conditional, current_context, dynamic, map_task, task, workflow

WIDTH = 20
ITEMS = 400
LENGTH = 8


@task
def step(number: int, ledger: str) -> int:
    """One line an attempt, in one write: who it is, which process ran it, and when (seconds since the epoch).

    It begins with its line's end: who is killed in the middle of a write leaves half a line, and must not spoil the next.
    """
    line = f"\n{current_context().output_metadata_prefix} {os.getpid()} {time.time()}"
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


@dynamic
def drawn(width: int, ledger: str) -> int:
    return total(numbers=[chain(number=number, ledger=ledger) for number in range(width)])


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
    return total(numbers=[*ends, chosen, total(numbers=items), drawn(width=5, ledger=ledger)])


@workflow
def thread(ledger: str, start: int = 0) -> int:
    """One task after the other: each is handed to a worker that waits for it, the moment it is decided."""
    number = start
    for _ in range(25):
        number = chain(number=number, ledger=ledger)
    return number


CHAINS = WIDTH * LENGTH + 3 * LENGTH + 1 + LENGTH
MAPPED = sum(range(1, ITEMS + 1))
DRAWN = sum(number + LENGTH for number in range(5))
RESULTS = {"storm": CHAINS + MAPPED + DRAWN, "thread": 25 * LENGTH}
