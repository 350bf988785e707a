"""A warm entry point: flytekit's commands run as forks of a process that has imported it, one an environment."""

import asyncio
import json
import signal
import socket
from asyncio.subprocess import DEVNULL
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from flyweight.executors.leftovers import MARK, mark

SCRIPT = Path(__file__).with_name("warm_entrypoint.py")
PROGRAMS = frozenset({"pyflyte-execute", "pyflyte-fast-execute", "pyflyte-map-execute"})
"""The commands that it can run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandCall:
    """A command to run: what a new process would be given."""

    argv: tuple[str, ...]
    environment: dict[str, str]
    directory: Path
    log: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandExit:
    """How a command ended, and what it and all the processes that it has waited for used."""

    code: int
    """Its return code; negative: a signal."""
    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0
    """The largest size of any one of them; 0 where that is not known."""


_LOST = CommandExit(code=-signal.SIGKILL)


class WarmProcess:
    """Started at first use; restarted when it was lost. All commands that ran in it are lost with it."""

    def __init__(self, python: str, directory: Path, environment: dict[str, str]) -> None:
        self._python = python
        self._directory = directory
        self._environment = environment
        self._numbers = 0
        self._waiting: dict[int, asyncio.Future[CommandExit]] = {}
        self._processes: dict[int, int] = {}
        self._started: dict[int, Callable[[int], None]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._life: asyncio.Task[None] | None = None
        self._up: asyncio.Future[bool] | None = None
        self._refused = False

    async def available(self) -> bool:
        """Start it if need be; False when this environment has no flytekit to keep warm (asked once)."""
        if self._refused:
            return False
        if self._life is None or self._life.done():
            self._up = asyncio.get_running_loop().create_future()
            self._life = asyncio.get_running_loop().create_task(self._live(self._up))
        return self._up is not None and await asyncio.shield(self._up)

    def run(
        self, call: CommandCall, started: Callable[[int], None] | None = None
    ) -> tuple[int, "asyncio.Future[CommandExit]"]:
        """Run a command; gives its number, and its end to come (as if by SIGKILL when the process was lost).

        ``started`` is told its process as soon as it has one.
        """
        self._numbers += 1
        if started is not None:
            self._started[self._numbers] = started
        done: asyncio.Future[CommandExit] = asyncio.get_running_loop().create_future()
        self._waiting[self._numbers] = done
        self._send(
            {
                "run": self._numbers,
                "argv": call.argv,
                "env": {**call.environment, MARK: mark(call.directory)},
                "cwd": str(call.directory),
                "log": str(call.log),
            }
        )
        return self._numbers, done

    def process(self, number: int) -> int:
        """Tell the process of a running command; 0 when it has none (yet)."""
        return self._processes.get(number, 0)

    def signal(self, number: int, which: signal.Signals) -> None:
        """Signal a running command and what it has started."""
        self._send({"signal": int(which), "id": number})

    async def close(self) -> None:
        """End it and all that runs in it."""
        if self._writer is not None:
            self._writer.close()
        if self._life is not None:
            with suppress(asyncio.CancelledError):
                self._life.cancel()
                await self._life

    async def _live(self, up: "asyncio.Future[bool]") -> None:
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                process = await asyncio.create_subprocess_exec(
                    *(self._python, str(SCRIPT), str(theirs.fileno())),
                    stdin=DEVNULL,
                    stdout=DEVNULL,
                    stderr=DEVNULL,
                    pass_fds=[theirs.fileno()],
                    cwd=self._directory,
                    # What the import itself leaves in the temporary folder goes with the platform's scratch.
                    env={**self._environment, MARK: mark(self._directory), "TMPDIR": str(self._directory)},
                    start_new_session=True,
                )
        except OSError:
            ours.close()
            up.set_result(False)
            return
        try:
            reader, self._writer = await asyncio.open_unix_connection(sock=ours)
            while line := await reader.readline():
                self._received(json.loads(line), up)
        except ConnectionError:
            pass  # it died in the middle of a line
        finally:
            if self._writer is not None:
                self._writer.close()
                self._writer = None
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            if not up.done():
                up.set_result(False)
            self._lose_all()

    def _received(self, message: dict[str, float | bool | str], up: "asyncio.Future[bool]") -> None:
        if "pid" in message:
            self._processes[int(message["id"])] = int(message["pid"])
            started = self._started.pop(int(message["id"]), None)
            if started is not None:
                started(int(message["pid"]))
        elif "exit" in message:
            self._processes.pop(int(message["id"]), None)
            self._started.pop(int(message["id"]), None)  # where it never had a process
            done = self._waiting.pop(int(message["id"]), None)
            if done is not None and not done.done():
                done.set_result(
                    CommandExit(
                        code=int(message["exit"]),
                        cpu_seconds=float(message["cpu"]),
                        peak_memory_bytes=int(message["peak"]),
                    )
                )
        elif "ready" in message or "unavailable" in message:
            self._refused = "unavailable" in message
            if not up.done():
                up.set_result(not self._refused)

    def _lose_all(self) -> None:
        for done in self._waiting.values():
            if not done.done():
                done.set_result(_LOST)
        self._waiting.clear()
        self._processes.clear()
        self._started.clear()

    def _send(self, message: dict[str, object]) -> None:
        if self._writer is None:
            self._lose_all()
        else:
            self._writer.write(json.dumps(message).encode() + b"\n")
