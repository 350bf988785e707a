"""One worker process and its socket: started by command line, messages both ways, and its end told exactly once."""

import asyncio
import errno
import os
import signal
import socket
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from google.protobuf.message import DecodeError

from flyweight.errors import TooLarge
from flyweight.executors.leftovers import MARK, kill_marked, mark
from flyweight.protocol import worker_pb2
from flyweight.protocol.framing import FrameDecoder, encode

_PASSING = frozenset(
    {errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM, errno.ENOSPC, errno.EDQUOT, errno.ETXTBSY}
)
"""Why a process could not be started that may be otherwise in a moment: the machine is short of something."""

_DRAIN_SECONDS = 1.0
"""How long after a worker's end its last words are waited for, should a process it forked hold the socket open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSpec:
    """How a worker is started."""

    name: str
    python: str
    runner: str
    """``module:function`` that runs one attempt; empty for the worker's own default."""
    log: Path
    directory: Path
    environment: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerExit:
    """How a worker ended: its return code (negative: a signal), or why it never started or had to be stopped."""

    returncode: int = 0
    not_started: str = ""
    passing: bool = False
    """Whether it might be started at another time."""
    garbled: str = ""


class WorkerProcess(asyncio.Protocol):
    """A worker, from its start to its end. What is sent before it is up waits.

    ``on_message`` gets what it says; ``on_exit`` is called once, after its last message, with all processes it left
    behind killed.
    """

    def __init__(
        self,
        spec: WorkerSpec,
        on_message: Callable[["WorkerProcess", worker_pb2.FromWorker], None],
        on_exit: Callable[["WorkerProcess", WorkerExit], None],
    ) -> None:
        self.spec = spec
        self.bundle: str | None = None
        """The code bundle it has loaded; None while it is fresh and can take any."""
        self.tasks = 0
        """Attempts it was given."""
        self.ready = False
        self.workplace = str(spec.directory / "work")
        """The folder that its attempts work in, emptied after each."""
        self.pid = 0
        self._on_message = on_message
        self._on_exit = on_exit
        self._decoder = FrameDecoder()
        self._transport: asyncio.WriteTransport | None = None
        self._pending: list[bytes] = []
        self._garbled = ""
        self._killed = False
        self._disconnected = asyncio.Event()
        self._process: Process | None = None
        spec.log.parent.mkdir(parents=True, exist_ok=True)
        self._log = os.open(spec.log, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    @property
    def log_descriptor(self) -> int:
        """The log, open for reading."""
        return self._log

    def log_size(self) -> int:
        """Tell how much the worker has written so far."""
        return os.fstat(self._log).st_size

    async def run(self) -> None:
        """Start the process and see it to its end."""
        try:
            ended = await self._live()
        except OSError as error:
            ended = WorkerExit(not_started=error.strerror or str(error), passing=error.errno in _PASSING)
        finally:
            if self._transport is not None:
                self._transport.close()
        self._on_exit(self, ended)
        os.close(self._log)

    def send(self, message: worker_pb2.ToWorker) -> None:
        """Send a message; raises ``TooLarge`` when it does not fit a frame."""
        frame = encode(message)
        if self._transport is None:
            self._pending.append(frame)
        else:
            self._transport.write(frame)

    def terminate(self) -> None:
        """Ask the attempt to stop (SIGTERM to the worker alone: its code ends its own processes in order)."""
        if self._process is None:
            self._killed = True
        else:
            with suppress(ProcessLookupError):
                self._process.terminate()

    def dismiss(self) -> None:
        """Let an idle worker go: it ends at the end of its connection."""
        if self._transport is None:
            self.kill()
        else:
            self._transport.close()

    def kill(self) -> None:
        """End it and its process group now."""
        self._killed = True
        if self._process is not None and self._process.returncode is None:
            _kill_group(self._process.pid)

    async def _live(self) -> WorkerExit:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = await self._spawn(theirs)
            except OSError:
                ours.close()
                raise
        self._process, self.pid = process, process.pid
        if self._killed:
            self.kill()
        loop = asyncio.get_running_loop()
        await loop.create_unix_connection(lambda: self, sock=ours)
        returncode = await process.wait()
        # Only now may its group go: the leader was reaped, what is left of the group is what user code started.
        _kill_group(process.pid)
        await asyncio.to_thread(kill_marked, self.spec.directory)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._disconnected.wait(), _DRAIN_SECONDS)
        return WorkerExit(returncode=returncode, garbled=self._garbled)

    async def _spawn(self, theirs: socket.socket) -> Process:
        spec = self.spec
        spec.directory.mkdir(parents=True, exist_ok=True)
        runner = ["--runner", spec.runner] if spec.runner else []
        return await asyncio.create_subprocess_exec(
            spec.python,
            *("-m", "flyweight.runtime.worker", "--socket", str(theirs.fileno()), *runner),
            stdin=DEVNULL,
            stdout=self._log,
            stderr=self._log,
            pass_fds=[theirs.fileno()],
            cwd=spec.directory,
            env={**spec.environment, MARK: mark(spec.directory)},
            start_new_session=True,
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, and send what waits."""
        # asyncio gives stream protocols a transport that writes; uvloop's is one in all but its base class.
        self._transport = cast("asyncio.WriteTransport", transport)
        for frame in self._pending:
            self._transport.write(frame)
        self._pending.clear()

    def data_received(self, data: bytes) -> None:
        """Pass on what the worker says."""
        if self._garbled:
            return
        try:
            messages = [worker_pb2.FromWorker.FromString(frame) for frame in self._decoder.feed(data)]
        except (TooLarge, DecodeError) as error:
            self._garbled = f"its connection carried bytes that are not its own messages ({error})"
            self.kill()
            return
        for message in messages:
            self._on_message(self, message)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that nothing more will come."""
        del exc  # how a connection ended says nothing that the process's end does not
        self._disconnected.set()


def _kill_group(leader: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
