"""NumPy's arrays: one ``.npy`` file each. Loaded when an annotation first names NumPy."""

from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np

from flyweight.errors import TypeMismatch
from flyweight.types.annotations import split
from flyweight.types.codec import Codec
from flyweight.types.stored import StoredCodec


class ArrayCodec(StoredCodec):
    """``numpy.ndarray``; ``Annotated[..., kwtypes(allow_pickle=True, mmap_mode="r")]`` says how its file is read."""

    name = "Numpy Array"
    reads_annotations = True
    format = "NumpyArray"
    file_name = "array.npy"
    advice = "make one with numpy.asarray(...)"

    def write(self, value: Any, path: Path, python_type: Any) -> None:
        """Save the array; an array of objects needs ``allow_pickle``."""
        try:
            with path.open("wb") as file:
                np.save(file, value, allow_pickle=bool(_options(python_type).get("allow_pickle", False)))
        except ValueError as error:
            raise TypeMismatch(f"{error}; annotate it with kwtypes(allow_pickle=True)") from error

    def read(self, path: Path, python_type: Any) -> Any:
        """Load the array, or map its file into memory."""
        options = _options(python_type)
        try:
            return np.load(path, options.get("mmap_mode"), allow_pickle=bool(options.get("allow_pickle", False)))
        except ValueError as error:
            raise TypeMismatch(f"the array cannot be read: {error}") from error


def codecs() -> list[tuple[Codec, tuple[Any, ...]]]:
    """Give the codec of arrays."""
    return [(ArrayCodec(np.ndarray), (np.ndarray,))]


def _options(python_type: Any) -> OrderedDict[str, Any]:
    """Give what ``kwtypes(...)`` in the annotation says."""
    return next((one for one in split(python_type)[1] if isinstance(one, OrderedDict)), OrderedDict())
