"""Data access over ``flyweight.blob``: new objects below one raw output prefix, downloads into one scratch folder."""

import io
import tempfile
from functools import cache
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from flyweight import blob
from flyweight.errors import InvalidInput
from flyweight.ids import new_object_name


class BlobData:
    """Objects by URI over the blob store; a path without a scheme is a local file."""

    def __init__(self, raw_prefix: str, scratch: str | Path) -> None:
        self.raw_prefix = raw_prefix.rstrip("/")
        self._scratch = Path(scratch)

    def new_uri(self, name: str = "") -> str:
        """Make up the URI of a new object below the raw output prefix; ``name`` becomes its last part."""
        prefix = absolute_uri(self.raw_prefix)
        return blob.join(prefix, new_object_name(), name) if name else blob.join(prefix, new_object_name())

    def put(self, path: str | Path, uri: str) -> None:
        """Upload a local file, or a folder with all it contains."""
        blob.upload(Path(path), absolute_uri(uri))

    def put_bytes(self, data: bytes, uri: str) -> None:
        """Write one object."""
        blob.put(absolute_uri(uri), data)

    def get(self, uri: str, path: str | Path) -> None:
        """Download an object to a file, or a prefix with all it contains to a folder."""
        blob.download(absolute_uri(uri), Path(path))

    def get_bytes(self, uri: str) -> bytes:
        """Read one object."""
        return blob.get(absolute_uri(uri))

    def open(self, uri: str, mode: str = "rb") -> IO[Any]:
        """Open one object as a stream; ``mode`` is ``r``, ``rb``, ``w`` or ``wb``."""
        if mode.replace("b", "").replace("t", "") not in ("r", "w"):
            raise InvalidInput(f"a file cannot be opened with mode '{mode}'; use r, rb, w or wb")
        binary = blob.open_write(absolute_uri(uri)) if "w" in mode else blob.open_read(absolute_uri(uri))
        return binary if "b" in mode else io.TextIOWrapper(binary, encoding="utf-8")

    def is_local(self, uri: str) -> bool:
        """Tell whether a URI is a path on this machine, readable without a download."""
        return is_local(uri)

    def local_path(self, name: str = "") -> Path:
        """Make up a path in the scratch folder, in a fresh folder of its own."""
        folder = self._scratch / new_object_name()
        folder.mkdir(parents=True)
        return folder / (name or new_object_name())


@cache
def process_data() -> BlobData:
    """Give this process's own data access: a scratch folder, removed with what the system's temporary folder holds."""
    folder = Path(tempfile.mkdtemp(prefix="flyweight-"))
    return BlobData(raw_prefix=(folder / "raw").as_uri(), scratch=folder / "scratch")


def is_local(uri: str) -> bool:
    """Tell whether a URI is a path on this machine."""
    return "://" not in uri or uri.startswith("file://")


def path_of(uri: str) -> Path:
    """Give the path of a local URI: ``file:///a%20b`` is ``/a b``; what has no scheme is a path already."""
    return Path(unquote(urlsplit(uri).path) if uri.startswith("file://") else uri)


def absolute_uri(uri: str) -> str:
    """Give a URI with a scheme: a path becomes ``file://`` and absolute."""
    return uri if "://" in uri else Path(uri).absolute().as_uri()
