"""Packs the source a task needs into one archive: the same files give the same bytes and the same digest, anywhere."""

import gzip
import hashlib
import io
import os
import sys
import sysconfig
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

from flyweight.compile.ignore import source_files
from flyweight.errors import InvalidInput, TooLarge

MAX_SOURCE = 512 * 1024 * 1024
"""Bytes of source; more is data, and belongs into a FlyteFile or a FlyteDirectory."""


class CopyStyle(Enum):
    """What goes into a bundle."""

    AUTO = "auto"
    """The modules below the root that are imported now."""
    ALL = "all"
    """Every file below the root that is not ignored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A packed source tree."""

    digest: str
    """SHA-256 over names, modes and contents, in hexadecimal; does not depend on how they are compressed."""
    content: bytes
    """A gzipped tar archive."""
    files: tuple[str, ...]
    """Paths relative to the root."""

    @property
    def name(self) -> str:
        """The file name that platforms know bundles by."""
        return f"fast{self.digest[:32]}.tar.gz"


def pack(root: Path, style: CopyStyle) -> Bundle:
    """Pack the source tree below ``root``.

    Raises:
        InvalidInput: there is no such folder, or nothing in it to pack.
        TooLarge: it is more than code; names the largest files.

    """
    root = root.resolve()
    if not root.is_dir():
        raise InvalidInput(f"There is no folder {root} to take code from.")
    match style:
        case CopyStyle.ALL:
            files = list(source_files(root))
        case CopyStyle.AUTO:
            files = imported_files(root)
    if not files:
        raise InvalidInput(f"There is no code below {root} to send. Use --copy all if it is not imported yet.")
    _require_size(files)
    return _pack_files(root, files)


def imported_files(root: Path) -> list[Path]:
    """Find the files of imported modules below a root; installed packages are not the user's code."""
    root = root.resolve()
    folders: dict[str, tuple[Path, bool]] = {}
    found: set[Path] = set()
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if not isinstance(file, str) or not file.endswith(".py"):
            continue
        folder, name = os.path.split(file)
        if folder not in folders:  # modules are many and folders few: a folder is looked at once
            resolved = Path(folder).resolve()
            folders[folder] = resolved, Path(folder).is_absolute() and _is_source(resolved, root)
        place, is_source = folders[folder]
        path = place / name
        if path.is_symlink():
            path = path.resolve()
            is_source = _is_source(path, root)
        if is_source and path.is_file():
            found.add(path)
            found.update(_package_files(path, root))
    return sorted(found)


def is_project_file(path: Path, root: Path) -> bool:
    """Tell whether a file is source of the user's project: below the root, and in no place for installed packages."""
    return _is_source(path.resolve(), root.resolve())


def _is_source(path: Path, root: Path) -> bool:
    """Tell the same of paths without links."""
    if not path.is_relative_to(root):
        return False
    return not any(path.is_relative_to(place) for place in _installed_places()) and not (
        {"site-packages", "dist-packages"} & set(path.parts)
    )


@cache
def _installed_places() -> list[Path]:
    own = Path(__file__).resolve().parent.parent
    paths = sysconfig.get_paths()
    return [own, *(Path(paths[name]).resolve() for name in ("stdlib", "platstdlib", "purelib", "platlib"))]


def _package_files(path: Path, root: Path) -> Iterable[Path]:
    """Find the ``__init__.py`` of the packages a module is in: an import needs them too (paths without links)."""
    folder = path.parent
    while folder != root and (folder / "__init__.py").is_file():
        yield folder / "__init__.py"
        folder = folder.parent


def _require_size(files: list[Path]) -> None:
    sizes = sorted(((path.stat().st_size, path) for path in files), reverse=True)
    total = sum(size for size, _ in sizes)
    if total > MAX_SOURCE:
        largest = ", ".join(f"{path} ({size >> 20} MB)" for size, path in sizes[:3])
        raise TooLarge(
            f"The source tree holds {total >> 20} MB; a code bundle takes {MAX_SOURCE >> 20} MB. "
            f"List data in .flyteignore, or use --copy auto. The largest files: {largest}."
        )


def _pack_files(root: Path, files: list[Path]) -> Bundle:
    digest = hashlib.sha256()
    packed = io.BytesIO()
    names: list[str] = []
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", filename="", mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for path in sorted(files):
            name, content = path.relative_to(root).as_posix(), path.read_bytes()
            mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
            digest.update(f"{len(name.encode())}:{name}:{mode}:{len(content)}:".encode() + content)
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), mode
            archive.addfile(entry, io.BytesIO(content))
            names.append(name)
    return Bundle(digest=digest.hexdigest(), content=packed.getvalue(), files=tuple(names))
