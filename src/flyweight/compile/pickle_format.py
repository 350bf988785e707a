"""Reads the tasks out of a pickle that ``pickled`` made; all that a worker needs of it."""

import gzip
import linecache
import pickle
import sys
from typing import Any

from flyweight.errors import InvalidInput, PreconditionFailed
from flyweight.sdk.base_task import PythonTask

FILE_NAME = "pkl.gz"

AnyTask = PythonTask[Any]


def read_pickled(content: bytes) -> dict[str, AnyTask]:
    """Read the tasks of a pickle, by name; tracebacks through their code show its lines from then on.

    Raises:
        PreconditionFailed: it was made by another Python version.
        InvalidInput: it is not such a pickle.

    """
    try:
        found: dict[str, Any] = pickle.loads(gzip.decompress(content))  # noqa: S301 - the user's own code, run anyway
        made_by, packed, sources = found["python"], found["tasks"], found["sources"]
    except (OSError, EOFError, KeyError, TypeError, pickle.UnpicklingError) as error:
        raise InvalidInput(f"The code sent from the notebook is damaged ({error}). Execute it again.") from error
    if made_by != python_version():
        raise PreconditionFailed(
            f"The code was sent from Python {made_by}, and this worker runs Python {python_version()}. Use the same "
            "version on both sides: functions cannot travel between versions."
        )
    _show_sources(sources)
    return {name: pickle.loads(body) for name, body in packed.items()}  # noqa: S301 - as above


def _show_sources(sources: dict[str, str]) -> None:
    """Let tracebacks of this process show these texts; no file needs to be there."""
    for name, text in sources.items():
        # Without a time of change, linecache takes the entry as it is and never looks for a file.
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)


def python_version() -> str:
    """Give major and minor version: what must be equal on both sides of a pickle."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"
