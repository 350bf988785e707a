"""Lets a notebook show the user's own frames of an error, without ours between them; ``%tb`` shows no others either."""

import sys
from types import TracebackType
from typing import Any

from flyweight.runtime.failures import MACHINERY


def show_user_frames() -> None:
    """Have the kernel that this process is, if it is one, leave our frames out of what it shows; once is enough."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None and not shell.custom_exceptions:  # whoever has chosen another way of showing errors keeps it
        shell.set_custom_exc((Exception,), _show)


def without_ours(error: BaseException) -> BaseException:
    """Take our frames out of an error's traceback, and out of those of the errors that it came from or consists of."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        current.__traceback__ = _kept(current.__traceback__)
        waiting.append(current.__cause__ or current.__context__)
        if isinstance(current, BaseExceptionGroup):
            waiting += current.exceptions
    return error


def _kept(trace: TracebackType | None) -> TracebackType | None:
    frames: list[TracebackType] = []
    while trace is not None:  # a loop: an error of too deep a recursion has as many frames as there can be
        frames.append(trace)
        trace = trace.tb_next
    kept: TracebackType | None = None
    for each in reversed(frames):
        if not each.tb_frame.f_code.co_filename.startswith(MACHINERY):
            kept = TracebackType(kept, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return kept


def _show(
    shell: Any, kind: type[BaseException], error: BaseException, trace: object, tb_offset: int | None = None
) -> None:
    """Show an error as IPython would; it calls this with itself as the first argument."""
    del trace
    without_ours(error)
    shell.showtraceback((kind, error, error.__traceback__), tb_offset=tb_offset)
