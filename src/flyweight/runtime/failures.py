"""Turns an exception into what a platform keeps of it: a ContainerError with the user's frames and without ours."""

import importlib
import os
import textwrap
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from flyteidl.core import errors_pb2, execution_pb2

from flyweight.clock import SystemClock, to_timestamp
from flyweight.errors import FlyweightError, PlatformError, RecoverableError, StorageFailed, TryAgain, UserError
from flyweight.semantics.failing import ANY_EXCEPTION

_LIBRARY = Path(importlib.__file__).parent.parent
MACHINERY = (
    f"{Path(__file__).resolve().parent.parent}{os.sep}",
    *(f"{_LIBRARY / package}{os.sep}" for package in ("importlib", "asyncio", "concurrent")),
    "<frozen importlib",
)
"""Where frames come from that tell a user nothing: Flyweight, and Python's import system and loops."""
RECOVERABLE = "USER:Recoverable"
BAD_CODE = "USER:ImportError"
BAD_INPUT = "USER:BadInput"
BAD_OUTPUT = "USER:BadOutput"
BAD_GRAPH = "USER:DynamicWorkflowBuildFailed"
PLATFORM_FAULT = "SYSTEM:Unknown"
MAX_MESSAGE = 64 * 1024
"""Characters that are kept; an exception may carry a whole dataset in its text."""
_MAX_SAID = MAX_MESSAGE // 8
"""Characters that are kept of what an exception says below its frames: these are what must not be lost."""
_MAX_MEMBERS = 10
_MAX_NESTED = 3
"""How many members of a group of errors are told, and how deep."""


class AttemptFailed(Exception):  # noqa: N818 - it says what happened, and it never leaves this package
    """An attempt ended in an error that is known already."""

    def __init__(self, error: errors_pb2.ContainerError) -> None:
        super().__init__(error.message)
        self.error = error


def user_failure(error: BaseException, code: Path | None = None) -> errors_pb2.ContainerError:
    """Map what a task's own code raised: it fails for good, unless it asked for another attempt.

    Files below ``code``, where the bundle was unpacked, are named as in the user's own source tree.
    """
    text = describe(error) if code is None else describe(error).replace(f"{code}/", "")
    if asks_again(error):
        return _container_error(RECOVERABLE, text, recoverable=True)
    return _container_error(ANY_EXCEPTION, text)


def asks_again(error: BaseException) -> bool:
    """Tell whether an error asks for another attempt; a group does when all of its members do."""
    if isinstance(error, BaseExceptionGroup):
        members: tuple[BaseException, ...] = error.exceptions
        return all(asks_again(member) for member in members)
    return isinstance(error, RecoverableError)


def failure(code: str, what: str, error: Exception, place: str = "") -> errors_pb2.ContainerError:
    """Map an error from around the user's code; ``what`` says in words what could not be done, ``place`` for what line.

    Our own refusals need no traceback: their text says what to do. A fault of storage or platform is tried again.
    """
    text = error.message if isinstance(error, (UserError, TryAgain, StorageFailed)) else describe(error)
    if isinstance(error, (TryAgain, PlatformError, OSError)):
        return _container_error(
            PLATFORM_FAULT, f"{what}: {text}", recoverable=True, origin=execution_pb2.ExecutionError.SYSTEM
        )
    return _container_error(code, f"{what}: {text}{place}")


def describe(error: BaseException) -> str:
    """Give an error's text: what it says first, then the user's part of the traceback, causes and members included."""
    head = _shortened(summary(error), MAX_MESSAGE // 2)
    frames = "".join(_chain(error)).strip("\n")
    return _shortened(f"{head}\n\n{frames}" if frames else head, MAX_MESSAGE)


def summary(error: BaseException) -> str:
    """Give an error in one line of Python's form, with the notes it bears."""
    text = "".join(traceback.format_exception_only(error)).rstrip()
    if isinstance(error, FlyweightError):
        # Without the module, which is ours, and by the name that users have for what they raise themselves.
        name = "FlyteRecoverableException" if type(error) is RecoverableError else type(error).__name__
        return f"{name}: {error}"
    return text


def user_frames(trace: TracebackType | None) -> traceback.StackSummary:
    """Give a traceback without the machinery's frames; nothing may be left, then the text of the error must do."""
    return traceback.StackSummary.from_list(
        [frame for frame in traceback.extract_tb(trace) if not _is_machinery(frame.filename)]
    )


def _is_machinery(filename: str) -> bool:
    return filename.startswith(MACHINERY)


def _is_our_business(error: BaseException, cause: BaseException) -> bool:
    """Tell whether an error of ours says what it came from: none of it passed through the user's code."""
    return isinstance(error, FlyweightError) and not user_frames(cause.__traceback__)


def _chain(error: BaseException, depth: int = 0) -> Iterator[str]:
    """Write an error with the ones it came from, the oldest first, as Python does; ``depth`` counts groups around."""
    seen: list[BaseException] = []
    reasons: list[str] = []
    current: BaseException | None = error
    while current is not None and current not in seen:
        seen.append(current)
        if current.__cause__ is not None:
            reasons.append("\nThe above exception was the direct cause of the following exception:\n\n")
            current = None if _is_our_business(current, current.__cause__) else current.__cause__
        elif current.__context__ is not None and not current.__suppress_context__:
            reasons.append("\nDuring handling of the above exception, another exception occurred:\n\n")
            current = current.__context__
        else:
            current = None
    for index in range(len(seen) - 1, -1, -1):
        frames = user_frames(seen[index].__traceback__)
        if frames or len(seen) > 1 or depth:
            yield "Traceback (most recent call last):\n"
            yield from frames.format()
            yield _shortened(summary(seen[index]), _MAX_SAID) + "\n"
        yield from _members(seen[index], depth)
        if index:
            yield reasons[index - 1]


def _members(error: BaseException, depth: int) -> Iterator[str]:
    """Write what a group of errors consists of, each with its own frames."""
    if not isinstance(error, BaseExceptionGroup) or depth == _MAX_NESTED:
        return
    members: tuple[BaseException, ...] = error.exceptions
    for number, member in enumerate(members[:_MAX_MEMBERS], 1):
        yield f"\n  Error {number} of {len(members)}:\n"
        yield textwrap.indent("".join(_chain(member, depth + 1)), "    ")
    if len(members) > _MAX_MEMBERS:
        yield f"\n  ... and {len(members) - _MAX_MEMBERS} more\n"


def _shortened(text: str, limit: int) -> str:
    """Leave out the middle of a long text: what an error says stands first, the line that raised it near the end."""
    if len(text) <= limit:
        return text
    return f"{text[: limit // 2]}\n... ({len(text) - limit} characters are left out)\n{text[len(text) - limit // 2 :]}"


def _container_error(
    code: str,
    message: str,
    *,
    recoverable: bool = False,
    origin: execution_pb2.ExecutionError.ErrorKind = execution_pb2.ExecutionError.USER,
) -> errors_pb2.ContainerError:
    kind = errors_pb2.ContainerError.RECOVERABLE if recoverable else errors_pb2.ContainerError.NON_RECOVERABLE
    return errors_pb2.ContainerError(
        code=code, message=message, kind=kind, origin=origin, timestamp=to_timestamp(SystemClock().now())
    )
