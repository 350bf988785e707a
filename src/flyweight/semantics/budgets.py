"""Decides what a failed attempt leads to: another attempt, or the node's failure, and whose budget pays for it.

flytepropeller's rules (nodes/executor.go, isEligibleForRetry): the user's budget is the task's retries, the system's
is three; an attempt lost because the platform restarted costs nobody anything. Local runs decide by the same rules.
"""

from dataclasses import dataclass
from enum import Enum
from typing import assert_never
from zlib import crc32

from flyteidl.core import errors_pb2, execution_pb2

SYSTEM_RETRIES = 3
"""propeller's default for ``max-node-retries-system-failures``."""

PLATFORM_RESTARTED = "PlatformRestarted"
TIMEOUT_EXPIRED = "TimeoutExpired"
QUEUE_EXPIRED = "QueueTimeoutExpired"
ACTIVE_DEADLINE = "ActiveDeadlineExceeded"
RETRIES_EXHAUSTED = "RetriesExhausted"


FIRST_PAUSE = 500_000
"""Microseconds that the platform waits, at most, before it tries again after its first fault; each further pause is
twice as long. Which part of it, between a half and the whole, follows from what is tried again."""


class Payer(Enum):
    """Whose budget a failure counts against; the value is what stands in ``AttemptRecord.cause``."""

    USER = "user"
    SYSTEM = "system"
    NOBODY = PLATFORM_RESTARTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """How many attempts of a node have failed so far, the latest included, by who pays."""

    user: int = 0
    system: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What follows from a failure: try again, or fail with this error."""

    retry: bool
    error: execution_pb2.ExecutionError


def payer(error: execution_pb2.ExecutionError) -> Payer:
    """Tell who pays for a failed attempt; an error of unknown kind is the user's, as in Flyte."""
    if error.code == PLATFORM_RESTARTED:
        return Payer.NOBODY
    return Payer.SYSTEM if error.kind == execution_pb2.ExecutionError.SYSTEM else Payer.USER


def judge(error: execution_pb2.ExecutionError, *, recoverable: bool, retries: int, failures: Failures) -> Verdict:
    """Decide after a failure. ``retries`` is the user's budget; ``failures`` counts this failure too."""
    if not recoverable:
        return Verdict(retry=False, error=error)
    who = payer(error)
    match who:
        case Payer.NOBODY:
            return Verdict(retry=True, error=error)
        case Payer.USER:
            done, allowed = failures.user, retries + 1
        case Payer.SYSTEM:
            done, allowed = failures.system, SYSTEM_RETRIES + 1
        case _:
            assert_never(who)
    if done < allowed:
        return Verdict(retry=True, error=error)
    final = execution_pb2.ExecutionError()
    final.CopyFrom(error)
    final.code = f"{RETRIES_EXHAUSTED}|{error.code}"
    if allowed > 1:
        final.message = f"All {allowed} attempts failed. The last: {error.message}"
    return Verdict(retry=False, error=final)


def pause(tried: str, failures: int) -> int:
    """Give the microseconds to wait before what failed of the platform's own faults, so often by now, is tried again.

    The same for the same attempt, whenever it is asked; others that failed with it wait for other times.
    """
    longest = FIRST_PAUSE << max(failures - 1, 0)
    return longest // 2 + crc32(tried.encode()) % (longest // 2)


def may_interrupt(wanted: bool, failures: int) -> bool:  # noqa: FBT001 - what the spec says, as it stands there
    """Tell whether an attempt may be interrupted, after so many faults of the system; the last one may not."""
    return wanted and failures < SYSTEM_RETRIES


def execution_error(error: errors_pb2.ContainerError) -> execution_pb2.ExecutionError:
    """Turn what a worker says into what an execution keeps; an error of unknown origin is taken as the user's."""
    kind = error.origin or execution_pb2.ExecutionError.USER
    made = execution_pb2.ExecutionError(code=error.code, message=error.message, kind=kind, worker=error.worker)
    if error.HasField("timestamp"):
        made.timestamp.CopyFrom(error.timestamp)
    return made


def is_recoverable(error: errors_pb2.ContainerError) -> bool:
    """Tell whether another attempt makes sense."""
    return error.kind == errors_pb2.ContainerError.RECOVERABLE
