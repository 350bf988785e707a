"""A real platform as a user starts it: ``flyweight up`` in a process of its own, on a free port and an own folder."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLYWEIGHT = (sys.executable, "-m", "flyweight")
STOCK = ROOT / ".interop/venv/bin"


_ports = count(10_000 + os.getpid() * 997 % 20_000)
"""Below those that the kernel hands out by itself, and for each process of tests from a place of its own."""


def free_port() -> int:
    """Find a port that is free, and that nobody else is given before it is used."""
    while True:
        port = next(_ports)
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port


def until(fact: Callable[[], object], what: str, deadline: float = 30.0) -> object:
    """Wait for something to become true; the poll is the test's own, with a deadline that names what was missed."""
    end = time.monotonic() + deadline
    while True:
        seen = fact()
        if seen:
            return seen
        if time.monotonic() > end:
            raise AssertionError(f"not seen within {deadline} s: {what}")
        time.sleep(0.02)


def descendants(pid: int) -> set[int]:
    """Find every live process below that one."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            state, parent = stat.rpartition(")")[2].split()[:2]
            if state != "Z":
                children.setdefault(int(parent), []).append(int(entry.name))
    found: set[int] = set()
    todo = [pid]
    while todo:
        for child in children.get(todo.pop(), []):
            found.add(child)
            todo.append(child)
    return found


def alive(pid: int) -> bool:
    """Tell whether a process still runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class LivePlatform:
    """One data folder and port; the platform on it can be started, killed and started again."""

    command: Sequence[str] = FLYWEIGHT

    def __init__(self, data_dir: Path, *, flags: Sequence[str] = (), port: int = 0) -> None:
        self.data_dir = data_dir
        self.port = port or free_port()
        self.flags = tuple(flags)
        self.process: subprocess.Popen[bytes] | None = None
        self.log = data_dir.parent / f"{data_dir.name}.log"

    @property
    def endpoint(self) -> str:
        """Where it answers."""
        return f"127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a user whose default platform this is (our client and Flyte's find it)."""
        return {
            **os.environ,
            "FLYWEIGHT_DATA_DIR": str(self.data_dir),
            "FLYTE_PLATFORM_URL": self.endpoint,
            "FLYTE_PLATFORM_INSECURE": "true",
            "NO_COLOR": "1",
            "COLUMNS": "200",
        }

    def port_is_free(self) -> bool:
        """Tell whether nobody listens on its port."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) != 0

    def launch(self) -> None:
        """Start it, in a process group of its own, and do not wait."""
        command = [*self.command, "up", "--port", str(self.port), "--data-dir", str(self.data_dir), *self.flags]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, env=self.environment, start_new_session=True
            )

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.launch()
        until(self.answers, f"flyweight up answers\n{self.tail()}")

    def answers(self) -> bool:
        """Tell whether its health check answers; a platform that has died instead is an error."""
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"the platform left with {self.process.returncode}:\n{self.tail()}")
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                request = f"GET /healthcheck HTTP/1.1\r\nHost: {self.endpoint}\r\nConnection: close\r\n\r\n"
                connection.sendall(request.encode())
                return b" 200 " in connection.recv(64)
        except OSError:
            return False

    def tail(self) -> str:
        """Read the end of what it logged."""
        return self.log.read_text()[-4000:] if self.log.exists() else ""

    def kill(self) -> None:
        """``kill -9`` the server; its workers must follow by themselves."""
        assert self.process is not None
        family = descendants(self.process.pid)
        self.process.kill()
        self.process.wait()
        until(lambda: not any(alive(pid) for pid in family), "workers end with the platform")

    def stop(self) -> None:
        """SIGTERM, and wait for it to leave in order."""
        if self.process is None or self.process.poll() is not None:
            return
        family = descendants(self.process.pid)
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"SIGTERM did not end the platform within 20 s:\n{self.tail()}") from None
        assert code in (0, -signal.SIGTERM), f"left with {code}:\n{self.tail()}"
        until(lambda: not any(alive(pid) for pid in family), "no process is left behind")

    def run(
        self, *arguments: str, cwd: Path | None = None, check: bool = True, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run our command line as that user."""
        return self.call([*FLYWEIGHT, *arguments], cwd=cwd, check=check, timeout=timeout)

    def stock(
        self, program: str, *arguments: str, cwd: Path | None = None, check: bool = True, timeout: float = 180
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of the stock flytekit's environment against this platform."""
        return self.call([str(STOCK / program), *arguments], cwd=cwd, check=check, timeout=timeout)

    def call(
        self,
        command: Sequence[str],
        *,
        cwd: Path | None = None,
        check: bool = True,
        timeout: float = 120,
        environment: Mapping[str, str] | None = None,
        typed: str | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the user's environment; a failure shows everything that was printed."""
        done = subprocess.run(
            command,
            cwd=cwd,
            env={**self.environment, **(environment or {})},
            input=typed,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(
                f"{' '.join(map(str, command))} left with {done.returncode}\n{done.stdout}\n{done.stderr}\n"
                f"--- the platform's log\n{self.tail()}"
            )
        return done

    def get(self, path: str) -> dict:
        """Ask its REST API."""
        import urllib.request

        with urllib.request.urlopen(f"http://{self.endpoint}{path}", timeout=30) as answer:
            return json.load(answer)


@contextmanager
def live_platform(folder: Path, *, flags: Sequence[str] = ()) -> Iterator[LivePlatform]:
    """Give a running platform, and end it in order."""
    platform = LivePlatform(folder / "data", flags=flags)
    platform.start()
    try:
        yield platform
    finally:
        platform.stop()
