"""The worker process by itself: what it says over its socket, and when it ends."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from flyweight.protocol import worker_pb2
from flyweight.protocol.framing import FrameSocket, write_permits
from flyweight.runtime.interruption import AttemptInterrupted, interrupted_by_sigterm

PROGRAMS = Path(__file__).parents[1] / "executors" / "programs"


@dataclass(frozen=True)
class RunningWorker:
    process: subprocess.Popen[bytes]
    connection: FrameSocket
    permits: socket.socket

    def start(self, number: int, *arguments: str, shared: int = 0) -> None:
        """Send an attempt; it may begin once its number is permitted."""
        start = worker_pb2.Start(id=number, loader_args=arguments, inputs=b"xyz", shared=shared)
        self.connection.send(worker_pb2.ToWorker(start=start))

    def permit(self, *numbers: int) -> None:
        self.permits.send(write_permits(numbers))

    def heard(self) -> worker_pb2.FromWorker:
        return worker_pb2.FromWorker.FromString(self.connection.receive() or b"")


@contextmanager
def worker(log: Path) -> Generator[RunningWorker]:
    ours, theirs = socket.socketpair()
    permits, taken = socket.socketpair()
    ours.settimeout(30)
    command = [sys.executable, "-m", "flyweight.runtime.worker", "--runner", "attempts_on_demand:run"]
    with ours, permits, log.open("ab") as output:
        process = subprocess.Popen(
            [*command, "--socket", str(theirs.fileno()), "--permits", str(taken.fileno())],
            pass_fds=[theirs.fileno(), taken.fileno()],
            stdout=output,
            stderr=output,
            env={**os.environ, "PYTHONPATH": str(PROGRAMS)},
        )
        theirs.close()
        taken.close()
        try:
            yield RunningWorker(process, FrameSocket(ours), permits)
        finally:
            process.kill()
            process.wait()


@pytest.mark.slow
def test_it_says_ready_and_runs_what_is_permitted_until_permits_end(tmp_path: Path) -> None:
    with worker(tmp_path / "log") as running:
        assert running.heard().ready.pid == running.process.pid
        running.start(1, "echo")
        running.start(2, "die", "9")
        running.start(3, "raise")
        running.permit(1, 3)
        first, second = running.heard().result, running.heard().result
        assert (first.id, first.outputs, first.WhichOneof("outcome")) == (1, b"xyz", "outputs")
        assert 0 < first.started_at <= first.ended_at
        assert first.peak_memory_bytes > 2**20
        assert (second.id, second.WhichOneof("outcome")) == (3, "error")
        running.permits.close()
        assert running.process.wait(30) == 0


@pytest.mark.slow
def test_what_attempts_share_is_sent_once(tmp_path: Path) -> None:
    with worker(tmp_path / "log") as running:
        running.heard()
        part = worker_pb2.Start(loader_args=["environment"], environment={"A": "shared"})
        running.connection.send(worker_pb2.ToWorker(shared=worker_pb2.Shared(number=7, part=part)))
        running.start(1, shared=7)
        start = worker_pb2.Start(id=2, shared=7, environment={"B": "own"})
        running.connection.send(worker_pb2.ToWorker(start=start))
        running.permit(1, 2)
        assert [running.heard().result.outputs for _ in range(2)] == [b"A=shared", b"A=shared B=own"]


@pytest.mark.slow
def test_it_ends_with_its_connection(tmp_path: Path) -> None:
    with worker(tmp_path / "log") as running:
        assert running.heard().HasField("ready")
        running.permits.shutdown(socket.SHUT_RDWR)
        assert running.process.wait(30) == 0


@pytest.mark.slow
def test_it_retires_when_an_attempt_left_processes_behind(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with worker(tmp_path / "log") as running:
        running.heard()
        running.start(1, "stray", str(mark))
        running.permit(1)
        assert running.heard().result.retiring
        assert running.process.wait(30) == 0
    os.kill(int(mark.read_text()), signal.SIGKILL)


@pytest.mark.slow
def test_user_code_that_forks_and_returns_twice_answers_once(tmp_path: Path) -> None:
    with worker(tmp_path / "log") as running:
        running.heard()
        running.start(1, "fork")
        running.start(2, "echo")
        running.permit(1, 2)
        assert running.heard().result.id == 1
        assert running.process.wait(30) == 0
        assert running.connection.receive() is None


@pytest.mark.slow
def test_sigterm_ends_it_after_the_attempts_own_clean_up(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with worker(tmp_path / "log") as running:
        running.heard()
        running.start(1, "publish")
        running.start(2, "deaf")
        running.start(3, "tidy", str(mark))
        running.permit(1, 2, 3)
        assert running.heard().deck.revision == 1
        assert [running.heard().result.id for _ in range(2)] == [1, 2]
        while not mark.exists():
            assert running.process.poll() is None
        running.process.terminate()
        assert running.process.wait(30) == 143
        assert mark.read_text() == "tidied"


def test_the_first_signal_interrupts_and_a_second_is_ignored() -> None:
    cleaned: list[str] = []

    def clean() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        cleaned.append("all")

    def attempt() -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            cleaned.append("never")
        finally:
            clean()

    before = signal.getsignal(signal.SIGTERM)
    try:
        with pytest.raises(AttemptInterrupted), interrupted_by_sigterm():
            attempt()
        assert cleaned == ["all"]
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGTERM, before)
