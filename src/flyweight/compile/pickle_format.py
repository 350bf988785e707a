"""Reads the tasks out of a pickle that ``pickled`` made; all that a worker needs of it."""

import gzip
import pickle
import sys
from typing import Any

from flyweight.errors import InvalidInput, PreconditionFailed
from flyweight.sdk.task import Task

FILE_NAME = "pkl.gz"

AnyTask = Task[..., Any]


def read_pickled(content: bytes) -> dict[str, AnyTask]:
    """Read the tasks of a pickle, by name.

    Raises:
        PreconditionFailed: it was made by another Python version.
        InvalidInput: it is not such a pickle.

    """
    try:
        found: dict[str, Any] = pickle.loads(gzip.decompress(content))  # noqa: S301 - the user's own code, run anyway
        made_by, packed = found["python"], found["tasks"]
    except (OSError, EOFError, KeyError, TypeError, pickle.UnpicklingError) as error:
        raise InvalidInput(f"The code sent from the notebook is damaged ({error}). Execute it again.") from error
    if made_by != python_version():
        raise PreconditionFailed(
            f"The code was sent from Python {made_by}, and this worker runs Python {python_version()}. Use the same "
            "version on both sides: functions cannot travel between versions."
        )
    return {name: pickle.loads(body) for name, body in packed.items()}  # noqa: S301 - as above


def python_version() -> str:
    """Give major and minor version: what must be equal on both sides of a pickle."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"
