"""One attempt's part of a log file that several share, read as it grows: row and file in, whole characters out."""

import os
from pathlib import Path

from flyweight.engine.records import AttemptRecord

CHUNK = 256 * 1024
"""Bytes of one message: large enough to be quick, far below every message limit."""

_CONTINUATION = 0b1000_0000, 0b1100_0000
_LONGEST_CHARACTER = 4


class LogTail:
    """Where one reader of one attempt's log stands. ``read`` blocks on the disk: call it in a thread.

    The worker goes on to other attempts in the same file, and the row that says where this one ended comes a moment
    later. So while it runs, only what was there at the previous look is given out.
    """

    def __init__(self, *, offset: int = 0) -> None:
        self.offset = offset
        """The next byte, counted within the attempt's own part."""
        self._path = ""
        self._start = 0
        self._end = -1
        self._ended = False
        self._seen = 0
        self._settled = 0

    @property
    def started(self) -> bool:
        """Tell whether a log file is known."""
        return bool(self._path)

    @property
    def ended(self) -> bool:
        """Tell whether the attempt is over, so that an empty ``read`` means the log was read to its end."""
        return self._ended

    def update(self, record: AttemptRecord) -> None:
        """Take what the attempt's row says now."""
        self._path = record.log_path
        self._start = record.log_start
        self._end = record.log_end
        self._ended = record.phase.terminal

    def look(self) -> None:
        """See how far the file has grown; what was seen the time before can now be read. Call it once a poll."""
        self._settled, self._seen = self._seen, _size(self._path)

    def look_at_all(self) -> None:
        """Make everything readable without waiting to be sure who wrote it: for a look that no other follows."""
        self._settled = self._seen = _size(self._path)

    def read(self) -> bytes:
        """Read on: at most one chunk, empty when there is nothing new. A log file that was deleted reads as empty."""
        if not self._path:
            return b""
        try:
            with Path(self._path).open("rb") as file:
                limit = self._limit(os.fstat(file.fileno()).st_size)
                position = self._start + self.offset
                file.seek(position)
                data = file.read(max(0, min(CHUNK, limit - position)))
        except FileNotFoundError:
            return b""
        at_end = self._ended and position + len(data) >= limit
        text = data if at_end else data[: _whole_characters(data)]
        self.offset += len(text)
        return text

    def _limit(self, size: int) -> int:
        if self._end >= 0:
            return min(self._end, size)
        return size if self._ended else min(self._settled, size)


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size if path else 0
    except FileNotFoundError:
        return 0


def _whole_characters(data: bytes) -> int:
    """Count the bytes up to the last whole UTF-8 character; bytes that are no UTF-8 pass as they are."""
    value, mask = _CONTINUATION
    for back in range(1, min(_LONGEST_CHARACTER, len(data)) + 1):
        byte = data[-back]
        if byte & mask == value:
            continue
        return len(data) - back if _character_length(byte) > back else len(data)
    return len(data)


def _character_length(lead: int) -> int:
    for length, mask, value in ((1, 0b1000_0000, 0), (2, 0b1110_0000, 0b1100_0000), (3, 0b1111_0000, 0b1110_0000)):
        if lead & mask == value:
            return length
    return _LONGEST_CHARACTER
