"""A command in a process of its own: started, signalled, and told of at its end with what it used."""

import asyncio
import os
import signal
import subprocess
from contextlib import suppress
from threading import Thread

from flyweight.executors.warm_process import CommandCall, CommandExit


class ColdProcess:
    """A running command; the leader of a process group. Belongs to the event loop that it was made on.

    Raises:
        OSError: It could not be started.
        ValueError: A word or variable of it holds a NUL.
    """

    def __init__(self, call: CommandCall, variables: dict[str, str]) -> None:
        self._loop = asyncio.get_running_loop()
        with call.log.open("ab") as log:
            self._process = subprocess.Popen(
                call.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=call.directory,
                env={**call.environment, **variables},
                start_new_session=True,
            )
        self.done: asyncio.Future[CommandExit] = self._loop.create_future()
        Thread(target=self._wait, name=f"command-{self.pid}", daemon=True).start()

    @property
    def pid(self) -> int:
        """Its process id, which stays its own until ``done`` is."""
        return self._process.pid

    def signal(self, which: signal.Signals) -> None:
        """Signal it and what it has started in its group."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, which)

    def _wait(self) -> None:
        os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        with suppress(RuntimeError):  # the loop is closed: nobody asks any more
            self._loop.call_soon_threadsafe(self._reap)

    def _reap(self) -> None:
        _, status, used = os.wait4(self.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)  # else it would look for the process once more
        if not self.done.done():
            # Its largest size is not told: the kernel counts what this process was when it started it.
            self.done.set_result(CommandExit(code=self._process.returncode, cpu_seconds=used.ru_utime + used.ru_stime))
