"""Pillow's images: one PNG file each. Loaded when an annotation first names ``PIL``."""

import base64
import io
from importlib import import_module
from pathlib import Path
from typing import Any

from flyweight.errors import TypeMismatch
from flyweight.types.codec import Codec
from flyweight.types.stored import StoredCodec


class ImageCodec(StoredCodec):
    """``PIL.Image.Image``."""

    name = "PIL.Image"
    format = "PIL.Image"
    file_name = "image.png"

    def write(self, value: Any, path: Path, python_type: Any) -> None:
        """Save the image."""
        _ = python_type
        try:
            value.save(path)
        except OSError as error:  # PNG knows no CMYK, among others
            raise TypeMismatch(f"{error}; convert the image first, as in image.convert('RGB')") from error

    def read(self, path: Path, python_type: Any) -> Any:
        """Open the image; its pixels are read when they are used."""
        _ = python_type
        return import_module("PIL.Image").open(path)

    def to_html(self, value: Any, python_type: Any) -> str:
        """Show the image itself."""
        _ = python_type
        content = io.BytesIO()
        value.save(content, format="PNG")
        return f'<img src="data:image/png;base64,{base64.b64encode(content.getvalue()).decode()}" alt="An image"/>'


def codecs() -> list[tuple[Codec, tuple[Any, ...]]]:
    """Give the codec of images."""
    image = import_module("PIL.Image").Image
    return [(ImageCodec(image), (image,))]
