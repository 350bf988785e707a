"""What a task may use of a machine, in Kubernetes' quantities, as users write it."""

import re
from dataclasses import dataclass
from typing import Final

from flyteidl.core import tasks_pb2

from flyweight.errors import InvalidInput

Quantity = str | int | float
"""``"500m"``, ``2``, ``"2Gi"``: as Kubernetes writes quantities."""

_QUANTITY: Final = re.compile(r"\+?(\d+\.?\d*|\.\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """CPU, memory, GPUs and local disk; a pair stands for (request, limit).

    Args:
        cpu: in cores: ``2``, or ``"500m"`` for half of one.
        mem: in bytes, or with a unit: ``"500Mi"``, ``"2Gi"``.
        gpu: how many.
        ephemeral_storage: of the local disk, in bytes or with a unit.

    Example:
        >>> Resources(cpu="1", mem="500Mi").mem
        '500Mi'

    Raises:
        InvalidInput: a value is no quantity of Kubernetes.

    """

    cpu: Quantity | tuple[Quantity, Quantity] | None = None
    mem: Quantity | tuple[Quantity, Quantity] | None = None
    gpu: Quantity | tuple[Quantity, Quantity] | None = None
    ephemeral_storage: Quantity | tuple[Quantity, Quantity] | None = None

    def __post_init__(self) -> None:
        for name, asked in (
            ("cpu", self.cpu),
            ("mem", self.mem),
            ("gpu", self.gpu),
            ("ephemeral_storage", self.ephemeral_storage),
        ):
            for value in asked if isinstance(asked, tuple) else (asked,):
                if value is not None:
                    require_quantity(name, value)

    def split(self) -> "tuple[Resources, Resources]":
        """Give requests and limits apart; a single value is a request without a limit, as in Flyte."""
        pairs = {
            name: value if isinstance(value, tuple) else (value, None)
            for name, value in (
                ("cpu", self.cpu),
                ("mem", self.mem),
                ("gpu", self.gpu),
                ("ephemeral_storage", self.ephemeral_storage),
            )
        }
        return (
            Resources(**{name: pair[0] for name, pair in pairs.items()}),
            Resources(**{name: pair[1] for name, pair in pairs.items()}),
        )

    def entries(self) -> dict[str, str]:
        """Give what is set, as text by flyteidl's resource names.

        Raises:
            InvalidInput: a pair stands where one value is needed.

        """
        named = {"CPU": self.cpu, "MEMORY": self.mem, "GPU": self.gpu, "EPHEMERAL_STORAGE": self.ephemeral_storage}
        if any(isinstance(value, tuple) for value in named.values()):
            raise InvalidInput(
                "`requests` and `limits` take one value each; a (request, limit) pair goes into `resources`."
            )
        return {name: str(value) for name, value in named.items() if value is not None}


def require_quantity(name: str, value: object) -> None:
    """Refuse what is no quantity of Kubernetes.

    Raises:
        InvalidInput: says how to write one.

    """
    if not _QUANTITY.fullmatch(str(value)):
        raise InvalidInput(
            f"`{name}` is {value!r}, which is no quantity. Write a number and a unit of Kubernetes: "
            "cpu='2' or cpu='500m' (half of one), mem='500Mi' or mem='2Gi'."
        )


@dataclass(frozen=True, slots=True)
class Accelerator:
    """A kind of GPU or other accelerator, by the name the cluster gives it.

    Args:
        device: for instance ``nvidia-tesla-t4``.
        partition_size: which part of it, for instance ``1g.5gb``; the whole by default.

    """

    device: str
    partition_size: str | None = None

    def to_flyte_idl(self) -> tasks_pb2.GPUAccelerator:
        """Give it on the wire."""
        return tasks_pb2.GPUAccelerator(device=self.device, partition_size=self.partition_size)
