"""Objects by URI, whatever holds them: read, write, list, remove, and whole files and folders up and down."""

import shutil
from functools import cache
from pathlib import Path
from typing import BinaryIO

from flyweight.blob.backend import Backend
from flyweight.blob.local import LocalBackend, file_errors
from flyweight.blob.uris import FILE, bare, file_uri, join, scheme
from flyweight.errors import InvalidInput, NotFound

_local = LocalBackend()


def get(uri: str) -> bytes:
    """Read an object; raises ``NotFound``."""
    return _backend(uri).get(uri)


def put(uri: str, data: bytes, content_type: str = "") -> None:
    """Write an object, all of it or nothing, in place of what stood there.

    Raises ``TryAgain`` when the disk is full or the store does not answer, ``StorageFailed`` when it refuses.
    """
    _backend(uri).put(uri, data, content_type)


def exists(uri: str) -> bool:
    """Tell whether there is such an object; a folder is none."""
    return _backend(uri).size(uri) is not None


def is_there(uri: str) -> bool:
    """Tell whether there is such an object, or a folder with something in it; True where it is no store of ours."""
    try:
        return exists(uri) or bool(list_objects(f"{uri.rstrip('/')}/"))
    except InvalidInput:
        return True


def size(uri: str) -> int:
    """Tell an object's bytes; raises ``NotFound``."""
    found = _backend(uri).size(uri)
    if found is None:
        raise NotFound(f"There is no object {uri}.")
    return found


def list_objects(prefix: str) -> list[str]:
    """Give the URIs of all objects below a folder, at any depth, sorted; none if there is no such folder."""
    return _backend(prefix).list(prefix)


def delete_prefix(prefix: str) -> None:
    """Remove an object, or all below a folder; that nothing is there is no error."""
    _backend(prefix).delete_prefix(prefix)


def open_read(uri: str) -> BinaryIO:
    """Open an object for reading; it can seek. Raises ``NotFound``."""
    return _backend(uri).open_read(uri)


def open_write(uri: str) -> BinaryIO:
    """Open an object for writing: it appears when it is closed, and not at all if a ``with`` ends by an error."""
    return _backend(uri).open_write(uri)


def upload(path: Path, uri: str) -> None:
    """Copy a file to an object, or a folder with all below it to a prefix; raises ``NotFound`` for the path."""
    for source, target in _pairs(file_uri(path), uri):
        _copy(source, target)


def download(uri: str, path: Path) -> None:
    """Copy an object to a file, or all below a prefix to a folder; raises ``NotFound`` if there is neither."""
    for source, target in _pairs(uri, file_uri(path)):
        _copy(source, target)


def _pairs(source: str, target: str) -> list[tuple[str, str]]:
    backend = _backend(source)
    if backend.size(source) is not None:
        return [(source, target)]
    prefix = f"{source.rstrip('/')}/"
    below = backend.list(prefix)
    if not below:
        raise NotFound(f"There is neither an object nor a folder {source}.")
    return [(found, join(target, bare(found).removeprefix(bare(prefix)))) for found in below]


def _copy(source: str, target: str) -> None:
    if source == target:
        return
    with open_read(source) as reader, open_write(target) as writer, file_errors(target):
        shutil.copyfileobj(reader, writer, 1 << 20)


def _backend(uri: str) -> Backend:
    return _local if scheme(uri) == FILE else _remote(scheme(uri))


@cache
def _remote(name: str) -> Backend:
    from flyweight.blob import remote  # noqa: PLC0415  # obstore is large, and most runs need no store but files

    if name not in remote.SCHEMES:
        raise InvalidInput(
            f"{name}:// is no kind of store that is known here; there are file, {', '.join(remote.SCHEMES)}."
        )
    return remote.RemoteBackend()
