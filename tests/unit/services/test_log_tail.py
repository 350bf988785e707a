"""A tail reads just its own attempt's part of a shared file, in whole characters, and never another attempt's text."""

from pathlib import Path

import pytest

from flyweight.engine.phases import AttemptPhase
from flyweight.engine.records import AttemptRecord
from flyweight.ids import ExecutionKey, NodeId
from flyweight.services.log_tail import LogTail


def row(path: Path, phase: AttemptPhase, start: int = 0, end: int = -1) -> AttemptRecord:
    return AttemptRecord(
        execution=ExecutionKey(1),
        node=NodeId("n0"),
        attempt=0,
        task="p:d:t:v",
        phase=phase,
        log_path=str(path),
        log_start=start,
        log_end=end,
    )


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "worker.log"
    path.write_bytes(b"before|")
    return path


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def test_an_ended_attempt_is_read_from_its_start_to_its_end(log: Path) -> None:
    append(log, b"mine|after")
    tail = LogTail()
    tail.update(row(log, AttemptPhase.SUCCEEDED, 7, 12))
    assert tail.read() == b"mine|"
    assert tail.read() == b""
    assert tail.ended


def test_an_offset_counts_within_the_attempts_own_part(log: Path) -> None:
    append(log, b"0123456789")
    tail = LogTail(offset=4)
    tail.update(row(log, AttemptPhase.SUCCEEDED, 7, 17))
    assert tail.read() == b"456789"
    assert tail.offset == 10


def test_what_the_worker_wrote_for_its_next_attempt_is_never_shown(log: Path) -> None:
    append(log, b"mine")
    tail = LogTail()
    tail.update(row(log, AttemptPhase.RUNNING, 7))
    tail.look()
    assert tail.read() == b"", "nobody can tell yet whose text this is"
    append(log, b"next attempt's")
    tail.look()
    assert tail.read() == b"mine"
    tail.update(row(log, AttemptPhase.SUCCEEDED, 7, 11))
    tail.look()
    assert tail.read() == b""


@pytest.mark.parametrize("text", ["né", "日本", "a😀"])
def test_a_character_is_never_cut_while_the_log_grows(log: Path, text: str) -> None:
    whole = text.encode()
    tail = LogTail()
    tail.update(row(log, AttemptPhase.RUNNING, 7))
    seen = []
    for byte in whole:
        append(log, bytes([byte]))
        tail.look_at_all()
        seen.append(tail.read().decode())
    assert "".join(seen) == text


def test_bytes_that_are_no_characters_pass_in_the_end(log: Path) -> None:
    append(log, b"ok\xe6\x97")
    tail = LogTail()
    tail.update(row(log, AttemptPhase.RUNNING, 7))
    tail.look_at_all()
    assert tail.read() == b"ok"
    tail.update(row(log, AttemptPhase.FAILED, 7, 11))
    assert tail.read() == b"\xe6\x97"


def test_a_stray_continuation_byte_does_not_stop_the_log(log: Path) -> None:
    append(log, b"\x80\x80\x80\x80\x80tail")
    tail = LogTail()
    tail.update(row(log, AttemptPhase.RUNNING, 7))
    tail.look_at_all()
    assert tail.read() == b"\x80\x80\x80\x80\x80tail"


def test_a_deleted_file_reads_as_an_empty_log(log: Path) -> None:
    log.unlink()
    tail = LogTail()
    tail.update(row(log, AttemptPhase.SUCCEEDED, 7, 12))
    tail.look()
    assert tail.read() == b""


def test_nothing_is_read_before_a_file_is_known() -> None:
    tail = LogTail()
    tail.look()
    assert tail.read() == b""
    assert not tail.started
