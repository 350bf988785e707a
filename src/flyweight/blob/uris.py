"""What an object's URI says: its scheme, the path of a ``file://`` one, and how parts are joined without climbing out.

A ``file://`` URI holds the path as it is, without percent-encoding: that is how fsspec, and so stock tasks, read it.
"""

from pathlib import Path

from flyweight.errors import InvalidInput

FILE = "file"


def scheme(uri: str) -> str:
    """Give the scheme in lower case; a bare path is a file."""
    name, mark, _ = uri.partition("://")
    return name.lower() if mark else FILE


def is_file(uri: str) -> bool:
    """Tell whether an object is a file of this machine."""
    return scheme(uri) == FILE


def file_uri(path: str | Path) -> str:
    """Give the absolute URI of a path on this machine."""
    return f"file://{Path(path).absolute()}"


def bare(uri: str) -> str:
    """Give a file's URI as a path, without the scheme, and any other as it is."""
    return uri.partition("://")[2] if is_file(uri) and "://" in uri else uri


def path_of(uri: str) -> Path:
    """Give the path of a ``file://`` URI (or bare path); raises ``InvalidInput`` for a relative or another URI."""
    if not is_file(uri):
        raise InvalidInput(f"{uri!r} is no file of this machine.")
    _, mark, path = uri.rpartition("://")
    if "\0" in path or not path:
        raise InvalidInput(f"{uri!r} names no file.")
    if mark and not path.startswith("/"):
        raise InvalidInput(f"{uri!r} is relative: write file:// and an absolute path, as in file:///data/train.csv.")
    return Path(path)


def join(uri: str, *parts: str) -> str:
    """Append relative paths to a URI; raises ``InvalidInput`` for a part that is empty, absolute or climbs out."""
    for part in parts:
        if "\0" in part or any(name in {"", ".", ".."} for name in part.split("/")):
            raise InvalidInput(f"{part!r} is not a plain relative path, and cannot stand below {uri}.")
    return "/".join([uri.rstrip("/"), *parts])
