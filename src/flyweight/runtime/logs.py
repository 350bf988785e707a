"""Captures all that an attempt writes: stdout, stderr, logging and C libraries end in the worker's own log file.

The file is descriptors 1 and 2 of the process, so nothing is lost when it crashes; here Python's and libc's buffers are
kept from holding lines back, and logging is given a form.
"""

import ctypes
import faulthandler
import io
import logging
import os
import sys

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def capture() -> None:
    """Set the process up once, before any user code is imported."""
    faulthandler.enable()  # a segmentation fault leaves Python's stack in the log
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True, errors="backslashreplace")
    # The handler of last resort, not one on the root logger: a user's logging.basicConfig() keeps its full effect.
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(_FORMAT))
    logging.lastResort = handler
    logging.getLogger().setLevel(logging.INFO)


class Log:
    """The worker's log file, as this process's own stdout is set up to write it."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None)
        self._file = os.dup(1)  # user code may close or redirect the descriptor itself

    def flush(self) -> None:
        """Bring what is still buffered to the file: Python's streams (user code may have put its own) and libc's."""
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError, AttributeError):
                # A full disk, or a stream that user code closed or replaced: its log is poorer, its result is not.
                continue
        self._libc.fflush(None)

    def tell(self, message: str) -> None:
        """Add a message, behind what was flushed; a full disk has no room for it."""
        left = message.encode(errors="backslashreplace")
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError:
            return

    def size(self) -> int:
        """Tell how much stands in the file, which is only ever added to."""
        return os.lseek(self._file, 0, os.SEEK_END)
