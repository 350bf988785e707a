"""``FlyteDirectory``: what a user writes for a folder that is an input or output."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, Self

from flyweight import blob
from flyweight.errors import NotFound
from flyweight.ids import new_object_name
from flyweight.types.data import current_data
from flyweight.types.file import FlyteFile
from flyweight.types.lazy import LazyPath


class FlyteDirectory(LazyPath):
    """A folder that is an input or output: ``FlyteDirectory("images/")``, or with its format ``FlyteDirectory["jpg"]``.

    It is a path: ``os.listdir(folder)`` and ``Path(folder)`` work, and download it if it lies elsewhere.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        downloader: Callable[[], object] | None = None,
        remote_directory: str | os.PathLike[str] | Literal[False] | None = None,
    ) -> None:
        """Stand for a folder.

        Args:
            path: a local path, or the URI of a folder that exists already.
            downloader: called once, when the path is first needed: it must put the folder there.
            remote_directory: where to upload it; None chooses a place, False leaves it where it is.
        """
        super().__init__(path, downloader=downloader, remote_path=remote_directory)

    @property
    def remote_directory(self) -> str | None:
        """Where the folder is to be uploaded, if the user chose a place."""
        return self.remote_path

    @classmethod
    def new_remote(cls, stem: str | None = None, alt: str | None = None) -> Self:
        """Make up a folder at its final place, to be filled through ``new_file``; it is not uploaded again.

        Args:
            stem: the last part of its URI; a random name if None.
            alt: another prefix than the task's raw output prefix.
        """
        folder = cls.from_source(cls.new_place(stem, alt))
        if folder.data.is_local(folder.path):
            Path(folder.path).mkdir(parents=True, exist_ok=True)
        return folder

    @classmethod
    def new(cls, dirname: str | os.PathLike[str]) -> Self:
        """Make up a local folder in a scratch folder of the task, to be filled and returned."""
        path = current_data().local_path(os.fspath(dirname))
        path.mkdir(parents=True, exist_ok=True)
        return cls(path)

    def new_file(self, name: str | None = None) -> FlyteFile:
        """Make up a file inside, to be written with ``open("w")``; a random name if None."""
        inside = self._inside(name)
        return FlyteFile.from_source(inside) if self.remote_source else FlyteFile(inside)

    def new_dir(self, name: str | None = None) -> "FlyteDirectory":
        """Make up a folder inside; a random name if None."""
        inside = self._inside(name)
        if self.data.is_local(inside):
            blob.path_of(inside).mkdir(parents=True, exist_ok=True)
        return FlyteDirectory.from_source(inside) if self.remote_source else FlyteDirectory(inside)

    @classmethod
    def listdir(cls, directory: "FlyteDirectory") -> "list[FlyteFile | FlyteDirectory]":
        """List the files and folders right inside, sorted by name; none of them is downloaded before it is used."""
        root = directory.remote_source or directory.path
        below = {name.partition("/")[0]: "/" in name for name in directory.relative_names()}
        elsewhere = directory.remote_source is not None
        found: list[FlyteFile | FlyteDirectory] = []
        for name, is_folder in sorted(below.items()):
            kind = FlyteDirectory if is_folder else FlyteFile
            place = f"{root.rstrip('/')}/{name}"
            found.append(kind.from_source(place) if elsewhere else kind(place))
        return found

    def crawl(self, maxdepth: int | None = None, *, topdown: bool = True) -> Iterator[tuple[str, str]]:
        """Walk over all files, at most ``maxdepth`` folders deep, without a download.

        Each comes as the URI of this folder and the file's path below it: ``os.path.join(*pair)`` is its URI. With
        ``topdown=False`` the deeper ones come first.
        """
        root = (self.remote_source or self.path).rstrip("/")
        names = self.relative_names()
        for name in sorted(names, key=lambda one: (one.count("/") * (1 if topdown else -1), one)):
            if maxdepth is None or name.count("/") < maxdepth:
                yield root, name

    def relative_names(self) -> list[str]:
        """Give the path below this folder of every file in it; raises NotFound if it is to be here and is not."""
        if self.remote_source is not None and not self.downloaded:
            return self.data.list(self.remote_source)
        folder = self.download()
        if not Path(folder).is_dir():
            raise NotFound(f"There is no folder {folder}.")
        return self.data.list(folder)

    def __truediv__(self, other: str | os.PathLike[str]) -> Path:
        """Give a path inside; the folder is downloaded."""
        return Path(self) / other

    def _inside(self, name: str | None) -> str:
        return f"{(self.remote_source or self.path).rstrip('/')}/{name or new_object_name()}"
