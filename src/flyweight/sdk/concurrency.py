"""How many executions of a launch plan may run at once, and what becomes of one too many."""

from dataclasses import dataclass
from enum import IntEnum

from flyteidl.admin import launch_plan_pb2

from flyweight.errors import InvalidInput


class ConcurrencyLimitBehavior(IntEnum):
    """What becomes of an execution that would be one too many."""

    SKIP = launch_plan_pb2.CONCURRENCY_LIMIT_BEHAVIOR_SKIP
    """It is not started."""


@dataclass(frozen=True, slots=True)
class ConcurrencyPolicy:
    """At most so many executions of a launch plan at once, of all its versions together.

    Args:
        max_concurrency: how many; at least 1.
        behavior: what becomes of one too many: it is not started.

    Raises:
        InvalidInput: fewer than one.

    """

    max_concurrency: int
    behavior: ConcurrencyLimitBehavior = ConcurrencyLimitBehavior.SKIP

    def __post_init__(self) -> None:
        if self.max_concurrency < 1:
            raise InvalidInput(f"`max_concurrency` is 1 or more, not {self.max_concurrency}.")

    def to_flyte_idl(self) -> launch_plan_pb2.ConcurrencyPolicy:
        """Give it on the wire."""
        return launch_plan_pb2.ConcurrencyPolicy(max=self.max_concurrency, behavior=self.behavior.value)
