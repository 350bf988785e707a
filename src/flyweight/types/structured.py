"""Dataframes of any library as ``StructuredDataset``: files at a URI, with a format and columns.

``pandas.DataFrame`` and ``pyarrow.Table`` as annotations are the same type on the wire, read at once instead of on use.
"""

from collections import OrderedDict
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Self, cast

from flyteidl.core.literals_pb2 import StructuredDataset as StructuredDatasetLiteral
from flyteidl.core.literals_pb2 import StructuredDatasetMetadata
from flyteidl.core.types_pb2 import StructuredDatasetType

from flyweight import blob
from flyweight.blob.uris import scheme
from flyweight.errors import FlyweightError, InvalidInput, TypeMismatch
from flyweight.types.coders import DECODERS
from flyweight.types.data import DataAccess, current_data, use_data
from flyweight.types.frames import FrameHandler, check_format, handler_for
from flyweight.types.mismatch import type_name

DatasetColumn = StructuredDatasetType.DatasetColumn


def kwtypes(**columns: Any) -> "OrderedDict[str, Any]":
    """Name the columns of a dataframe and their types, for its annotation.

    As in ``Annotated[pandas.DataFrame, kwtypes(age=int, name=str)]``: only these columns are read.

    Args:
        columns: types by name.

    """
    return OrderedDict(columns)


@dataclass(init=False, repr=False, eq=False)  # for mashumaro's sake, which refuses a field of a class it does not know
class StructuredDataset:
    """A dataframe as an input or output.

    To return one: ``StructuredDataset(dataframe=df)``, or ``StructuredDataset(uri=...)`` for what is stored already.
    To read one: ``dataset.open(pandas.DataFrame).all()``, or ``.iter()`` for part after part.
    """

    uri: str | None
    file_format: str

    def __init__(
        self,
        dataframe: Any = None,
        uri: str | None = None,
        metadata: StructuredDatasetMetadata | None = None,
        file_format: str = "",
    ) -> None:
        """Stand for a dataframe.

        Args:
            dataframe: a dataframe of pandas, Arrow, polars or another library with a handler.
            uri: where it is stored, or is to be stored if a dataframe is given.
            metadata: its columns and format, where they are known.
            file_format: ``parquet`` (the default for what is written) or ``csv``.
        """
        self.dataframe = dataframe
        self.uri = uri
        self.file_format = file_format
        self.literal: StructuredDatasetLiteral | None = None
        """What stands on the wire, once it is stored."""
        self._metadata = metadata
        self._access: DataAccess | None = None
        self._frame_type: Any = None
        self._columns: tuple[DatasetColumn, ...] = ()

    @classmethod
    def from_literal(cls, literal: StructuredDatasetLiteral) -> Self:
        """Stand for a dataframe that is stored."""
        dataset_type = literal.metadata.structured_dataset_type
        dataset = cls(uri=literal.uri, file_format=dataset_type.format)
        dataset.literal = literal
        dataset._access = current_data()  # its bytes may be asked for after the call has ended
        dataset._columns = tuple(dataset_type.columns)
        return dataset

    @property
    def metadata(self) -> StructuredDatasetMetadata | None:
        """Its columns and format on the wire, once they are known."""
        return self.literal.metadata if self.literal is not None else self._metadata

    def set_literal(self, ctx: object, expected: object = None) -> None:
        """Store the dataframe now, so that ``literal`` and ``metadata`` are there; the arguments are flytekit's."""
        _ = ctx, expected
        registry = import_module("flyweight.types.registry").default_registry()
        registry.to_literal(self, StructuredDataset)

    def choose(self, columns: Iterable[DatasetColumn]) -> Self:
        """Read only these columns."""
        self._columns = tuple(columns) or self._columns
        return self

    def open(self, frame_type: Any) -> Self:
        """Choose the class of dataframe to read as: ``pandas.DataFrame``, ``pyarrow.Table``, ``polars.DataFrame``."""
        if not DECODERS.knows(frame_type):
            frame_handler(frame_type)
        self._frame_type = frame_type
        return self

    def all(self) -> Any:
        """Read the whole dataframe.

        Raises:
            InvalidInput: ``open`` was not called, or it comes in parts only.
            TypeMismatch: what is stored has not the wanted columns, is in another format, or is not there.

        """
        if self.dataframe is not None and isinstance(self.dataframe, self._opened()):
            return self.dataframe
        decoded = self._decoded()
        if isinstance(decoded, Iterator):
            raise InvalidInput(f"{self.uri} is read in parts: call iter() in the place of all()")
        if decoded is not None:
            return decoded
        handler, source, file_format = frame_handler(self._opened()), self._local(), self._format()
        with self._telling_what_is_read():
            return handler.read(source, file_format, self._names())

    def iter(self) -> Iterator[Any]:
        """Read the dataframe part by part.

        Raises:
            InvalidInput: ``open`` was not called.
            TypeMismatch: as of ``all``; it may show with a later part.

        """
        if self.dataframe is not None and isinstance(self.dataframe, self._opened()):
            return iter([self.dataframe])
        decoded = self._decoded()
        if decoded is not None:
            return cast("Iterator[Any]", decoded) if isinstance(decoded, Iterator) else iter([decoded])
        return self._parts(frame_handler(self._opened()).iterate(self._local(), self._format(), self._names()))

    def _parts(self, parts: Iterator[Any]) -> Iterator[Any]:
        with self._telling_what_is_read():
            yield from parts

    @contextmanager
    def _telling_what_is_read(self) -> Generator[None]:
        """Raise what goes wrong inside as a TypeMismatch that names the data and how it is read."""
        try:
            yield
        except FlyweightError:
            raise
        except Exception as error:  # a border: the library's code, over any bytes
            names = self._names()
            chosen = f" with the columns {', '.join(names)}" if names else ""
            said = str(error).partition("\n")[0]
            raise TypeMismatch(
                f"the {self._format()} at {self.uri} cannot be read as {type_name(self._opened())}{chosen}: {said}"
            ) from error

    def _decoded(self) -> Any:
        """Read by a decoder that somebody registered for this class and place; None if there is none."""
        decode = DECODERS.find(self._opened(), scheme(self.uri or ""), self.file_format)
        if decode is None:
            return None
        held = StructuredDatasetType(format=self.file_format, columns=self._columns)
        wanted = StructuredDatasetMetadata(structured_dataset_type=held)
        with use_data(self._access) if self._access else nullcontext():
            return decode(self.literal or StructuredDatasetLiteral(uri=self.uri or "", metadata=wanted), wanted)

    def _names(self) -> tuple[str, ...] | None:
        return tuple(column.name for column in self._columns) or None

    def _opened(self) -> Any:
        if self._frame_type is None and self.dataframe is not None:
            return type(self.dataframe)
        if self._frame_type is None:
            raise InvalidInput("choose a class of dataframe first, as in dataset.open(pandas.DataFrame).all()")
        return self._frame_type

    def _format(self) -> str:
        file_format = self.file_format or frame_handler(self._opened()).default_format
        check_format(frame_handler(self._opened()), file_format)
        return file_format

    def _local(self) -> Path:
        if self.uri is None:
            raise InvalidInput(f"this StructuredDataset holds a {type_name(type(self.dataframe))} and no URI to read")
        data = self._access or current_data()
        if data.is_local(self.uri):
            return blob.path_of(self.uri)
        local = data.local_path()
        data.get(self.uri, local)
        return local

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Let the class be a field of a pydantic model."""
        _ = source, handler
        return import_module("flyweight.types.pydantic_fields").core_schema(cls, cls.__name__)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_access": None}  # a connection does not travel

    def __repr__(self) -> str:
        return f"StructuredDataset(uri={self.uri!r}, file_format={self.file_format!r})"


def frame_handler(frame_type: Any) -> FrameHandler:
    """Give what writes and reads dataframes of a class; raises TypeMismatch if nobody here does."""
    handler = handler_for(frame_type)
    if handler is None:
        raise TypeMismatch(
            f"{type_name(frame_type)} is not a dataframe that can be stored; use pandas.DataFrame, pyarrow.Table or "
            "polars.DataFrame"
        )
    return handler
