"""Files and folders as blobs: uploaded when they leave a task, handed over unread, downloaded when they are used.

One codec for both: what differs between a file (a SINGLE blob) and a folder (MULTIPART) stands in their ``BlobKind``.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from flyteidl.core.literals_pb2 import Blob, BlobMetadata, Literal, Scalar
from flyteidl.core.types_pb2 import BlobType, LiteralType

from flyweight import blob
from flyweight.errors import TypeMismatch
from flyweight.types.codec import Codec, Conversions
from flyweight.types.data import current_data
from flyweight.types.directory import FlyteDirectory
from flyweight.types.fields.form import FieldForm
from flyweight.types.file import FlyteFile
from flyweight.types.lazy import LazyPath
from flyweight.types.mismatch import mismatch, shown, wrong_literal
from flyweight.types.pickles import PICKLE_FORMAT
from flyweight.types.signatures import check_format

LazyT = TypeVar("LazyT", bound=LazyPath)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobKind(Generic[LazyT]):
    """A file or a folder: the class that stands for it, and how it is told from the other."""

    name: str
    """Flyte's name of the family."""
    lazy: type[LazyT]
    dimensionality: BlobType.BlobDimensionality
    noun: str
    is_there: Callable[[Path], bool]
    takes_any_uri: bool
    """Whether a string that is no path of this machine may be one; a folder must be given as a FlyteDirectory."""

    def class_of(self, python_type: Any) -> type[LazyT]:
        """Give the class with the annotation's format; another annotation (``os.PathLike``) has none."""
        return python_type if isinstance(python_type, type) and issubclass(python_type, self.lazy) else self.lazy

    def blob_type(self, python_type: Any) -> BlobType:
        """Give the type of the annotation's blobs."""
        return BlobType(format=self.class_of(python_type).format, dimensionality=self.dimensionality)


FILE = BlobKind(
    name="FlyteFilePath",
    lazy=FlyteFile,
    dimensionality=BlobType.SINGLE,
    noun="file",
    is_there=Path.is_file,
    takes_any_uri=True,
)
FOLDER = BlobKind(
    name="FlyteDirectory",
    lazy=FlyteDirectory,
    dimensionality=BlobType.MULTIPART,
    noun="folder",
    is_there=Path.is_dir,
    takes_any_uri=False,
)


class BlobCodec(Codec, Generic[LazyT]):
    """``FlyteFile`` and ``os.PathLike``, or ``FlyteDirectory``."""

    def __init__(self, kind: BlobKind[LazyT]) -> None:
        self.name = kind.name
        self._kind = kind

    def literal_type(self, python_type: Any, registry: Conversions) -> LiteralType:
        """Give a blob of the annotation's format."""
        _ = registry
        return LiteralType(blob=self._kind.blob_type(python_type))

    def to_literal(self, value: Any, python_type: Any, expected: LiteralType | None, registry: Conversions) -> Literal:
        """Upload the bytes, unless they lie elsewhere already, and give their blob."""
        _ = expected, registry
        kind = self._kind
        if not isinstance(value, str | os.PathLike):
            raise mismatch(value, python_type, f"give a path or a {kind.lazy.__name__}")
        lazy = value if isinstance(value, kind.lazy) else kind.lazy(value)
        blob_type = kind.blob_type(python_type)
        uri = lazy.stored_uri() or self._upload(lazy, value, blob_type.format)
        stored = Blob(uri=uri, metadata=BlobMetadata(type=blob_type))
        return Literal(scalar=Scalar(blob=stored), metadata=lazy.metadata)

    def to_python(self, literal: Literal, python_type: Any, registry: Conversions) -> LazyT:
        """Stand for the blob; nothing is downloaded yet."""
        _ = registry
        if literal.scalar.WhichOneof("value") != "blob":
            raise wrong_literal(literal, python_type)
        stored, kind = literal.scalar.blob, self._kind
        if stored.metadata.type.dimensionality != kind.dimensionality:
            given = other_kind(kind)
            raise TypeMismatch(
                f"expected a {kind.noun}, got the {given.noun} {stored.uri}; annotate it as {given.lazy.__name__}"
            )
        lazy = kind.class_of(python_type).from_source(stored.uri)
        lazy.metadata = dict(literal.metadata) or None
        return lazy

    def accepts(self, value: Any, python_type: Any, registry: Conversions) -> bool:
        """Tell whether the value is of the class, or names what is there."""
        _ = python_type, registry
        if isinstance(value, self._kind.lazy):
            return True
        if not isinstance(value, str | os.PathLike) or isinstance(value, LazyPath):
            return False
        path = os.fspath(value)
        return self._kind.is_there(blob.path_of(path)) if blob.is_file(path) else self._kind.takes_any_uri

    def guess(self, literal_type: LiteralType, registry: Conversions) -> Any | None:
        """Recognise a blob of this kind that is not a pickle."""
        _ = registry
        if literal_type.WhichOneof("type") != "blob" or literal_type.blob.dimensionality != self._kind.dimensionality:
            return None
        return None if literal_type.blob.format == PICKLE_FORMAT else self._kind.lazy[literal_type.blob.format]

    def field_form(self, python_type: Any, registry: Conversions) -> FieldForm:
        """Give the form of a file or folder inside a dataclass."""
        return _BlobForm(self, self._kind, python_type, registry)

    def _upload(self, lazy: LazyT, given: Any, file_format: str) -> str:
        kind, path, data = self._kind, Path(lazy.path), current_data()
        if not kind.is_there(path):
            other = other_kind(kind)
            is_other = other.is_there(path)
            found = f"is a {other.noun}; annotate it as {other.lazy.__name__}" if is_other else "does not exist"
            raise TypeMismatch(f"expected a {kind.noun}, got {shown(given)}, which {found}")
        if path.is_file():
            check_format(path, file_format)
        if not lazy.remote_path:
            return data.store(path, path.name if kind.noun == FILE.noun else "")
        data.put(path, lazy.remote_path)
        return lazy.remote_path


class _BlobForm(FieldForm):
    """A file or folder inside a dataclass: its URI, and a file's metadata if it has any."""

    def __init__(self, codec: BlobCodec[Any], kind: BlobKind[Any], python_type: Any, registry: Conversions) -> None:
        self._codec = codec
        self._kind = kind
        self._python_type = python_type
        self._registry = registry

    def pack(self, value: Any) -> dict[str, Any]:
        """Upload the bytes and give their URI."""
        literal = self._codec.to_literal(value, self._python_type, None, self._registry)
        plain: dict[str, Any] = {"path": literal.scalar.blob.uri}
        if literal.metadata:
            plain["metadata"] = dict(literal.metadata)
        return plain

    def unpack(self, plain: Any) -> LazyPath:
        """Stand for what lies at the URI."""
        if not isinstance(plain, dict) or not isinstance(plain.get("path"), str):
            raise mismatch(plain, self._python_type)
        lazy: LazyPath = self._kind.class_of(self._python_type).from_source(plain["path"])
        lazy.metadata = plain.get("metadata")
        return lazy

    def accepts(self, value: Any) -> bool:
        """Tell whether the value is a file or a folder."""
        return self._codec.accepts(value, self._python_type, self._registry)

    def offloads(self) -> bool:
        """Say that bytes are stored elsewhere."""
        return True

    def schema(self) -> dict[str, Any]:
        """Give the schema that flytekit's class has."""
        path = {"anyOf": [{"type": "string"}, {"type": "string", "format": "path"}], "default": None}
        texts = {"type": "object", "propertyNames": {"type": "string"}, "additionalProperties": {"type": "string"}}
        metadata = {"metadata": {"anyOf": [texts, {"type": "null"}], "default": None}}
        return {
            "type": "object",
            "title": self._kind.lazy.__name__,
            "properties": {"path": path, **(metadata if self._kind is FILE else {})},
            "additionalProperties": False,
        }


def other_kind(kind: BlobKind[Any]) -> BlobKind[Any]:
    """Give folders for files, and files for folders."""
    return FOLDER if kind.noun == FILE.noun else FILE
