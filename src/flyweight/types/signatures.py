"""Tells whether a file is in the format that its annotation names, where the format's first bytes are unmistakable."""

import logging
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from flyweight.errors import TypeMismatch

_LOG: Final = logging.getLogger("flyweight.types")
_LONGEST: Final = 16
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
SIGNATURES: Final[Mapping[str, tuple[bytes, ...]]] = {
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpeg": (b"\xff\xd8\xff",),
    "jpg": (b"\xff\xd8\xff",),
    "gif": (b"GIF87a", b"GIF89a"),
    "pdf": (b"%PDF-",),
    "hdf5": (b"\x89HDF\r\n\x1a\n",),
    "h5": (b"\x89HDF\r\n\x1a\n",),
    "parquet": (b"PAR1",),
    "zip": _ZIP,
    "xlsx": _ZIP,
    "gz": (b"\x1f\x8b",),
}
"""How files of a format begin; text formats begin in any way."""


def check_format(path: Path, file_format: str) -> None:
    """Compare a file with the format of its annotation: ``FlyteFile["png"]``.

    A file of another format is told by a warning; where python-magic is installed, by which flytekit checks formats and
    does nothing without, it is refused as flytekit refuses it.

    Raises:
        TypeMismatch: it is in another format, and python-magic is installed.

    """
    expected = SIGNATURES.get(file_format.lower().lstrip("."))
    if expected is None:
        return
    with path.open("rb") as stream:
        begins = stream.read(_LONGEST)
    if begins.startswith(expected):
        return
    fault = f"{path.name} is annotated as FlyteFile[{file_format!r}], and no {file_format} file begins with {begins!r}"
    if _refuses():
        raise TypeMismatch(f"{fault}; write the file in that format, or annotate it as FlyteFile")
    _LOG.warning("%s.", fault)


@cache
def _refuses() -> bool:
    return find_spec("magic") is not None
