"""While user code runs, SIGTERM is an exception in the main thread: ``finally`` blocks and a last deck still run."""

import importlib
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

# Python's own, behind the face in ``signal`` that looks for a handler among the members of an enum first. A function is
# none, and to find that out takes longer than anything else that is done around an attempt.
_handler_of: Callable[[int], object] = importlib.import_module("_signal").getsignal


class AttemptInterrupted(BaseException):
    """The platform asked this attempt to stop (SIGTERM). What does not stop within the grace period is killed.

    Not an ``Exception``: user code that catches errors broadly does not catch this.
    """

    def __init__(self, message: str = "the attempt was asked to stop (SIGTERM)") -> None:
        super().__init__(message)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    # The second signal of an impatient sender must not tear the clean-up that the first one set off.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise AttemptInterrupted


@contextmanager
def interrupted_by_sigterm() -> Generator[None]:
    """Within this block the first SIGTERM raises ``AttemptInterrupted``; to be used on the main thread.

    Outside it the signal ends the process at once, as it would any.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def rearm() -> None:
    """Within the block of ``interrupted_by_sigterm``: see to it that the signal still interrupts."""
    if _handler_of(signal.SIGTERM) is not _interrupt:
        signal.signal(signal.SIGTERM, _interrupt)
