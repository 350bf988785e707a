"""The worker process by itself: what it says over its socket, and when it ends."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from flyweight.protocol import worker_pb2
from flyweight.protocol.framing import FrameSocket
from flyweight.runtime.interruption import AttemptInterrupted, interrupted_by_sigterm

PROGRAMS = Path(__file__).parents[1] / "executors" / "programs"


@contextmanager
def worker(log: Path) -> Generator[tuple[subprocess.Popen[bytes], FrameSocket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.settimeout(30)
    command = [sys.executable, "-m", "flyweight.runtime.worker", "--socket", str(theirs.fileno())]
    with ours, log.open("ab") as output:
        process = subprocess.Popen(
            [*command, "--runner", "attempts_on_demand:run"],
            pass_fds=[theirs.fileno()],
            stdout=output,
            stderr=output,
            env={**os.environ, "PYTHONPATH": str(PROGRAMS)},
        )
        theirs.close()
        try:
            yield process, FrameSocket(ours), ours
        finally:
            process.kill()
            process.wait()


def heard(connection: FrameSocket) -> worker_pb2.FromWorker:
    return worker_pb2.FromWorker.FromString(connection.receive() or b"")


def start(number: int, *arguments: str) -> worker_pb2.ToWorker:
    return worker_pb2.ToWorker(start=worker_pb2.Start(id=number, loader_args=arguments, inputs=b"xyz"))


@pytest.mark.slow
def test_it_says_ready_runs_attempts_in_order_and_stops(tmp_path: Path) -> None:
    with worker(tmp_path / "log") as (process, connection, _):
        assert heard(connection).ready.pid == process.pid
        connection.send(start(1, "echo"))
        connection.send(start(2, "raise"))
        connection.send(worker_pb2.ToWorker(stop=worker_pb2.Stop()))
        first, second = heard(connection).result, heard(connection).result
        assert (first.id, first.outputs, first.WhichOneof("outcome")) == (1, b"xyz", "outputs")
        assert 0 < first.started_at <= first.ended_at
        assert first.peak_memory_bytes > 2**20
        assert (second.id, second.WhichOneof("outcome")) == (2, "error")
        assert process.wait(30) == 0


@pytest.mark.slow
def test_it_ends_with_its_connection(tmp_path: Path) -> None:
    with worker(tmp_path / "log") as (process, connection, ours):
        assert heard(connection).HasField("ready")
        ours.shutdown(socket.SHUT_RDWR)
        assert process.wait(30) == 0


@pytest.mark.slow
def test_it_retires_when_an_attempt_left_processes_behind(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with worker(tmp_path / "log") as (process, connection, _):
        heard(connection)
        connection.send(start(1, "stray", str(mark)))
        assert heard(connection).result.retiring
        assert process.wait(30) == 0
    os.kill(int(mark.read_text()), signal.SIGKILL)


@pytest.mark.slow
def test_sigterm_ends_it_after_the_attempts_own_clean_up(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with worker(tmp_path / "log") as (process, connection, _):
        heard(connection)
        connection.send(start(1, "publish"))
        connection.send(start(2, "tidy", str(mark)))
        assert heard(connection).deck.revision == 1
        assert heard(connection).result.id == 1
        while not mark.exists():
            assert process.poll() is None
        process.terminate()
        assert process.wait(30) == 143
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
