"""Reads a task's outputs from the files that a program has left, one of each output's name, as flytecopilot does."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flyteidl.core import interface_pb2, literals_pb2, tasks_pb2, types_pb2

from flyweight import blob
from flyweight.containers.names import plain
from flyweight.containers.texts import read
from flyweight.errors import RecoverableError, TooLarge, TypeMismatch, UserError

ERROR_FILE = "_ERROR"
"""A program that leaves this file has failed, whatever its exit code; it says why."""
LARGEST_TEXT = 10 * 1024 * 1024
"""Bytes of a file whose content is a value."""
_LONGEST_ERROR = 64 * 1024
_PARQUET = "parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFolder:
    """Where a program has left its outputs."""

    path: Path
    shown: str
    """What the program calls it."""
    raw_prefix: str
    """Files, folders and dataframes are brought to below this URI."""
    isolated: bool = False
    """Whether the program saw no other files: then no link in the folder may lead out of it."""

    def told_failure(self) -> str | None:
        """Give what the program says of its failure, if it has left the file that says so."""
        told = self.path / ERROR_FILE
        if not told.is_file() or (self.isolated and told.is_symlink()):
            return None
        with told.open("rb") as file:
            text = file.read(_LONGEST_ERROR).decode(errors="replace").strip()
        return f"the program left {self.shown}/{ERROR_FILE}: {text or '(nothing in it)'}"

    def collect(
        self, declared: Mapping[str, interface_pb2.Variable], loading: tasks_pb2.DataLoadingConfig
    ) -> literals_pb2.LiteralMap:
        """Give the outputs. Blocks on the blob store.

        Raises:
            InvalidInput: the name of an output cannot be a file's.
            RecoverableError: there is no file for an output.
            TypeMismatch: what a file holds is not of its output's type.
            TooLarge: a value's file is too large for one.
            UserError: a link leads out of the folder.
        """
        if self.isolated:
            self._refuse_links()
        references = loading.io_strategy.upload_mode == tasks_pb2.IOStrategy.DO_NOT_UPLOAD
        outputs = literals_pb2.LiteralMap()
        for name, variable in declared.items():
            outputs.literals[name].CopyFrom(self._output(plain(name), variable.type, references=references))
        return outputs

    def _output(self, name: str, kind: types_pb2.LiteralType, *, references: bool) -> literals_pb2.Literal:
        path = self.path / name
        form = kind.WhichOneof("type")
        if form not in {"blob", "structured_dataset_type"}:
            try:
                return read(self._text(name), kind)
            except TypeMismatch as error:
                raise TypeMismatch(f"output {name!r}: {self.shown}/{name} holds the wrong thing: {error}") from None
        if references:
            uri = self._text(name).strip()
        elif form == "blob" and kind.blob.dimensionality == types_pb2.BlobType.SINGLE:
            self._require(name, found=path.is_file(), what="file")
            uri = self._brought(name)
        else:
            whole = path.is_dir() or (form != "blob" and path.is_file())
            self._require(name, found=whole, what="folder" if form == "blob" else "file or folder")
            uri = self._brought(name)
        return _reference(uri, kind)

    def _text(self, name: str) -> str:
        path = self.path / name
        self._require(name, found=path.is_file(), what="file")
        size = path.stat().st_size
        if size > LARGEST_TEXT:
            raise TooLarge(
                f"output {name!r}: {self.shown}/{name} has {size} bytes, and the file of a value has at most "
                f"{LARGEST_TEXT}. Declare large outputs as FlyteFile."
            )
        try:
            return path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise TypeMismatch(
                f"output {name!r}: {self.shown}/{name} is not text in UTF-8. Declare bytes as FlyteFile."
            ) from None

    def _require(self, name: str, *, found: bool, what: str) -> None:
        if found:
            return
        there = sorted(one.name for one in self.path.iterdir()) if self.path.is_dir() else []
        raise RecoverableError(
            f"output {name!r}: the program left no {what} {self.shown}/{name} (there: {', '.join(there) or 'nothing'})."
            " It must write each output into a file or folder of the output's name."
        )

    def _brought(self, name: str) -> str:
        uri = posixpath.join(self.raw_prefix, name)
        blob.upload(self.path / name, uri)
        return uri

    def _refuse_links(self) -> None:
        root = self.path.resolve()
        for path in self.path.rglob("*"):
            if path.is_symlink() and not path.resolve().is_relative_to(root):
                place = path.relative_to(self.path)
                raise UserError(f"{self.shown}/{place} is a link that leads out of the folder: copy the file instead")


def _reference(uri: str, kind: types_pb2.LiteralType) -> literals_pb2.Literal:
    scalar = literals_pb2.Scalar()
    if kind.WhichOneof("type") == "blob":
        scalar.blob.CopyFrom(literals_pb2.Blob(uri=uri, metadata=literals_pb2.BlobMetadata(type=kind.blob)))
    else:
        dataset = scalar.structured_dataset
        dataset.uri = uri
        dataset.metadata.structured_dataset_type.CopyFrom(kind.structured_dataset_type)
        if not kind.structured_dataset_type.format:
            dataset.metadata.structured_dataset_type.format = _PARQUET
    return literals_pb2.Literal(scalar=scalar)
