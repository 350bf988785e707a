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
from flyweight.executors.usage import own_memory
from flyweight.protocol import worker_pb2
from flyweight.protocol.framing import SHARED_PARTS, FrameDecoder, encode, take_all_permits, write_permits

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

    ``on_messages`` gets what it says, as much at once as has come; ``on_exit`` is called once, after its last message,
    with all processes it left behind killed.

    Attempts wait for a worker in the kernel: its permits stand in a socket whose other end this process holds as well,
    so that what the worker has not begun can be taken back at any moment, whatever it is doing, and after its death.
    """

    def __init__(
        self,
        spec: WorkerSpec,
        on_messages: Callable[["WorkerProcess", list[worker_pb2.FromWorker]], None],
        on_exit: Callable[["WorkerProcess", WorkerExit], None],
    ) -> None:
        self.spec = spec
        self.bundle: str | None = None
        """The code bundle it has loaded; None while it is fresh and can take any."""
        self.tasks = 0
        """Attempts it was given."""
        self.ready = False
        self.withheld = False
        """Whether it is to begin nothing before ``let_begin``."""
        self.proven = False
        """Whether it has ended an attempt in order: what it is given now, it can run at once."""
        self._first_size = 0
        self.looked_at = 0
        """Attempts after which it is looked at whether it has grown."""
        self.logged = 0
        """How far its log belongs to attempts that have ended."""
        self.pid = 0
        self._on_messages = on_messages
        self._on_exit = on_exit
        self._decoder = FrameDecoder()
        self._transport: asyncio.Transport | None = None
        self._resting: asyncio.TimerHandle | None = None
        self._permits: tuple[socket.socket, socket.socket] | None = None
        """Our end, and the worker's own, held here to take back what it has not begun."""
        self._frames: list[bytes] = []
        self._numbers: list[int] = []
        self._shared: dict[int, None] = {}
        self._flush_waits = False
        self._garbled = ""
        self._killed = False
        self._disconnected = asyncio.Event()
        self._process: Process | None = None
        spec.log.parent.mkdir(parents=True, exist_ok=True)
        self.log_path = str(spec.log)
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
            try:
                ended = await self._live()
            except OSError as error:
                ended = WorkerExit(not_started=error.strerror or str(error), passing=error.errno in _PASSING)
            self._on_exit(self, ended)
        finally:
            if self._transport is not None:
                self._transport.close()
            for end in self._permits or ():
                end.close()
            os.close(self._log)

    def send(self, number: int, message: worker_pb2.ToWorker) -> None:
        """Have the worker run an attempt after those that it was sent before; raises ``TooLarge``."""
        self._frames.append(encode(message))
        self._numbers.append(number)
        if not self._flush_waits:
            self._flush_waits = True
            asyncio.get_running_loop().call_soon(self._flush)

    def share(self, number: int, frame: bytes) -> None:
        """Send what the attempts that are sent next have in common, unless the worker knows it."""
        if number not in self._shared:
            self._frames.append(frame)
            self._shared[number] = None
            if len(self._shared) > SHARED_PARTS:
                del self._shared[next(iter(self._shared))]

    def note_size(self) -> None:
        """Remember how large its first attempt has left it."""
        self._first_size = self._first_size or own_memory(self.pid)

    @property
    def growth(self) -> int:
        """Bytes by which it has grown since then, as the kernel says now.

        What it says itself is no measure: its largest size counts from its parent's on, which it once shared.
        """
        return own_memory(self.pid) - self._first_size

    def rest(self, seconds: float) -> None:
        """Read nothing for so long: what it says meanwhile is passed on together, and costs one wake-up."""
        if self._transport is not None and self._resting is None:
            self._transport.pause_reading()
            self._resting = asyncio.get_running_loop().call_later(seconds, self._read_on)

    def _read_on(self) -> None:
        self._resting = None
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def take_back(self) -> set[int]:
        """Take back all that it has not begun, and will not begin now; gives the numbers of those attempts."""
        numbers, self._numbers = self._numbers, []
        if self._permits is not None:
            numbers += take_all_permits(self._permits[1])
        return set(numbers)

    def _flush(self) -> None:
        """Send what was gathered in this turn of the loop, in one piece."""
        self._flush_waits = False
        if self._transport is None or self._permits is None:
            return  # it is sent when the worker is up
        frames, self._frames = self._frames, []
        if frames:
            self._transport.write(b"".join(frames))
        numbers = [] if self.withheld else self._numbers
        if numbers:
            self._numbers = []
            with suppress(BrokenPipeError):  # the worker is dying: its end will be told
                self._permits[0].send(write_permits(numbers))

    def let_begin(self) -> None:
        """Let it begin what was withheld from it."""
        self.withheld = False
        self._flush()

    def terminate(self) -> None:
        """Ask the attempt to stop (SIGTERM to the worker alone: its code ends its own processes in order)."""
        if self._process is None:
            self._killed = True
        else:
            with suppress(ProcessLookupError):
                self._process.terminate()

    def dismiss(self) -> None:
        """Let an idle worker go: it ends at the end of its permits."""
        if self._transport is None or self._permits is None:
            self.kill()
        else:
            self._permits[0].close()
            self._transport.close()

    def kill(self) -> None:
        """End it and its process group now."""
        self._killed = True
        if self._process is not None and self._process.returncode is None:
            _kill_group(self._process.pid)

    async def _live(self) -> WorkerExit:
        ours, theirs = socket.socketpair()
        self._permits = socket.socketpair()
        with theirs:
            try:
                process = await self._spawn(theirs, self._permits[1])
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

    async def _spawn(self, theirs: socket.socket, permits: socket.socket) -> Process:
        spec = self.spec
        spec.directory.mkdir(parents=True, exist_ok=True)
        runner = ["--runner", spec.runner] if spec.runner else []
        descriptors = theirs.fileno(), permits.fileno()
        return await asyncio.create_subprocess_exec(
            spec.python,
            *("-m", "flyweight.runtime.worker", "--socket", str(descriptors[0]), "--permits", str(descriptors[1])),
            *("--folder", str(spec.directory / "work")),
            *runner,
            stdin=DEVNULL,
            stdout=self._log,
            stderr=self._log,
            pass_fds=descriptors,
            cwd=spec.directory,
            env={**spec.environment, MARK: mark(spec.directory)},
            start_new_session=True,
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, and send what waits."""
        # asyncio gives stream protocols a transport of this kind; uvloop's is one in all but its base class.
        self._transport = cast("asyncio.Transport", transport)
        self._flush()

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
        self._on_messages(self, messages)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that nothing more will come."""
        del exc  # how a connection ended says nothing that the process's end does not
        self._transport = None
        self._disconnected.set()


def _kill_group(leader: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
