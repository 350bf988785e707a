"""A file that is written under a temporary name, and becomes what it is to be only when all of it is there."""

import io
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from flyweight.ids import new_object_name

TEMPORARY = ".part-"
"""How temporary names begin; lists leave such files out."""


class PendingFile(io.BufferedWriter):
    """A binary stream into a temporary file; ``close`` hands it on, an error inside ``with`` drops it."""

    def __init__(self, file: io.FileIO, path: Path, finish: Callable[[Path], None]) -> None:
        self._path = path
        self._finish: Callable[[Path], None] | None = finish
        super().__init__(file)

    def close(self) -> None:
        """Hand the file on, the first time."""
        finish, self._finish = self._finish, None
        try:
            super().close()
            if finish is not None:
                finish(self._path)
        finally:
            if finish is not None:
                self._path.unlink(missing_ok=True)

    def drop(self) -> None:
        """Forget what was written, and what was still to be: a full disk must not refuse that."""
        if self._finish is not None:
            self._finish = None
            self._path.unlink(missing_ok=True)
        self.raw.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.drop()

    def __del__(self) -> None:
        # An abandoned stream is no finished object: the parent class would close it, and so hand it on.
        self.drop()


def pending_file(folder: Path, finish: Callable[[Path], None]) -> PendingFile:
    """Open one in ``folder``; at the end ``finish`` is given the temporary file, to rename or send it."""
    path = folder / f"{TEMPORARY}{new_object_name()}"
    return PendingFile(io.FileIO(path, "xb"), path, finish)
