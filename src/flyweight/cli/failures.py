"""Turns an exception into what a user can use: one clear message, or the user's own traceback without our frames."""

import sysconfig
import traceback
from pathlib import Path
from types import TracebackType
from typing import Final

import click

from flyweight.errors import FlyweightError, PlatformError, Unsupported

FAILED: Final = 1
OURS: Final = f"{Path(__file__).resolve().parent.parent}/"
"""The folder of our own code; frames in it tell a user nothing."""
_INSTALLED: Final = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib"))
"""Folders of Python's and other people's code."""
_IMPORT_MACHINERY: Final = ("<frozen importlib", "importlib/__init__.py", "<frozen runpy>")
_LOOPS: Final = tuple(f"{sysconfig.get_path('stdlib')}/{package}/" for package in ("asyncio", "concurrent"))


def explain(error: BaseException, *, verbose: bool) -> int:
    """Print an error and give the exit code that stands for it."""
    match error:
        case click.ClickException():
            error.show()
            return error.exit_code
        case click.exceptions.Exit():
            return error.exit_code
        case FlyweightError() if not verbose:
            click.secho(f"Error: {error.message}", fg="red", err=True)
            if place := user_line(error.__traceback__):
                click.echo(f"  at {place}", err=True)
            if isinstance(error, PlatformError) and not isinstance(error, Unsupported):
                click.echo("This is a fault of the platform; `flyweight -v COMMAND ...` shows more.", err=True)
            return FAILED
        case _:
            click.echo("".join(format_user_frames(error, everything=verbose)), err=True, nl=False)
            return FAILED


def format_user_frames(error: BaseException, *, everything: bool = False) -> list[str]:
    """Format a traceback with the user's frames alone (with all of them, if there are none or everything is wanted)."""
    formatted = traceback.TracebackException.from_exception(error)
    if not everything:
        _drop_ours(formatted)
    return list(formatted.format())


def is_ours(filename: str) -> bool:
    """Tell whether a frame's file is Flyweight's own, or Python's machinery between us and the user."""
    return filename.startswith((OURS, *_LOOPS)) or any(part in filename for part in (*_IMPORT_MACHINERY, "/click/"))


def user_line(trace: TracebackType | None) -> str | None:
    """Give the innermost line of the user's own code that a traceback passes through, with where it stands."""
    for frame in reversed(traceback.extract_tb(trace)):
        generated = not frame.line  # as the __init__ of a dataclass is
        if not generated and not is_ours(frame.filename) and not frame.filename.startswith(_INSTALLED):
            return f"{frame.filename}:{frame.lineno} in {frame.name}: {frame.line}"
    return None


def _drop_ours(formatted: traceback.TracebackException) -> None:
    kept = [frame for frame in formatted.stack if not is_ours(frame.filename)]
    formatted.stack = traceback.StackSummary.from_list(kept)
    for inner in (formatted.__cause__, formatted.__context__, *(formatted.exceptions or ())):
        if inner is not None:
            _drop_ours(inner)
