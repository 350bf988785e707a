"""Where the bytes of files, folders and dataframes go: the port that codecs do their I/O through.

Whoever runs a task says where its raw data lies (``use_data``); codecs and ``FlyteFile.open`` ask ``current_data``.
Without anyone saying, it is a scratch folder of this process, so that plain local use works. A process that runs one
task at a time says it for all its threads (``serve_process``).
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import IO, Any, Protocol

from flyweight.types.storage import process_data


class DataAccess(Protocol):
    """Reads and writes objects by URI, and knows where new ones go; a path without a scheme is a local file."""

    def new_uri(self, name: str = "") -> str:
        """Make up the URI of a new object below the raw output prefix; ``name`` becomes its last part."""
        ...

    def put(self, path: str | Path, uri: str) -> None:
        """Upload a local file, or a folder with all it contains."""
        ...

    def put_bytes(self, data: bytes, uri: str) -> None:
        """Write one object."""
        ...

    def draft(self) -> Path:
        """Make up a local path to write a new object to, or a folder of objects, before ``store`` takes it."""
        ...

    def store(self, path: str | Path, name: str = "") -> str:
        """Bring a local file or folder to where new objects lie, and give its URI; ``name`` becomes its last part.

        What a call sends is addressed by its content where that is known: the same input is the same URI, again and
        again, and so is the same key of a cache.
        """
        ...

    def get(self, uri: str, path: str | Path) -> None:
        """Download an object to a file, or a prefix with all it contains to a folder."""
        ...

    def get_bytes(self, uri: str) -> bytes:
        """Read one object."""
        ...

    def list(self, uri: str) -> list[str]:
        """Give the paths of all objects below a prefix, relative to it, at any depth; sorted."""
        ...

    def open(self, uri: str, mode: str = "rb") -> IO[Any]:
        """Open one object as a stream."""
        ...

    def is_local(self, uri: str) -> bool:
        """Tell whether a URI is a path on this machine, readable without a download."""
        ...

    def local_path(self, name: str = "") -> Path:
        """Make up a path in the scratch folder, in a fresh folder of its own."""
        ...


_current: ContextVar[DataAccess | None] = ContextVar("flyweight_data", default=None)
_of_process: list[Callable[[], DataAccess]] = [process_data]


def current_data() -> DataAccess:
    """Give the data access of the task that runs here, or the process's own."""
    return _current.get() or _of_process[0]()


def serve_process(give: Callable[[], DataAccess]) -> Callable[[], DataAccess]:
    """Let the process's own data access be another one, asked for when it is needed; gives what gave it before."""
    before, _of_process[0] = _of_process[0], give
    return before


@contextmanager
def use_data(access: DataAccess) -> Generator[DataAccess]:
    """Send the I/O of codecs, files, folders and dataframes through ``access`` inside the ``with`` block."""
    token = _current.set(access)
    try:
        yield access
    finally:
        _current.reset(token)
