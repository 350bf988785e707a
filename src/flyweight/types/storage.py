"""Data access over ``flyweight.blob``: new objects below one raw output prefix, downloads into one scratch folder."""

import io
import tempfile
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import IO, Any, BinaryIO

from flyweight import blob
from flyweight.errors import InvalidInput
from flyweight.ids import new_object_name


class BlobData:
    """Objects by URI over the blob store; a path without a scheme is a local file.

    Args:
        raw_prefix: where new objects are written.
        scratch: a folder for what is downloaded.

    """

    def __init__(self, raw_prefix: str, scratch: str | Path) -> None:
        self.raw_prefix = raw_prefix.rstrip("/")
        self._scratch = scratch
        self._drafts: dict[Path, str] = {}

    def new_uri(self, name: str = "") -> str:
        """Make up the URI of a new object below the raw output prefix; ``name`` becomes its last part."""
        parts = (new_object_name(), name) if name else (new_object_name(),)
        return blob.join(absolute(self.raw_prefix), *parts)

    def put(self, path: str | Path, uri: str) -> None:
        """Upload a local file, or a folder with all it contains."""
        blob.upload(Path(path), absolute(uri))

    def put_bytes(self, data: bytes, uri: str) -> None:
        """Write one object."""
        blob.put(absolute(uri), data)

    def draft(self) -> Path:
        """Make up a path to write a new object to: its final place already, where the store is a local folder."""
        uri = self.new_uri()
        if not blob.is_file(uri):
            return self.local_path()
        path = blob.path_of(uri)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._drafts[path] = uri
        return path

    def store(self, path: str | Path, name: str = "") -> str:
        """Give the URI of a draft, or upload a file or folder to a new one."""
        drafted = self._drafts.pop(Path(path), None)
        if drafted is not None:
            return drafted
        uri = self.new_uri(name)
        self.put(path, uri)
        return uri

    def get(self, uri: str, path: str | Path) -> None:
        """Download an object to a file, or a prefix with all it contains to a folder."""
        blob.download(absolute(uri), Path(path))

    def get_bytes(self, uri: str) -> bytes:
        """Read one object."""
        return blob.get(absolute(uri))

    def list(self, uri: str) -> list[str]:
        """Give the paths of all objects below a prefix, relative to it, at any depth; sorted."""
        prefix = f"{absolute(uri).rstrip('/')}/"
        return [blob.bare(one).removeprefix(blob.bare(prefix)) for one in blob.list_objects(prefix)]

    def open(self, uri: str, mode: str = "rb") -> IO[Any]:
        """Open one object as a stream; ``mode`` is ``r``, ``rb``, ``w`` or ``wb``.

        Raises:
            InvalidInput: it is another mode.

        """
        if mode.replace("b", "").replace("t", "") not in ("r", "w"):
            raise InvalidInput(f"a file cannot be opened with mode '{mode}'; use r, rb, w or wb")
        binary = blob.open_write(absolute(uri)) if "w" in mode else blob.open_read(absolute(uri))
        return binary if "b" in mode else _Text(binary)

    def is_local(self, uri: str) -> bool:
        """Tell whether a URI is a path on this machine, readable without a download."""
        return blob.is_file(uri)

    def local_path(self, name: str = "") -> Path:
        """Make up a path in the scratch folder, in a fresh folder of its own."""
        folder = Path(self._scratch) / new_object_name()
        folder.mkdir(parents=True)
        return folder / (name or new_object_name())


@cache
def process_data() -> BlobData:
    """Give this process's own data access: a scratch folder, removed with what the system's temporary folder holds."""
    folder = Path(tempfile.mkdtemp(prefix="flyweight-"))
    return BlobData(raw_prefix=str(folder / "raw"), scratch=folder / "scratch")


def absolute(uri: str) -> str:
    """Give a URI as it is, and a path without a scheme as an absolute one.

    A path is not made a ``file://`` URI: flytekit's readers of files and folders take paths, and no such URI.
    """
    return uri if "://" in uri else str(Path(uri).absolute())


class _Text(io.TextIOWrapper):
    """Text over a binary stream that must learn how a ``with`` block ended: half a file is not handed on."""

    def __init__(self, binary: BinaryIO) -> None:
        super().__init__(binary, encoding="utf-8")
        self._binary = binary

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._binary.__exit__(kind, error, trace)
