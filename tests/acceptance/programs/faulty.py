"""What users get wrong, one entity a fault."""

import ctypes
import os
import signal
import sys
import threading
from pathlib import Path

from flyweight import Resources, task, workflow


@task
def deep(number: int) -> float:
    def helper(value: int) -> float:
        return 1 / value

    return helper(number)


@workflow
def raises(number: int = 0) -> float:
    return deep(number=number)


@task
def wrong_type() -> int:
    return "seven"  # type: ignore[return-value]


@task
def unserialisable() -> dict[str, object]:
    return {"lock": threading.Lock()}


@task
def leaves() -> int:
    sys.exit(3)


@task
def killed() -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 1


@task
def killed_once(marker: str) -> int:
    try:
        Path(marker).touch(exist_ok=False)
    except FileExistsError:
        return 1
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


@task
def crashes() -> int:
    return ctypes.string_at(0)[0]


@task(limits=Resources(mem="300Mi"))
def greedy() -> int:
    hoard = [bytearray(b"x" * 50_000_000) for _ in range(40)]
    return len(hoard)


@task(timeout=1)
def hangs() -> int:
    threading.Event().wait()
    return 1


@task
def healthy(number: int = 1) -> int:
    return number


@task
def total(numbers: list[int]) -> int:
    return sum(numbers)


@workflow
def unlucky(marker: str) -> int:
    return total(numbers=[killed_once(marker=marker), *(healthy(number=number) for number in range(1, 9))])
