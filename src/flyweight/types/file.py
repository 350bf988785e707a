"""``FlyteFile``: what a user writes for one file that is an input or output."""

import os
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Literal, Self

from flyweight.types.data import current_data
from flyweight.types.lazy import LazyPath


class FlyteFile(LazyPath):
    """A file that is an input or output: ``FlyteFile("model.bin")``, or with its format ``FlyteFile["csv"]``.

    It is a path: ``open(file)`` and ``pandas.read_csv(file)`` work, and download it if it lies elsewhere.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        downloader: Callable[[], object] | None = None,
        remote_path: str | os.PathLike[str] | Literal[False] | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        """Stand for a file.

        Args:
            path: a local path, or the URI of a file that exists already.
            downloader: called once, when the path is first needed: it must put the file there.
            remote_path: where to upload it; None chooses a place, False leaves it where it is.
            metadata: goes with the literal.
        """
        super().__init__(path, downloader=downloader, remote_path=remote_path, metadata=metadata)

    @classmethod
    def new_remote_file(cls, name: str | None = None, alt: str | None = None) -> Self:
        """Make up a file at its final place, to be written with ``open("w")``; it is not uploaded again.

        Args:
            name: the last part of its URI; a random name if None.
            alt: another prefix than the task's raw output prefix.
        """
        file = cls.from_source(cls.new_place(name, alt))
        if file.data.is_local(file.path):
            Path(file.path).parent.mkdir(parents=True, exist_ok=True)
        return file

    @classmethod
    def new(cls, filename: str | os.PathLike[str]) -> Self:
        """Make up a local file in a scratch folder of the task, to be written and returned."""
        return cls(current_data().local_path(os.fspath(filename)))

    @contextmanager
    def open(
        self, mode: str = "r", cache_type: str | None = None, cache_options: Mapping[str, Any] | None = None
    ) -> Generator[IO[Any]]:
        """Open for reading or writing; a file that lies elsewhere is streamed, and written there.

        ``cache_type`` and ``cache_options`` are taken for flytekit's sake and change nothing: reads are buffered.
        """
        _ = cache_type, cache_options
        uri = self.path if self.downloaded or self.remote_source is None else self.remote_source
        with self.data.open(uri, mode) as stream:
            yield stream
