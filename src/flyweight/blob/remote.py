"""Objects in S3, Google Cloud Storage, Azure or this process's memory: the home of obstore, loaded on first use."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import obstore
from obstore.exceptions import BaseError, InvalidPathError, PermissionDeniedError, UnauthenticatedError
from obstore.store import MemoryStore, ObjectStore, S3Store, from_url

from flyweight.blob.writing import pending_file
from flyweight.errors import InvalidInput, NotFound, PermissionDenied, TryAgain
from flyweight.settings import load_storage_settings

if TYPE_CHECKING:
    # obstore has these names for type checkers only
    from obstore import ReadableFile
    from obstore.store import RetryConfig, S3Config

SCHEMES = ("memory", "s3", "s3a", "gs", "az", "azure", "abfs", "abfss")


@contextmanager
def store_errors(uri: str) -> Generator[None]:
    """Turn obstore's errors into ours, with the object's URI and without its debugging output."""
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound(f"There is no object {uri}.") from error
    except (PermissionDeniedError, UnauthenticatedError, PermissionError) as error:
        raise PermissionDenied(f"{uri}: the store refused the credentials: {_first_line(error)}") from error
    except (InvalidPathError, ValueError) as error:
        raise InvalidInput(f"{uri}: {_first_line(error)}") from error
    except (BaseError, OSError) as error:
        raise TryAgain(f"{uri}: the store did not answer as it should: {_first_line(error)}") from error


class RemoteBackend:
    """Objects by obstore."""

    def get(self, uri: str) -> bytes:
        """Read an object."""
        with store_errors(uri):
            store, key = _place(uri)
            return bytes(obstore.get(store, key).bytes())

    def put(self, uri: str, data: bytes, content_type: str) -> None:
        """Write an object in one request."""
        with store_errors(uri):
            store, key = _place(uri)
            obstore.put(store, key, data, attributes={"Content-Type": content_type} if content_type else None)

    def size(self, uri: str) -> int | None:
        """Ask for its size."""
        try:
            with store_errors(uri):
                store, key = _place(uri)
                return obstore.head(store, key)["size"] if key else None
        except NotFound:
            return None

    def list(self, prefix: str) -> list[str]:
        """Give all objects below a prefix, which ends at a slash."""
        with store_errors(prefix):
            store, key = _place(prefix)
            root = prefix[: len(prefix) - len(key)] if key else f"{prefix.rstrip('/')}/"
            found = [item["path"] for page in obstore.list(store, key or None) for item in page]
            return sorted(f"{root}{path}" for path in found if path != key)

    def delete_prefix(self, prefix: str) -> None:
        """Remove an object and all below its name."""
        below = self.list(prefix)
        with store_errors(prefix):
            store, key = _place(prefix)
            if not key:
                raise InvalidInput(f"{prefix} is a whole bucket: it is not removed.")
            obstore.delete(store, [_place(uri)[1] for uri in below])
            if self.size(prefix) is not None:
                obstore.delete(store, key)

    def open_read(self, uri: str) -> BinaryIO:
        """Open for reading in parts."""
        with store_errors(uri):
            store, key = _place(uri)
            return io.BufferedReader(_RemoteFile(obstore.open_reader(store, key), uri))

    def open_write(self, uri: str) -> BinaryIO:
        """Gather in a temporary file, and send it when it is closed (in parts, when it is large)."""

        def finish(written: Path) -> None:
            with store_errors(uri):
                store, key = _place(uri)
                obstore.put(store, key, written)

        return pending_file(Path(tempfile.gettempdir()), finish)


class _RemoteFile(io.RawIOBase):
    """obstore's reader as a file of Python's."""

    def __init__(self, reader: ReadableFile, uri: str) -> None:
        super().__init__()
        self._reader = reader
        self._uri = uri

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._reader.seek(offset, whence)

    def tell(self) -> int:
        return self._reader.tell()

    def readinto(self, buffer: Any, /) -> int:
        with store_errors(self._uri):
            data = self._reader.read(len(buffer))
        buffer[: len(data)] = memoryview(data)
        return len(data)


def _place(uri: str) -> tuple[ObjectStore, str]:
    name, _, rest = uri.partition("://")
    if name.lower() == "memory":
        return _memory(), rest
    bucket, _, key = rest.partition("/")
    return _bucket(f"{name.lower()}://{bucket}"), key.strip("/")


@cache
def _memory() -> ObjectStore:
    return MemoryStore()


@cache
def _bucket(url: str) -> ObjectStore:
    # obstore would try for three minutes: callers that can wait longer try again by themselves.
    patience: RetryConfig = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}
    if not url.startswith("s3"):
        return from_url(url, retry_config=patience)
    settings = load_storage_settings()
    config: S3Config = {}
    if settings.endpoint:
        config["endpoint"] = settings.endpoint
    if settings.access_key:
        config["access_key_id"] = settings.access_key
        config["secret_access_key"] = settings.secret_key
    plain = settings.endpoint.startswith("http://")
    return S3Store.from_url(url, config=config, client_options={"allow_http": plain}, retry_config=patience)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
