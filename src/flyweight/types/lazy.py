"""What files and folders have in common: a path here, an object elsewhere, and a download on the first use."""

import os
from collections.abc import Callable, Mapping
from importlib import import_module
from types import new_class
from typing import Annotated, Any, ClassVar, Self, get_args, get_origin

from flyweight import blob
from flyweight.ids import new_object_name
from flyweight.types.data import DataAccess, current_data
from flyweight.types.storage import absolute

_formats: dict[tuple[type, str], Any] = {}
"""Classes with a format: the same one each time, so that ``FlyteFile["csv"] == FlyteFile["csv"]``."""


class LazyPath(os.PathLike[str]):
    """A file or folder that may lie elsewhere: its bytes are fetched when its path is first needed."""

    format: ClassVar[str] = ""

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        downloader: Callable[[], object] | None = None,
        remote_path: str | os.PathLike[str] | bool | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        given = os.fspath(path) if not isinstance(path, LazyPath) else path.path
        self.path = str(blob.path_of(given)) if blob.is_file(given) else given
        self.remote_source: str | None = None if blob.is_file(given) else given
        self.metadata = dict(metadata) if metadata is not None else None
        self._remote_path = os.fspath(remote_path) if isinstance(remote_path, os.PathLike) else remote_path
        self._downloader = downloader
        self._downloaded = False
        self._access: DataAccess | None = None

    def __class_getitem__(cls, item: object) -> "type[Self]":
        """Name the format: ``FlyteFile["csv"]``."""
        name = str(get_args(item)[1]) if get_origin(item) is Annotated else str(item)
        name = name.strip().lstrip("~.")
        if not name:
            return cls
        known: type[Self] | None = _formats.get((cls, name))
        if known is None:
            known = new_class(
                cls.__name__, (cls,), exec_body=lambda body: body.update(format=name, __module__=cls.__module__)
            )
            _formats[cls, name] = known
        return known

    @classmethod
    def extension(cls) -> str:
        """Give the format: ``csv`` for ``FlyteFile["csv"]``, else an empty string."""
        return cls.format

    @classmethod
    def from_source(cls, source: str | os.PathLike[str]) -> Self:
        """Stand for an object that exists already: it is never uploaded again."""
        uri = os.fspath(source)
        lazy = cls(uri)
        lazy.remote_source = absolute(uri)
        lazy._access = current_data()
        return lazy

    @classmethod
    def new_place(cls, name: str | None, prefix: str | None) -> str:
        """Make up a URI below a prefix, or below the task's raw output prefix; a random name if there is none."""
        return f"{prefix.rstrip('/')}/{name or new_object_name()}" if prefix else current_data().new_uri(name or "")

    @property
    def remote_path(self) -> str | None:
        """Where the bytes are to be uploaded, if the user chose a place."""
        return self._remote_path if isinstance(self._remote_path, str) else None

    @property
    def downloaded(self) -> bool:
        """Whether the bytes were fetched."""
        return self._downloaded

    def download(self) -> str:
        """Fetch the bytes unless they are here, and give the local path."""
        if self._downloader is not None and not self._downloaded:
            self._downloader()
            self._downloaded = True
        if self.remote_source is None or self._downloaded or self.data.is_local(self.remote_source):
            return self.path
        local = self.data.local_path(self.remote_source.rstrip("/").rpartition("/")[2])
        self.data.get(self.remote_source, local)
        self._downloaded = True
        self.path = str(local)
        return self.path

    @property
    def data(self) -> DataAccess:
        """What the bytes are fetched through; remembered, since they may be asked for after the call has ended."""
        return self._access or current_data()

    def stored_uri(self) -> str | None:
        """Give the URI of what need not be uploaded, or None for local bytes that must be."""
        if self.remote_source is not None:
            return self.remote_source
        return absolute(self.path) if self._remote_path is False else None

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Let the class be a field of a pydantic model; a class with a format is named as flytekit's is."""
        _ = source, handler
        base = cls.__mro__[1]
        name = f"_SpecificFormat{base.__name__.removeprefix('Flyte').removesuffix('File')}Class"
        return import_module("flyweight.types.pydantic_fields").core_schema(cls, name if cls.format else cls.__name__)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_access": None}  # a connection does not travel

    def __fspath__(self) -> str:
        return self.download()

    def __str__(self) -> str:
        return self.path

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.remote_source or self.path!r})"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, LazyPath):
            return (self.path, self.remote_source) == (other.path, other.remote_source)
        return isinstance(other, str) and self.path == other

    def __hash__(self) -> int:
        return hash(self.path)
