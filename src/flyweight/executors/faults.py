"""The errors an executor itself reports: what happened to a process, in words, and whose retry budget it takes."""

import logging
import signal
from pathlib import Path

from flyteidl.core import errors_pb2, execution_pb2

from flyweight.clock import SystemClock, to_timestamp
from flyweight.containers.exits import exit_words
from flyweight.executors.usage import readable

RECOVERABLE = errors_pb2.ContainerError.RECOVERABLE
NON_RECOVERABLE = errors_pb2.ContainerError.NON_RECOVERABLE
USER = execution_pb2.ExecutionError.USER
SYSTEM = execution_pb2.ExecutionError.SYSTEM
UNKNOWN = execution_pb2.ExecutionError.UNKNOWN
_OUT_OF_MEMORY = "OutOfMemory"
_LAST_LINES = " The last lines of its log:\n"

_KILLED = frozenset({-signal.SIGKILL, 128 + signal.SIGKILL})
"""How a process ends that was killed, or whose shell says so of it."""
_OUR_FRAMES = (f'File "{Path(__file__).resolve().parent.parent}', 'File "<frozen runpy>')
"""How lines of a traceback begin that tell a user nothing."""

ContainerError = errors_pb2.ContainerError
Kind = errors_pb2.ContainerError.Kind
Origin = execution_pb2.ExecutionError.ErrorKind

_log = logging.getLogger(__name__)


def note(attempt: str, fault: ContainerError) -> None:
    """Write to the platform's log what an executor says of an attempt's end, unless its task's code alone is to blame.

    What the task itself wrote is left out: whoever reads the one log may not be meant to read the other.
    """
    if fault.origin == SYSTEM or fault.code == _OUT_OF_MEMORY:
        _log.warning("%s: %s: %s", attempt, fault.code, fault.message.partition(_LAST_LINES)[0])


def note_killed(attempt: str, killed_after: float) -> None:
    """Write to the platform's log that an attempt which was to stop had to be killed, if it had to: after so long."""
    if killed_after:
        _log.info("%s: did not stop within the %gs of grace, and was killed", attempt, killed_after)


def worker_lost(returncode: int, *, out_of_memory: bool, tail: str) -> ContainerError:
    """Say that the process which ran the attempt ended under it."""
    return _told(
        code="WorkerLost",
        kind=RECOVERABLE,
        origin=SYSTEM,
        message=f"The worker process that ran this task {exit_words(returncode, out_of_memory=out_of_memory)}."
        f"{_quoted(tail)}",
    )


def worker_silent() -> ContainerError:
    """Say that a worker stood still because somebody had stopped its process."""
    return platform_fault(
        "WorkerSilent",
        "The worker process that ran this task had been stopped (by SIGSTOP, or by a debugger) and did nothing any "
        "more, so the platform has ended it.",
    )


def worker_garbled(reason: str) -> ContainerError:
    """Say that a worker's connection was written to by somebody else."""
    return _told(
        code="WorkerLost",
        kind=RECOVERABLE,
        origin=SYSTEM,
        message=f"The worker process was stopped: {reason}. Does the task's code write to file descriptors "
        "that it did not open?",
    )


def worker_not_started(reason: str, *, python: str, permanent: bool) -> ContainerError:
    """Say that a worker could not be started at all."""
    return _told(
        code="WorkerNotStarted",
        kind=NON_RECOVERABLE if permanent else RECOVERABLE,
        origin=SYSTEM,
        message=f"No worker could be started with the interpreter {python!r}: {reason}. "
        "Flyweight must be installed in that environment; which one is used stands in the configuration "
        "under `environments`.",
    )


def worker_killed_early(returncode: int, tail: str) -> ContainerError:
    """Say that a worker was killed before it could take the attempt."""
    return platform_fault(
        "WorkerNotStarted", f"A worker process that was starting for this task {exit_words(returncode)}.{_quoted(tail)}"
    )


def out_of_memory(limit: int, peak: int, *, by_kernel: bool) -> ContainerError:
    """Say that an attempt broke its memory limit, or would have, had the kernel not ended it there."""
    if by_kernel:
        seen = f" (last seen with {readable(peak)})" if peak else ""
        used = f"used all of its {readable(limit)} of memory{seen} and asked for more, so that the kernel ended it"
    else:
        used = f"used {readable(peak)} of memory (its processes together); its limit is {readable(limit)}"
    return _told(
        code=_OUT_OF_MEMORY,
        kind=RECOVERABLE,
        origin=USER,
        message=f'The task {used}. Use less, or raise the limit: @task(limits=Resources(mem="...")).',
    )


def command_failed(returncode: int, *, out_of_memory: bool, tail: str) -> ContainerError:
    """Say that a container's command ended badly and left no error.pb; Flyte retries those."""
    words = exit_words(returncode, out_of_memory=out_of_memory)
    message = f"The task's command {words}, and wrote no error.pb.{_quoted(tail)}"
    return _ended_badly(returncode, message, out_of_memory=out_of_memory)


def program_failed(returncode: int, *, out_of_memory: bool, tail: str) -> ContainerError:
    """Say that the program of a raw container ended badly."""
    message = f"The task's program {exit_words(returncode, out_of_memory=out_of_memory)}.{_quoted(tail)}"
    return _ended_badly(returncode, message, out_of_memory=out_of_memory)


def _ended_badly(returncode: int, message: str, *, out_of_memory: bool) -> ContainerError:
    """Say whose fault it is: as in Flyte, who is killed from outside has not failed, unless memory ran out."""
    if returncode not in _KILLED:
        return _told(code="CommandFailed", kind=RECOVERABLE, origin=USER, message=message)
    if out_of_memory:
        return _told(code=_OUT_OF_MEMORY, kind=RECOVERABLE, origin=USER, message=message)
    return platform_fault("Interrupted", message)


def program_told(code: str, message: str, *, recoverable: bool = True) -> ContainerError:
    """Say what a program says of its own failure, or what is wrong with what it left."""
    kind = RECOVERABLE if recoverable else NON_RECOVERABLE
    return _told(code=code, kind=kind, origin=USER, message=message)


def outputs_not_found(uri: str) -> ContainerError:
    """Say that a command ended well without the outputs that its task declares (Flyte's code and words)."""
    return _told(
        code="OutputsNotFound",
        kind=RECOVERABLE,
        origin=UNKNOWN,
        message=f"Outputs not generated by task execution: the command ended well, but there is no {uri}",
    )


def outputs_too_large(size: int, limit: int) -> ContainerError:
    """Say that a task's outputs are past the platform's limit."""
    return _told(
        code="OutputSizeExceeded",
        kind=NON_RECOVERABLE,
        origin=USER,
        message=f"The task's outputs take {readable(size)}; the limit is {readable(limit)}. Return large data as a "
        "FlyteFile, FlyteDirectory or dataframe: those travel through the blob store.",
    )


def refused(code: str, message: str) -> ContainerError:
    """Say that a task cannot run here as it is, however often it is tried."""
    return _told(code=code, kind=NON_RECOVERABLE, origin=USER, message=message)


def platform_fault(code: str, message: str) -> ContainerError:
    """Say that the platform, not the task, is to blame; to be tried again."""
    return _told(code=code, kind=RECOVERABLE, origin=SYSTEM, message=message)


def _told(*, code: str, kind: Kind, origin: Origin, message: str) -> ContainerError:
    now = to_timestamp(SystemClock().now())
    return ContainerError(code=code, kind=kind, origin=origin, message=message, timestamp=now)


def _quoted(tail: str) -> str:
    """Quote a log's end, without the frames of ours that a fatal error's traceback goes through."""
    lines = [line for line in tail.splitlines() if not line.lstrip().startswith(_OUR_FRAMES)]
    return _LAST_LINES + "\n".join(lines) if lines else ""
