"""Bytes that one attempt leaves for the next: ``ctx.checkpoint`` reads the previous attempt's and writes its own."""

import contextlib
from pathlib import Path

from flyweight.errors import NotFound, PreconditionFailed
from flyweight.types.data import current_data

NAME = "checkpoint"


class Checkpoint:
    """The checkpoint of one attempt; prefixes are URIs, empty when there is none.

    Args:
        prefix: where this attempt writes.
        previous: where the attempt before it wrote.

    """

    def __init__(self, prefix: str, previous: str = "") -> None:
        self._prefix = prefix
        self._previous = previous

    def prev_exists(self) -> bool:
        """Tell whether an earlier attempt left something."""
        return self.read() is not None

    def exists(self) -> bool:
        """Tell whether there is something to read."""
        return self.read() is not None

    def read(self) -> bytes | None:
        """Give what was written last: by this attempt, else by the previous one, else None."""
        for prefix in filter(None, (self._prefix, self._previous)):
            with contextlib.suppress(NotFound, FileNotFoundError):
                return current_data().get_bytes(f"{prefix}/{NAME}")
        return None

    def write(self, content: bytes) -> None:
        """Keep these bytes for the next attempt, in place of what was written before."""
        if self._prefix:
            current_data().put_bytes(content, f"{self._prefix}/{NAME}")

    def save(self, path: str | Path) -> None:
        """Keep a file's content."""
        self.write(Path(path).read_bytes())

    def restore(self, path: str | Path) -> Path | None:
        """Write what there is to a file; None when there is nothing."""
        content = self.read()
        if content is None:
            return None
        target = Path(path)
        target.write_bytes(content)
        return target


class NoCheckpointError(PreconditionFailed, NotImplementedError):
    """There are checkpoints only in a task: outside of one, nothing is there to be made again."""


class NoCheckpoint(Checkpoint):
    """What ``current_context().checkpoint`` is outside of a task: any use says so, as in flytekit."""

    def __init__(self) -> None:
        super().__init__("")

    def read(self) -> bytes | None:
        """Say that there is none.

        Raises:
            NoCheckpointError: always.

        """
        raise NoCheckpointError

    def write(self, content: bytes) -> None:
        """Say that there is none.

        Raises:
            NoCheckpointError: always.

        """
        del content
        raise NoCheckpointError
