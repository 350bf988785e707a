"""``FlyteFile``: one file, as a blob on the wire; uploaded when it leaves a task, downloaded when it is first read."""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Self

from flyteidl.core.literals_pb2 import Blob, BlobMetadata, Literal, Scalar
from flyteidl.core.types_pb2 import BlobType, LiteralType

from flyweight import blob
from flyweight.errors import TypeMismatch
from flyweight.types.codec import Codec, Conversions
from flyweight.types.data import current_data
from flyweight.types.fields.form import FieldForm
from flyweight.types.lazy import PATH_SCHEMA, LazyPath
from flyweight.types.mismatch import mismatch, shown, wrong_literal

PICKLE_FORMAT = "PythonPickle"


class FlyteFile(LazyPath):
    """A file that is an input or output: ``FlyteFile("model.bin")``, or with its format ``FlyteFile["csv"]``.

    It is a path: ``open(file)`` and ``pandas.read_csv(file)`` work, and download it if it lies elsewhere.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        remote_path: str | os.PathLike[str] | bool | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        """Stand for a file.

        Args:
            path: a local path, or the URI of a file that exists already.
            remote_path: where to upload it; None chooses a place, False leaves it where it is.
            metadata: goes with the literal.
        """
        super().__init__(
            path, remote_path=os.fspath(remote_path) if isinstance(remote_path, os.PathLike) else remote_path
        )
        self.metadata = dict(metadata) if metadata is not None else None

    @classmethod
    def new_remote_file(cls, name: str | None = None, alt: str | None = None) -> Self:
        """Make up a file at its final place, to be written with ``open("w")``; it is not uploaded again.

        Args:
            name: the last part of its URI; a random name if None.
            alt: another prefix than the task's raw output prefix.
        """
        data = current_data()
        uri = f"{alt.rstrip('/')}/{name}" if alt and name else data.new_uri(name or "")
        file = cls.from_source(uri)
        if data.is_local(uri):
            Path(file.path).parent.mkdir(parents=True, exist_ok=True)
        return file

    @classmethod
    def new(cls, filename: str | os.PathLike[str]) -> Self:
        """Make up a local file in a scratch folder of the task, to be written and returned."""
        return cls(current_data().local_path(os.fspath(filename)))

    @contextmanager
    def open(
        self, mode: str = "r", cache_type: str | None = None, cache_options: Mapping[str, Any] | None = None
    ) -> Generator[IO[Any]]:
        """Open for reading or writing; a file that lies elsewhere is streamed, and written there.

        ``cache_type`` and ``cache_options`` are taken for flytekit's sake and change nothing.
        """
        _ = cache_type, cache_options
        uri = self.path if self.downloaded or self.remote_source is None else self.remote_source
        with self.data.open(uri, mode) as stream:
            yield stream


class FileCodec(Codec):
    """``FlyteFile`` and ``os.PathLike``."""

    name = "FlyteFilePath"

    def literal_type(self, python_type: Any, registry: Conversions) -> LiteralType:
        """Give a single blob of the annotation's format."""
        _ = registry
        return LiteralType(blob=_blob_type(python_type))

    def to_literal(self, value: Any, python_type: Any, expected: LiteralType | None, registry: Conversions) -> Literal:
        """Upload the file, unless it lies elsewhere already, and give its blob."""
        _ = expected, registry
        if not isinstance(value, str | os.PathLike):
            raise mismatch(value, python_type, "give a path or a FlyteFile")
        file = value if isinstance(value, FlyteFile) else FlyteFile(value)
        uri = file.stored_uri() or _upload(file, value)
        metadata = BlobMetadata(type=_blob_type(python_type))
        return Literal(scalar=Scalar(blob=Blob(uri=uri, metadata=metadata)), metadata=file.metadata)

    def to_python(self, literal: Literal, python_type: Any, registry: Conversions) -> FlyteFile:
        """Stand for the blob; nothing is downloaded yet."""
        _ = registry
        if literal.scalar.WhichOneof("value") != "blob":
            raise wrong_literal(literal, python_type)
        stored = literal.scalar.blob
        if stored.metadata.type.dimensionality != BlobType.SINGLE:
            raise TypeMismatch(f"expected a file, got the folder {stored.uri}; annotate it as FlyteDirectory")
        file = _file_class(python_type).from_source(stored.uri)
        file.metadata = dict(literal.metadata) or None
        return file

    def accepts(self, value: Any, python_type: Any, registry: Conversions) -> bool:
        """Tell whether the value is a FlyteFile, or names a file that is there."""
        _ = python_type, registry
        if isinstance(value, FlyteFile):
            return True
        if not isinstance(value, str | os.PathLike) or isinstance(value, LazyPath):
            return False
        path = os.fspath(value)
        return not blob.is_file(path) or blob.path_of(path).is_file()

    def guess(self, literal_type: LiteralType, registry: Conversions) -> Any | None:
        """Recognise a single blob that is not a pickle."""
        _ = registry
        if literal_type.WhichOneof("type") != "blob" or literal_type.blob.dimensionality != BlobType.SINGLE:
            return None
        return None if literal_type.blob.format == PICKLE_FORMAT else FlyteFile[literal_type.blob.format]

    def field_form(self, python_type: Any, registry: Conversions) -> FieldForm:
        """Give the form of a file inside a dataclass."""
        return _FileForm(self, python_type, registry)


class _FileForm(FieldForm):
    """A file inside a dataclass: its URI, and its metadata if it has any."""

    offloads = True

    def __init__(self, codec: FileCodec, python_type: Any, registry: Conversions) -> None:
        self._codec = codec
        self._python_type = python_type
        self._registry = registry

    def pack(self, value: Any) -> dict[str, Any]:
        """Upload the file and give its URI."""
        literal = self._codec.to_literal(value, self._python_type, None, self._registry)
        plain: dict[str, Any] = {"path": literal.scalar.blob.uri}
        if literal.metadata:
            plain["metadata"] = dict(literal.metadata)
        return plain

    def unpack(self, plain: Any) -> FlyteFile:
        """Stand for the file at the URI."""
        if not isinstance(plain, dict) or not isinstance(plain.get("path"), str):
            raise mismatch(plain, self._python_type)
        file = _file_class(self._python_type).from_source(plain["path"])
        file.metadata = plain.get("metadata")
        return file

    def accepts(self, value: Any) -> bool:
        """Tell whether the value is a file."""
        return self._codec.accepts(value, self._python_type, self._registry)

    def schema(self) -> dict[str, Any]:
        """Give the schema that flytekit's FlyteFile has."""
        texts = {"type": "object", "propertyNames": {"type": "string"}, "additionalProperties": {"type": "string"}}
        properties = {
            "path": dict(PATH_SCHEMA),
            "metadata": {"anyOf": [texts, {"type": "null"}], "default": None},
        }
        return {"type": "object", "title": "FlyteFile", "properties": properties, "additionalProperties": False}


def _upload(file: FlyteFile, given: Any) -> str:
    if not Path(file.path).is_file():
        found = "is a folder; annotate it as FlyteDirectory" if Path(file.path).is_dir() else "does not exist"
        raise TypeMismatch(f"expected a file, got {shown(given)}, which {found}")
    data = current_data()
    if not file.remote_path:
        return data.store(file.path, Path(file.path).name)
    data.put(file.path, file.remote_path)
    return file.remote_path


def _file_class(python_type: Any) -> type[FlyteFile]:
    return python_type if isinstance(python_type, type) and issubclass(python_type, FlyteFile) else FlyteFile


def _blob_type(python_type: Any) -> BlobType:
    return BlobType(format=_file_class(python_type).format, dimensionality=BlobType.SINGLE)
