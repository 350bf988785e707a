"""``FlyteDirectory``: a folder, as a multipart blob on the wire; uploaded when it leaves a task, downloaded on use."""

import os
from pathlib import Path
from typing import Any, Self

from flyteidl.core.literals_pb2 import Blob, BlobMetadata, Literal, Scalar
from flyteidl.core.types_pb2 import BlobType, LiteralType

from flyweight import blob
from flyweight.errors import TypeMismatch
from flyweight.types.codec import Codec, Conversions
from flyweight.types.data import current_data
from flyweight.types.fields.form import FieldForm
from flyweight.types.file import FlyteFile
from flyweight.types.lazy import PATH_SCHEMA, LazyPath
from flyweight.types.mismatch import mismatch, shown, wrong_literal


class FlyteDirectory(LazyPath):
    """A folder that is an input or output: ``FlyteDirectory("images/")``, or with its format ``FlyteDirectory["jpg"]``.

    It is a path: ``os.listdir(folder)`` and ``Path(folder)`` work, and download it if it lies elsewhere.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, remote_directory: str | os.PathLike[str] | bool | None = None
    ) -> None:
        """Stand for a folder.

        Args:
            path: a local path, or the URI of a folder that exists already.
            remote_directory: where to upload it; None chooses a place, False leaves it where it is.
        """
        remote = os.fspath(remote_directory) if isinstance(remote_directory, os.PathLike) else remote_directory
        super().__init__(path, remote_path=remote)

    @property
    def remote_directory(self) -> str | None:
        """Where the folder is to be uploaded, if the user chose a place."""
        return self.remote_path

    @classmethod
    def new_remote(cls, stem: str | None = None, alt: str | None = None) -> Self:
        """Make up a folder at its final place, to be filled through ``new_file``; it is not uploaded again.

        Args:
            stem: the last part of its URI; a random name if None.
            alt: another prefix than the task's raw output prefix.
        """
        data = current_data()
        uri = f"{alt.rstrip('/')}/{stem}" if alt and stem else data.new_uri(stem or "")
        folder = cls.from_source(uri)
        if data.is_local(uri):
            Path(folder.path).mkdir(parents=True, exist_ok=True)
        return folder

    @classmethod
    def new(cls, dirname: str | os.PathLike[str]) -> Self:
        """Make up a local folder in a scratch folder of the task, to be filled and returned."""
        path = current_data().local_path(os.fspath(dirname))
        path.mkdir(parents=True, exist_ok=True)
        return cls(path)

    def new_file(self, name: str) -> FlyteFile:
        """Make up a file inside, to be written with ``open("w")``."""
        return FlyteFile.from_source(self._inside(name)) if self.remote_source else FlyteFile(self._inside(name))

    def new_dir(self, name: str) -> "FlyteDirectory":
        """Make up a folder inside."""
        inside = self._inside(name)
        if self.data.is_local(inside):
            blob.path_of(inside).mkdir(parents=True, exist_ok=True)
        return FlyteDirectory.from_source(inside) if self.remote_source else FlyteDirectory(inside)

    def _inside(self, name: str) -> str:
        return f"{(self.remote_source or self.path).rstrip('/')}/{name}"


class DirectoryCodec(Codec):
    """``FlyteDirectory``."""

    name = "FlyteDirectory"

    def literal_type(self, python_type: Any, registry: Conversions) -> LiteralType:
        """Give a multipart blob of the annotation's format."""
        _ = registry
        return LiteralType(blob=_blob_type(python_type))

    def to_literal(self, value: Any, python_type: Any, expected: LiteralType | None, registry: Conversions) -> Literal:
        """Upload the folder, unless it lies elsewhere already, and give its blob."""
        _ = expected, registry
        if not isinstance(value, str | os.PathLike):
            raise mismatch(value, python_type, "give a path or a FlyteDirectory")
        folder = value if isinstance(value, FlyteDirectory) else FlyteDirectory(value)
        uri = folder.stored_uri() or _upload(folder, value)
        return Literal(scalar=Scalar(blob=Blob(uri=uri, metadata=BlobMetadata(type=_blob_type(python_type)))))

    def to_python(self, literal: Literal, python_type: Any, registry: Conversions) -> FlyteDirectory:
        """Stand for the blob; nothing is downloaded yet."""
        _ = registry
        if literal.scalar.WhichOneof("value") != "blob":
            raise wrong_literal(literal, python_type)
        stored = literal.scalar.blob
        if stored.metadata.type.dimensionality != BlobType.MULTIPART:
            raise TypeMismatch(f"expected a folder, got the file {stored.uri}; annotate it as FlyteFile")
        return python_type.from_source(stored.uri)

    def accepts(self, value: Any, python_type: Any, registry: Conversions) -> bool:
        """Tell whether the value is a FlyteDirectory, or names a folder that is there."""
        _ = python_type, registry
        if isinstance(value, FlyteDirectory):
            return True
        if not isinstance(value, str | os.PathLike) or isinstance(value, LazyPath):
            return False
        path = os.fspath(value)
        return blob.is_file(path) and blob.path_of(path).is_dir()

    def guess(self, literal_type: LiteralType, registry: Conversions) -> Any | None:
        """Recognise a multipart blob."""
        _ = registry
        if literal_type.WhichOneof("type") != "blob" or literal_type.blob.dimensionality != BlobType.MULTIPART:
            return None
        return FlyteDirectory[literal_type.blob.format]

    def field_form(self, python_type: Any, registry: Conversions) -> FieldForm:
        """Give the form of a folder inside a dataclass."""
        return _DirectoryForm(self, python_type, registry)


class _DirectoryForm(FieldForm):
    """A folder inside a dataclass: its URI."""

    offloads = True

    def __init__(self, codec: DirectoryCodec, python_type: Any, registry: Conversions) -> None:
        self._codec = codec
        self._python_type = python_type
        self._registry = registry

    def pack(self, value: Any) -> dict[str, Any]:
        """Upload the folder and give its URI."""
        return {"path": self._codec.to_literal(value, self._python_type, None, self._registry).scalar.blob.uri}

    def unpack(self, plain: Any) -> FlyteDirectory:
        """Stand for the folder at the URI."""
        if not isinstance(plain, dict) or not isinstance(plain.get("path"), str):
            raise mismatch(plain, self._python_type)
        return self._python_type.from_source(plain["path"])

    def accepts(self, value: Any) -> bool:
        """Tell whether the value is a folder."""
        return self._codec.accepts(value, self._python_type, self._registry)

    def schema(self) -> dict[str, Any]:
        """Give the schema that flytekit's FlyteDirectory has."""
        return {
            "type": "object",
            "title": "FlyteDirectory",
            "properties": {"path": dict(PATH_SCHEMA)},
            "additionalProperties": False,
        }


def _upload(folder: FlyteDirectory, given: Any) -> str:
    if not Path(folder.path).is_dir():
        found = "is a file; annotate it as FlyteFile" if Path(folder.path).is_file() else "does not exist"
        raise TypeMismatch(f"expected a folder, got {shown(given)}, which {found}")
    data = current_data()
    if not folder.remote_path:
        return data.store(folder.path)
    data.put(folder.path, folder.remote_path)
    return folder.remote_path


def _blob_type(python_type: Any) -> BlobType:
    return BlobType(format=python_type.format, dimensionality=BlobType.MULTIPART)
