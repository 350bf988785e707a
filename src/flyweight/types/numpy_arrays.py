"""NumPy's arrays: one ``.npy`` file each. Loaded when an annotation first names NumPy."""

from collections import OrderedDict
from typing import Annotated, Any, get_args, get_origin

import numpy as np
from flyteidl.core.literals_pb2 import Blob, BlobMetadata, Literal, Scalar
from flyteidl.core.types_pb2 import BlobType, LiteralType

from flyweight.errors import TypeMismatch
from flyweight.types.codec import Codec, Conversions
from flyweight.types.data import current_data
from flyweight.types.mismatch import mismatch, wrong_literal

ARRAY_FORMAT = "NumpyArray"
"""The format of a blob that holds an array."""
FILE_NAME = "array.npy"


class ArrayCodec(Codec):
    """``numpy.ndarray``; ``Annotated[..., kwtypes(allow_pickle=True, mmap_mode="r")]`` says how its file is read."""

    name = "Numpy Array"
    reads_annotations = True

    def literal_type(self, python_type: Any, registry: Conversions) -> LiteralType:
        """Give a blob of NumPy's format."""
        _ = python_type, registry
        return LiteralType(blob=_blob_type())

    def to_literal(self, value: Any, python_type: Any, expected: LiteralType | None, registry: Conversions) -> Literal:
        """Write the array to a file; an array of objects needs ``allow_pickle``."""
        _ = expected, registry
        if not isinstance(value, np.ndarray):
            raise mismatch(value, np.ndarray, "make one with numpy.asarray(...)")
        data = current_data()
        path = data.local_path(FILE_NAME)
        try:
            with path.open("wb") as file:
                np.save(file, value, allow_pickle=bool(_options(python_type).get("allow_pickle", False)))
        except ValueError as error:
            raise TypeMismatch(f"{error}; annotate it with kwtypes(allow_pickle=True)") from error
        uri = data.store(path, FILE_NAME)
        return Literal(scalar=Scalar(blob=Blob(uri=uri, metadata=BlobMetadata(type=_blob_type()))))

    def to_python(self, literal: Literal, python_type: Any, registry: Conversions) -> Any:
        """Fetch the file and read it, or map it into memory."""
        _ = registry
        if literal.scalar.WhichOneof("value") != "blob":
            raise wrong_literal(literal, python_type)
        data = current_data()
        path = data.local_path(FILE_NAME)
        data.get(literal.scalar.blob.uri, path)
        options = _options(python_type)
        try:
            return np.load(path, options.get("mmap_mode"), allow_pickle=bool(options.get("allow_pickle", False)))
        except ValueError as error:
            raise TypeMismatch(f"the array cannot be read: {error}") from error

    def accepts(self, value: Any, python_type: Any, registry: Conversions) -> bool:
        """Tell whether the value is an array."""
        _ = python_type, registry
        return isinstance(value, np.ndarray)

    def guess(self, literal_type: LiteralType, registry: Conversions) -> Any | None:
        """Recognise a blob of NumPy's format."""
        _ = registry
        ours = literal_type.WhichOneof("type") == "blob" and literal_type.blob.format == ARRAY_FORMAT
        return np.ndarray if ours else None


def _blob_type() -> BlobType:
    return BlobType(format=ARRAY_FORMAT, dimensionality=BlobType.SINGLE)


def _options(python_type: Any) -> OrderedDict[str, Any]:
    """Give what ``kwtypes(...)`` in the annotation says."""
    metadata = get_args(python_type)[1:] if get_origin(python_type) is Annotated else ()
    return next((one for one in metadata if isinstance(one, OrderedDict)), OrderedDict())
