"""Makes a code bundle importable: unpacked once on this machine, first on ``sys.path``, its modules kept in memory."""

import contextlib
import hashlib
import os
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path

from flyweight import blob
from flyweight.compile.pickle_format import FILE_NAME
from flyweight.errors import InvalidInput, PermissionDenied
from flyweight.sdk import drop_in

CODE_MODULE_SUFFIXES = (".py", ".pyc")


class Codebase:
    """The bundle that this process runs; a process keeps one, and changing it forgets the old one's modules."""

    def __init__(self) -> None:
        self._uri = ""
        self.folder: Path | None = None
        """Where the bundle lies unpacked."""

    def load(self, uri: str, destination: str = "") -> Path | None:
        """Make a bundle's modules importable and give its folder; without a bundle the code is importable already.

        Raises:
            InvalidInput: the bundle is not a gzipped tar archive.
            NotFound: there is no bundle at that URI.

        """
        if not uri:
            drop_in.install()
            return None
        if uri != self._uri:
            folder = unpack(uri, Path(destination).resolve() if destination else cache_folder())
            self._forget()
            drop_in.install()
            sys.path.insert(0, str(folder))
            self._uri, self.folder = uri, folder
        return self.folder

    def _forget(self) -> None:
        """Take the former bundle's modules out of this process: another bundle may have modules of the same names."""
        if self.folder is None:
            return
        root = str(self.folder)
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if isinstance(file, str) and file.startswith(root + os.sep):
                del sys.modules[name]
        with contextlib.suppress(ValueError):
            sys.path.remove(root)


def cache_folder() -> Path:
    """Give the folder that bundles are unpacked below: this user's own, and closed to others.

    Raises:
        PermissionDenied: somebody else made a folder of that name, so that code in it cannot be trusted.

    """
    folder = Path(tempfile.gettempdir()) / f"flyweight-code-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    stat = folder.lstat()
    if stat.st_uid != os.getuid() or stat.st_mode & 0o077:
        raise PermissionDenied(
            f"{folder} is not closed to other users, so no code is run from it. Remove it, or run `chmod 700 {folder}`."
        )
    return folder


def unpack(uri: str, below: Path) -> Path:
    """Unpack a bundle into a folder of its own, once: whoever comes second finds it there.

    The folder appears under its name only when it is complete, so that a crash leaves no half of one.
    """
    folder = below / hashlib.sha256(uri.encode()).hexdigest()[:32]
    if folder.is_dir():
        return folder
    with tempfile.TemporaryDirectory(dir=below) as scratch:
        packed, unpacked = Path(scratch) / "bundle", Path(scratch) / "code"
        blob.download(uri, packed)
        unpacked.mkdir()
        _extract(packed, unpacked, uri)
        try:
            unpacked.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    return folder


def _extract(packed: Path, unpacked: Path, uri: str) -> None:
    if uri.endswith(FILE_NAME):
        shutil.copyfile(packed, unpacked / FILE_NAME)
        return
    try:
        with tarfile.open(packed, "r:gz") as archive:
            archive.extractall(unpacked, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise InvalidInput(f"The code bundle {uri} is damaged ({error}). Register the code again.") from error
