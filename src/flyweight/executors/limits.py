"""What a task may use at most, out of its resources as Kubernetes writes them."""

import os
from dataclasses import dataclass

from flyteidl.core import tasks_pb2

from flyweight.errors import InvalidInput

_SUFFIXES = {
    "": 1,
    "k": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "P": 10**15,
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
    "Ti": 2**40,
    "Pi": 2**50,
    "m": 1e-3,
}
_LEAST_CPU = 0.01
"""The kernel gives no smaller share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLimits:
    """What one attempt may use at most; 0 is no limit."""

    memory: int = 0
    """Bytes, of its processes together."""
    cpu: float = 0.0
    """Processors: 0.5 is half of one's time."""

    def __bool__(self) -> bool:
        return bool(self.memory or self.cpu)


NO_LIMITS = TaskLimits()


def parse_quantity(text: str) -> float:
    """Read an amount as Kubernetes writes it: of memory ``500Mi``, ``2G``, ``1e9``; of processors ``500m``, ``2``.

    Raises:
        InvalidInput: it is not written so.
    """
    number = text.strip().rstrip("kKMGTPim")
    suffix = text.strip()[len(number) :]
    try:
        amount = float(number) * _SUFFIXES[suffix]
        fits = int(amount) >= 0  # int() refuses infinity, and what is no number
    except (ValueError, KeyError, OverflowError):
        fits, amount = False, 0.0
    if not fits:
        raise InvalidInput(
            f"{text!r} is not an amount: write memory like 500Mi, 2Gi or 1000000000, processors like 500m or 2"
        )
    return amount


def limits_of(task: tasks_pb2.TaskTemplate) -> TaskLimits:
    """Read a task's limits; more processors than there are here is no limit. Raises ``InvalidInput``."""
    given = {entry.name: entry.value for entry in task.container.resources.limits}
    if not given:
        return NO_LIMITS
    memory = int(parse_quantity(given.get(tasks_pb2.Resources.MEMORY, "0")))
    cpu = parse_quantity(given.get(tasks_pb2.Resources.CPU, "0"))
    if cpu:
        cpu = max(cpu, _LEAST_CPU) if cpu < (os.cpu_count() or 1) else 0.0
    return TaskLimits(memory=memory, cpu=cpu)
