"""Values of one class as one file each, in one format: arrays, models, images, streams."""

from abc import abstractmethod
from pathlib import Path
from typing import Any, ClassVar

from flyteidl.core.literals_pb2 import Blob, BlobMetadata, Literal, Scalar
from flyteidl.core.types_pb2 import BlobType, LiteralType

from flyweight.errors import FlyweightError, TypeMismatch
from flyweight.types.codec import Codec, Conversions
from flyweight.types.data import current_data
from flyweight.types.mismatch import mismatch, shown, type_name, wrong_literal


class StoredCodec(Codec):
    """A codec that says how a value is written to a file and read from one; the rest is alike for all of them."""

    format: ClassVar[str]
    """The format of the blob, by which readers know what the file holds."""
    file_name: ClassVar[str]
    """What the file is called."""
    advice: ClassVar[str] = ""
    """What to do about a value of another class."""

    def __init__(self, value_type: Any) -> None:
        self._value_type = value_type

    @abstractmethod
    def write(self, value: Any, path: Path, python_type: Any) -> None:
        """Write a value to a new file; raises TypeMismatch if it cannot be stored."""

    @abstractmethod
    def read(self, path: Path, python_type: Any) -> Any:
        """Read a value from a file of this machine; raises TypeMismatch if the file holds none."""

    def literal_type(self, python_type: Any, registry: Conversions) -> LiteralType:
        """Give a single blob of the format."""
        _ = python_type, registry
        return LiteralType(blob=self._blob_type())

    def to_literal(self, value: Any, python_type: Any, expected: LiteralType | None, registry: Conversions) -> Literal:
        """Write the value to a file and upload it."""
        _ = expected
        if not self.accepts(value, python_type, registry):
            raise mismatch(value, self._value_type, self.advice)
        data = current_data()
        path = data.local_path(self.file_name)
        self.save(value, path, python_type)
        uri = data.store(path, self.file_name)
        return Literal(scalar=Scalar(blob=Blob(uri=uri, metadata=BlobMetadata(type=self._blob_type()))))

    def to_python(self, literal: Literal, python_type: Any, registry: Conversions) -> Any:
        """Download the file and read it."""
        _ = registry
        if literal.scalar.WhichOneof("value") != "blob":
            raise wrong_literal(literal, python_type)
        data = current_data()
        path = data.local_path(self.file_name)
        data.get(literal.scalar.blob.uri, path)
        try:
            return self.read(path, python_type)
        except FlyweightError:
            raise
        except Exception as error:  # a border: loading runs the library's code, over any bytes
            raise TypeMismatch(
                f"{literal.scalar.blob.uri} cannot be read as {type_name(python_type)}: {type(error).__name__}: {error}"
            ) from error

    def save(self, value: Any, path: Path, python_type: Any) -> None:
        """Write a value, and tell what its library has against it."""
        try:
            self.write(value, path, python_type)
        except FlyweightError:
            raise
        except Exception as error:  # a border: saving runs the library's code and the value's own
            raise TypeMismatch(f"{shown(value)} cannot be stored: {type(error).__name__}: {error}") from error

    def accepts(self, value: Any, python_type: Any, registry: Conversions) -> bool:
        """Tell whether the value is of the class."""
        _ = python_type, registry
        return isinstance(value, self._value_type)

    def guess(self, literal_type: LiteralType, registry: Conversions) -> Any | None:
        """Recognise a blob of the format."""
        _ = registry
        ours = literal_type.WhichOneof("type") == "blob" and literal_type.blob == self._blob_type()
        return self._value_type if ours else None

    def _blob_type(self) -> BlobType:
        return BlobType(format=self.format, dimensionality=BlobType.SINGLE)
