"""Tasks that want more than they may have."""

import time

from flyweight import Resources, task


@task(limits=Resources(mem="150Mi"))
def greedy() -> int:
    held = [b"x" * 2**20 for _ in range(300)]
    return len(held)


@task(limits=Resources(cpu="100m"))
def busy() -> float:
    until = time.process_time() + 0.05
    while time.process_time() < until:
        pass
    return until
