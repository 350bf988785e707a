"""The data folder: what lies where in it, closed to other users, and held by one platform at a time."""

import errno
import fcntl
import os
from contextlib import suppress
from pathlib import Path

from flyweight.clock import Micros
from flyweight.errors import InvalidInput, PreconditionFailed, StorageFailed, TryAgain

PRIVATE = 0o700
_FULL = {errno.ENOSPC, errno.EDQUOT}
LONGEST_SOCKET_PATH = 107
"""What fits the kernel's address of a unix socket, less its final zero."""
_LONGEST_SOCKET_NAME = 24
_LONGEST_PATH = LONGEST_SOCKET_PATH - len("/run/") - _LONGEST_SOCKET_NAME
_DESCRIPTORS = "/proc/self/fd"
"""Where Linux gives every open folder a short path."""


class DataFolder:
    """An open data folder; ``close`` lets another platform have it."""

    def __init__(self, path: Path, lock: int, run: int, last_seen: Micros) -> None:
        self.path = path
        """Absolute, with links resolved."""
        self.last_seen = last_seen
        """When the platform before this one was last known to live; its file's time says so."""
        self._lock = lock
        self._run = run

    @classmethod
    def open(cls, path: Path) -> "DataFolder":
        """Make the folder if it is not there, close it to others, and take its lock.

        Raises ``PreconditionFailed`` if a platform runs on it, ``InvalidInput`` if the path cannot serve,
        ``TryAgain`` if the disk is full, ``StorageFailed`` if it cannot be made or written.
        """
        path = path.expanduser().resolve()
        _check_length(path)
        try:
            for folder in (path, path / "blobs", path / "run", path / "logs"):
                folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
                folder.chmod(PRIVATE)
            # A data folder inside of a project is no part of it: not of its repository, and not of its code bundles.
            (path / ".gitignore").write_text("*\n")
            lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except FileExistsError as error:
            raise InvalidInput(
                f"{error.filename} is a file, and a data folder is wanted: give another --data-dir."
            ) from error
        except OSError as error:
            if error.errno in _FULL:
                raise _no_room(path, error) from error
            raise StorageFailed(
                f"The data folder {path} cannot be used: {error.strerror} ({error.filename})."
            ) from error
        try:
            last_seen = _take(lock, path)
            run = os.open(path / "run", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except BaseException:
            os.close(lock)
            raise
        return cls(path, lock, run, last_seen)

    def note_life(self, now: Micros) -> None:
        """Note that the platform lives, for the next one to know; a disk that takes no note of it is no error."""
        with suppress(OSError):
            os.utime(self._lock, ns=(now * 1000, now * 1000))

    @property
    def database(self) -> Path:
        """The database file."""
        return self.path / "flyweight.db"

    @property
    def blobs(self) -> Path:
        """The root of the blob store."""
        return self.path / "blobs"

    @property
    def run(self) -> Path:
        """Where sockets live, by a path that fits a socket's address: for this process, and until ``close``."""
        return self.path / "run" if _fits(self.path) else Path(f"{_DESCRIPTORS}/{self._run}")

    @property
    def logs(self) -> Path:
        """Where workers write what tasks print."""
        return self.path / "logs"

    def close(self) -> None:
        """Let go of the folder; doing it twice does nothing."""
        if self._lock >= 0:
            os.close(self._run)
            os.close(self._lock)
            self._lock = -1


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) <= _LONGEST_PATH


def _check_length(path: Path) -> None:
    if not _fits(path) and not Path(_DESCRIPTORS).is_dir():
        raise InvalidInput(
            f"The data folder's path is too long for the sockets in it ({len(os.fsencode(path))} bytes,"
            f" {_LONGEST_PATH} fit): {path}. Give a shorter --data-dir."
        )


def _take(lock: int, path: Path) -> Micros:
    """Take the lock; gives when who had it last was last known to live."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(lock, 32, 0).decode("ascii", "replace").strip()
        who = f"process {holder}" if holder else "another process"
        raise PreconditionFailed(
            f"A platform runs on the data folder {path} already ({who}). Use that one, stop it with"
            f" 'flyweight down --data-dir {path}', or give another folder with --data-dir."
        ) from error
    before = os.fstat(lock)
    try:
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        os.utime(lock, ns=(before.st_atime_ns, before.st_mtime_ns))  # this one may not come to live
    except OSError as error:
        raise _no_room(path, error) from error
    return Micros(before.st_mtime_ns // 1000)


def _no_room(path: Path, error: OSError) -> TryAgain:
    return TryAgain(f"The data folder {path} cannot be written: {error.strerror}. Free some space, then try again.")
