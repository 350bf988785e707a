"""``TextIO`` and ``BinaryIO``: an open file, sent as what is left to read in it, and handed over open for reading."""

import io
import shutil
from pathlib import Path
from typing import IO, Any, BinaryIO, TextIO

from flyweight.errors import TypeMismatch
from flyweight.types.codec import Codec, Conversions
from flyweight.types.mismatch import type_name
from flyweight.types.stored import StoredCodec


class _StreamCodec(StoredCodec):
    mode: str

    def write(self, value: IO[Any], path: Path, python_type: Any) -> None:
        """Copy the stream from where it stands to its end."""
        _ = python_type
        if not value.readable():
            raise TypeMismatch(
                f"this {type_name(type(value))} is open for writing only; return a FlyteFile with its path"
            )
        with path.open(f"w{self.mode}") as file:
            shutil.copyfileobj(value, file)

    def read(self, path: Path, python_type: Any) -> IO[Any]:
        """Open the file; the task that gets it closes it."""
        _ = python_type
        return path.open(f"r{self.mode}")


class TextCodec(_StreamCodec):
    """``typing.TextIO``."""

    name = "TextIO"
    format = "text/plain"
    file_name = "stream.txt"
    mode = ""
    advice = 'open a file for reading, as in open(path), or give an io.StringIO("...")'

    def accepts(self, value: Any, python_type: Any, registry: Conversions) -> bool:
        """Tell whether the value is a stream of text."""
        _ = python_type, registry
        return isinstance(value, io.TextIOBase)


class BinaryCodec(_StreamCodec):
    """``typing.BinaryIO``."""

    name = "BinaryIO"
    format = "application/octet-stream"
    file_name = "stream.bin"
    mode = "b"
    advice = 'open a file for reading, as in open(path, "rb"), or give an io.BytesIO(b"...")'

    def accepts(self, value: Any, python_type: Any, registry: Conversions) -> bool:
        """Tell whether the value is a stream of bytes."""
        _ = python_type, registry
        return isinstance(value, io.RawIOBase | io.BufferedIOBase)


def stream_codecs() -> dict[type, Codec]:
    """Give the codec of each kind of stream."""
    return {TextIO: TextCodec(TextIO), BinaryIO: BinaryCodec(BinaryIO)}
