"""Objects that are files of this machine: quicker with the system's own calls, and written all at once by a rename."""

import errno
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from flyweight.blob.uris import file_uri, path_of
from flyweight.blob.writing import TEMPORARY, PendingFile, pending_file
from flyweight.errors import InvalidInput, NotFound, PermissionDenied, StorageFailed, TryAgain

_FULL = {errno.ENOSPC, errno.EDQUOT}
_BUSY = {errno.EAGAIN, errno.EINTR, errno.EBUSY, errno.EMFILE, errno.ENFILE, errno.ETIMEDOUT}


@contextmanager
def file_errors(uri: str) -> Generator[None]:
    """Turn the system's errors into ours, with the object's URI."""
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound(f"There is no object {uri}.") from error
    except (IsADirectoryError, NotADirectoryError) as error:
        raise InvalidInput(f"{uri}: {error.strerror} ({error.filename}).") from error
    except PermissionError as error:
        raise PermissionDenied(
            f"{uri}: this user may not do that ({error.filename}): check its owner and mode."
        ) from error
    except OSError as error:
        if error.errno in _FULL:
            raise TryAgain(
                f"{uri} could not be written: no space left on device (ENOSPC). Nothing was kept of it: free some space"
                " and try again."
            ) from error
        if error.errno in _BUSY:
            raise TryAgain(f"{uri}: {error.strerror}. Try again in a moment.") from error
        raise StorageFailed(f"{uri}: {error.strerror or error}.") from error


class LocalBackend:
    """Files."""

    def get(self, uri: str) -> bytes:
        """Read a file."""
        with file_errors(uri):
            return path_of(uri).read_bytes()

    def put(self, uri: str, data: bytes, content_type: str) -> None:
        """Write a file in one go; its type is told by its name."""
        del content_type
        with file_errors(uri), self._pending(uri) as file:
            file.write(data)

    def size(self, uri: str) -> int | None:
        """Tell its bytes; a folder is no object."""
        path = path_of(uri)
        with file_errors(uri):
            try:
                found = path.stat()
            except (FileNotFoundError, NotADirectoryError):
                return None
            return None if path.is_dir() else found.st_size

    def list(self, prefix: str) -> list[str]:
        """Give the files below a folder; links to folders are not followed, so that there is an end."""
        root = path_of(prefix)
        with file_errors(prefix):
            return sorted(file_uri(found) for found in root.rglob("*") if _is_object(found))

    def delete_prefix(self, prefix: str) -> None:
        """Remove a file, or a folder with all below it."""
        path = path_of(prefix)
        if len(path.parts) <= 2:  # noqa: PLR2004  # the root and one name
            raise InvalidInput(f"{prefix} is too near the root of the file system to be removed.")
        with file_errors(prefix):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def open_read(self, uri: str) -> BinaryIO:
        """Open a file."""
        with file_errors(uri):
            return path_of(uri).open("rb")

    def open_write(self, uri: str) -> BinaryIO:
        """Open a file that takes its name when it is closed."""
        with file_errors(uri):
            return self._pending(uri)

    def _pending(self, uri: str) -> PendingFile:
        target = path_of(uri)

        def finish(written: Path) -> None:
            with file_errors(uri):
                written.replace(target)

        try:
            return pending_file(target.parent, finish)
        except FileNotFoundError:
            target.parent.mkdir(parents=True, exist_ok=True)
            return pending_file(target.parent, finish)


def _is_object(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(TEMPORARY)
