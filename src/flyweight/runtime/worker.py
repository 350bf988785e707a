"""The worker process: takes attempts from an executor over a socket and runs them one by one on its main thread.

    python -m flyweight.runtime.worker --socket FD --permits FD [--folder PATH] [--runner module:function]

Executors start it by command line, with an end of two socketpairs and a log file as stdout and stderr; it ends when
they do. A runner has the signature of the default, ``flyweight.runtime.attempt.run_attempt``. Importing this is light.
"""

import argparse
import ctypes
import importlib
import os
import platform
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from flyteidl.core import errors_pb2, execution_pb2

from flyweight.clock import SystemClock, to_timestamp
from flyweight.errors import PlatformError, TooLarge
from flyweight.protocol import worker_pb2
from flyweight.protocol.framing import SHARED_PARTS, FrameSocket, take_permit
from flyweight.runtime.assignment import Assignment, SharedPart
from flyweight.runtime.interruption import AttemptInterrupted, interrupted_by_sigterm, rearm
from flyweight.runtime.logs import Log, capture
from flyweight.runtime.peak import MemoryPeak
from flyweight.runtime.workplace import Workplace
from flyweight.settings import TaskEnvironment

Runner = Callable[[Assignment, Callable[[worker_pb2.FromWorker], None]], worker_pb2.Result]

DEFAULT_RUNNER = "flyweight.runtime.attempt:run_attempt"
INTERRUPTED = 128 + signal.SIGTERM
"""Exit code after an attempt was stopped on request; shells use the same."""

_LIBC = ctypes.CDLL(None)
_ANYBODY = ctypes.create_string_buffer(128)
"""Takes the ``siginfo_t`` of a child, of which nobody wants to know more than that it is there."""
_PR_SET_PDEATHSIG = 1
_POLITENESS = 3
"""With this niceness, two workers that never rest leave a whole core of two to the platform that feeds them."""
# The kernel, out of memory, should end the task that asks for it and not the platform (range -1000 to 1000).
_OUT_OF_MEMORY_SCORE = "500"


def main(arguments: Sequence[str]) -> int:
    """Serve one executor until it says stop or goes away; the exit code says which way it ended."""
    parser = argparse.ArgumentParser(prog="python -m flyweight.runtime.worker", description=__doc__)
    parser.add_argument("--socket", type=int, required=True, help="descriptor of a connected stream socket")
    parser.add_argument("--permits", type=int, required=True, help="descriptor of the socket that permits come by")
    parser.add_argument(
        "--folder", default="", help="folder that attempts work in, emptied after each; else none is made"
    )
    parser.add_argument("--runner", default=DEFAULT_RUNNER, help="module:function that runs one attempt")
    options = parser.parse_args(arguments)
    end_with_parent()
    os.nice(_POLITENESS)
    capture()
    connection, permits = (socket.socket(fileno=number) for number in (options.socket, options.permits))
    connection.set_inheritable(False)
    permits.set_inheritable(False)
    return Worker(FrameSocket(connection), permits, load_runner(options.runner), options.folder).serve()


def end_with_parent() -> None:
    """Have the kernel kill this process when its parent dies, and choose it first when memory runs out (Linux)."""
    if sys.platform != "linux":
        return
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    try:
        Path("/proc/self/oom_score_adj").write_text(_OUT_OF_MEMORY_SCORE)
    except OSError:
        return  # some sandboxes refuse; then the kernel chooses as it likes


def load_runner(reference: str) -> Runner:
    """Import ``module:function``."""
    module, _, function = reference.partition(":")
    return getattr(importlib.import_module(module), function)


class Worker:
    """One process's loop: a Start in, its reports and its Result out."""

    def __init__(self, connection: FrameSocket, permits: socket.socket, runner: Runner, folder: str = "") -> None:
        self._connection = connection
        self._permits = permits
        self._runner = runner
        self._folder = folder
        self._shared: dict[int, SharedPart] = {}
        self._environment = TaskEnvironment()
        self._log = Log()
        self._clock = SystemClock()
        self._pid = os.getpid()
        self._logged = self._log.size()
        """How far the log belongs to attempts that have ended."""
        self._peak = MemoryPeak(self._clock.now())
        self._used = _cpu_seconds()
        """Processor seconds up to the end of the last attempt."""
        self._workplace = Workplace()

    def serve(self) -> int:
        """Run what comes until the end of the permits, or an interrupted attempt; gives the exit code."""
        ready = worker_pb2.Ready(pid=self._pid, python=platform.python_version())
        self._report(worker_pb2.FromWorker(ready=ready))
        try:
            with interrupted_by_sigterm():
                while assignment := self._next():
                    result = self._attempt(assignment)
                    if os.getpid() != self._pid:
                        os._exit(0)  # user code forked and returned twice: only the parent goes on
                    self._send_result(result)
                    if result.retiring:
                        break
        except AttemptInterrupted:
            self._log.flush()
            return INTERRUPTED
        return 0

    def _next(self) -> Assignment | None:
        """Take the next permit, and find the message of its attempt; None when there is no more to do."""
        permit = take_permit(self._permits)
        while permit and (body := self._connection.receive()):
            message = worker_pb2.ToWorker.FromString(body)
            start = message.start
            if start.id == permit:
                return Assignment(start, self._shared[start.shared] if start.shared else None, self._folder)
            if message.HasField("shared"):
                self._remember(message.shared)
        return None

    def _remember(self, shared: worker_pb2.Shared) -> None:
        self._shared[shared.number] = SharedPart(shared.part)
        if len(self._shared) > SHARED_PARTS:
            del self._shared[next(iter(self._shared))]

    def _attempt(self, assignment: Assignment) -> worker_pb2.Result:
        started_at = self._clock.now()
        self._environment.become(assignment.shared.environment, assignment.variables())
        rearm()  # the last attempt's code may have put a handler of its own
        if self._folder:
            self._workplace.enter(self._folder)
        try:
            result = self._guarded(assignment)
        finally:
            if self._folder:
                self._workplace.leave()
        result.id = assignment.id
        if not result.started_at:
            result.started_at = started_at
        result.ended_at = self._clock.now()
        result.peak_memory_bytes = self._peak.of_attempt(result.ended_at)
        used = _cpu_seconds()
        result.cpu_seconds = used - self._used
        self._used = used
        if _has_children():
            result.retiring = True
        # Before the result is sent: whoever reads the log at the attempt's end must find all of it.
        self._log.flush()
        if result.error:
            self._log_error(result.error)
        result.log_start, self._logged = self._logged, self._log.size()
        result.log_end = self._logged
        return result

    def _log_error(self, told: bytes) -> None:
        """End the attempt's log as a container's log ends: with the traceback of the user's error."""
        error = errors_pb2.ContainerError.FromString(told)
        if error.origin != execution_pb2.ExecutionError.SYSTEM:
            apart = "\n" if self._log.size() > self._logged else ""  # the code's last line may have no end
            self._log.tell(f"{apart}{error.message}\n")

    def _guarded(self, assignment: Assignment) -> worker_pb2.Result:
        """Call the runner, which maps errors of user code itself; what gets past it must not end the worker."""
        try:
            return self._runner(assignment, self._report)
        except SystemExit as stop:
            return _failure(
                "USER:SystemExit",
                f"the task's code called sys.exit({stop.code!r}). A task ends by returning, or by raising an error.",
                execution_pb2.ExecutionError.USER,
            )
        except Exception as error:  # the worker's entry border: one attempt fails, the worker goes on
            return _failure(
                type(error).__name__,
                f"the worker could not run this attempt:\n{''.join(traceback.format_exception(error))}",
                execution_pb2.ExecutionError.SYSTEM,
            )

    def _send_result(self, result: worker_pb2.Result) -> None:
        message = worker_pb2.FromWorker()
        message.result.CopyFrom(result)  # half the price of a message made of another
        try:
            self._report(message)
        except TooLarge as error:
            failure = _failure("OutputSizeExceeded", f"the task's outputs: {error}", execution_pb2.ExecutionError.USER)
            failure.id = result.id
            failure.retiring = result.retiring
            failure.log_start, failure.log_end = result.log_start, result.log_end
            self._report(worker_pb2.FromWorker(result=failure))

    def _report(self, message: worker_pb2.FromWorker) -> None:
        self._connection.send(message)


def _failure(code: str, message: str, origin: execution_pb2.ExecutionError.ErrorKind) -> worker_pb2.Result:
    kind = (
        errors_pb2.ContainerError.NON_RECOVERABLE
        if origin == execution_pb2.ExecutionError.USER
        else errors_pb2.ContainerError.RECOVERABLE
    )
    error = errors_pb2.ContainerError(
        code=code, message=message, kind=kind, origin=origin, timestamp=to_timestamp(SystemClock().now())
    )
    return worker_pb2.Result(error=error.SerializeToString())


def _cpu_seconds() -> float:
    """Give the processor seconds that this process and its ended children have used."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _has_children() -> bool:
    """Tell whether the attempt left processes behind: then this worker must go, and they are killed with it.

    A task's container takes its processes along when it ends; a later task here must not meet them.
    """
    # By libc itself: os.waitid says "none", which is the rule, by an exception.
    return _LIBC.waitid(os.P_ALL, 0, _ANYBODY, os.WEXITED | os.WNOHANG | os.WNOWAIT) == 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (BrokenPipeError, ConnectionResetError, PlatformError):
        sys.exit(1)  # the executor went away in the middle of a message: nobody is left to tell
