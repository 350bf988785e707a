"""``FlyteSchema``, flytekit's older type of dataframes: parquet files below a URI, opened to read or to write."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import Enum
from importlib import import_module
from pathlib import Path
from types import new_class
from typing import Any, ClassVar, cast

from flyteidl.core.literals_pb2 import Literal, Scalar, Schema
from flyteidl.core.types_pb2 import LiteralType, SchemaType

from flyweight.errors import InvalidInput, TypeMismatch
from flyweight.types.codec import Codec, Conversions
from flyweight.types.data import current_data
from flyweight.types.frames import PARQUET, PARQUET_FILE, handler_for
from flyweight.types.mismatch import mismatch, type_name, wrong_literal
from flyweight.types.structured import DatasetColumn, StructuredDataset, frame_handler

Column = SchemaType.SchemaColumn
_COLUMN_TYPES: dict[Any, Column.SchemaColumnType] = {
    int: Column.INTEGER,
    float: Column.FLOAT,
    str: Column.STRING,
    bool: Column.BOOLEAN,
    datetime: Column.DATETIME,
    timedelta: Column.DURATION,
}
_NUMPY_KINDS = {
    "i": Column.INTEGER,
    "u": Column.INTEGER,
    "f": Column.FLOAT,
    "b": Column.BOOLEAN,
    "M": Column.DATETIME,
    "m": Column.DURATION,
    "S": Column.STRING,
    "U": Column.STRING,
    "O": Column.STRING,
}


class SchemaFormat(Enum):
    """How a schema's files are written."""

    PARQUET = PARQUET


class SchemaOpenMode(Enum):
    """What a schema is opened for."""

    READ = "r"
    WRITE = "w"


class FlyteSchema:
    """A dataframe by its files; ``FlyteSchema[kwtypes(a=int)]`` names its columns. New code uses StructuredDataset.

    Args:
        local_path: a folder for its files; a scratch folder by default.
        remote_path: where it is stored, or is to be stored.
        supported_mode: one that is made is written, one that a task gets is read.

    """

    _columns: ClassVar[Mapping[str, Any]] = {}

    def __init__(
        self,
        local_path: str | None = None,
        remote_path: str | None = None,
        supported_mode: SchemaOpenMode = SchemaOpenMode.WRITE,
        downloader: object = None,
    ) -> None:
        del downloader  # flytekit's; what is stored is fetched by our own access
        if supported_mode is SchemaOpenMode.READ and remote_path is None:
            raise InvalidInput("a FlyteSchema to be read needs its `remote_path`")
        self._local_path = local_path
        self.remote_path = remote_path
        self.supported_mode = supported_mode

    def __class_getitem__(cls, columns: Any, fmt: SchemaFormat = SchemaFormat.PARQUET) -> Any:
        """Give the type with these columns.

        Raises:
            InvalidInput: they are no mapping of names to types.

        """
        del fmt
        if not columns:
            return FlyteSchema
        if not isinstance(columns, Mapping):
            raise InvalidInput(
                f"FlyteSchema[...] takes columns by name, as in FlyteSchema[kwtypes(a=int)]: {columns!r}"
            )
        named = dict(cast("Mapping[str, Any]", columns))
        return new_class("FlyteSchema", (FlyteSchema,), exec_body=lambda body: body.update(_columns=named))

    @classmethod
    def columns(cls) -> dict[str, Any]:
        """Give the types of its columns by name; empty when it names none."""
        return dict(cls._columns)

    @classmethod
    def column_names(cls) -> list[str]:
        """Give the names of its columns."""
        return list(cls._columns)

    @classmethod
    def format(cls) -> SchemaFormat:
        """Give the format of its files."""
        return SchemaFormat.PARQUET

    @property
    def local_path(self) -> str:
        """The folder of its files here."""
        if self._local_path is None:
            self._local_path = str(current_data().local_path())
        return self._local_path

    def open(
        self, dataframe_fmt: type | None = None, override_mode: SchemaOpenMode | None = None
    ) -> "SchemaReader | SchemaWriter":
        """Open it to read or to write dataframes of a class, pandas' by default.

        Raises:
            InvalidInput: one that is read is to be written.
            TypeMismatch: nobody here handles such dataframes.

        """
        if self.supported_mode is SchemaOpenMode.READ and override_mode is SchemaOpenMode.WRITE:
            raise InvalidInput("this FlyteSchema is an input: it cannot be opened to be written")
        frame_type = dataframe_fmt or import_module("pandas").DataFrame
        frame_handler(frame_type)
        if (override_mode or self.supported_mode) is SchemaOpenMode.WRITE:
            return SchemaWriter(Path(self.local_path))
        source = self.remote_path if self.supported_mode is SchemaOpenMode.READ else self.local_path
        return SchemaReader(str(source), frame_type, self.column_names())

    def as_readonly(self) -> "FlyteSchema":
        """Give one that reads what was written."""
        if self.supported_mode is SchemaOpenMode.READ:
            return self
        return type(self)(remote_path=self.local_path, supported_mode=SchemaOpenMode.READ)

    def __repr__(self) -> str:
        return f"FlyteSchema(remote_path={self.remote_path!r}, columns={self.column_names()})"


class SchemaReader:
    """Reads a schema's files."""

    def __init__(self, source: str, frame_type: type, columns: list[str]) -> None:
        names = [DatasetColumn(name=name) for name in columns]
        self._dataset = StructuredDataset(uri=source, file_format=PARQUET).choose(names).open(frame_type)

    def all(self, **options: object) -> Any:
        """Read everything as one dataframe; raises TypeMismatch if that cannot be."""
        del options
        return self._dataset.all()

    def iter(self, **options: object) -> Iterator[Any]:
        """Read part after part; raises TypeMismatch if that cannot be."""
        del options
        return self._dataset.iter()


class SchemaWriter:
    """Writes dataframes as the files of a schema."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, *frames: Any, **options: object) -> None:
        """Write each dataframe as a file of its own, behind those that are there."""
        del options
        self._folder.mkdir(parents=True, exist_ok=True)
        for frame in frames:
            number = sum(1 for _ in self._folder.iterdir())
            part = current_data().local_path()
            part.mkdir()
            frame_handler(type(frame)).write(frame, part, PARQUET)
            (part / PARQUET_FILE).rename(self._folder / f"{number:05}")


class SchemaCodec(Codec):
    """A ``FlyteSchema``, with or without columns; a task may return a dataframe for one."""

    name = "FlyteSchema Transformer"

    def literal_type(self, python_type: Any, registry: Conversions) -> LiteralType:
        """Give the columns; raises TypeMismatch if one's type has no place in a schema."""
        _ = registry
        return LiteralType(schema=_schema_type(python_type))

    def to_literal(self, value: Any, python_type: Any, expected: LiteralType | None, registry: Conversions) -> Literal:
        """Store what was written, or the dataframe itself; what is stored already is only told."""
        _ = expected
        if isinstance(value, FlyteSchema):
            uri = _stored(value)
        elif handler_for(type(value)) is not None:
            literal = registry.to_literal(StructuredDataset(dataframe=value, file_format=PARQUET), StructuredDataset)
            uri = literal.scalar.structured_dataset.uri
        elif isinstance(value, StructuredDataset):
            uri = registry.to_literal(value, StructuredDataset).scalar.structured_dataset.uri
        else:
            raise mismatch(value, python_type, "give a FlyteSchema or a dataframe")
        return Literal(scalar=Scalar(schema=Schema(uri=uri, type=_schema_type(python_type))))

    def to_python(self, literal: Literal, python_type: Any, registry: Conversions) -> FlyteSchema:
        """Stand for what is stored."""
        _ = registry
        match literal.scalar.WhichOneof("value"):
            case "schema":
                uri = literal.scalar.schema.uri
            case "structured_dataset":
                uri = literal.scalar.structured_dataset.uri
            case _:
                raise wrong_literal(literal, python_type)
        return python_type(remote_path=uri, supported_mode=SchemaOpenMode.READ)

    def accepts(self, value: Any, python_type: Any, registry: Conversions) -> bool:
        """Tell whether the value is a schema, or a dataframe that can be one."""
        _ = python_type, registry
        return isinstance(value, (FlyteSchema, StructuredDataset)) or handler_for(type(value)) is not None

    def guess(self, literal_type: LiteralType, registry: Conversions) -> Any | None:
        """Recognise a schema, with its columns."""
        _ = registry
        if literal_type.WhichOneof("type") != "schema":
            return None
        types = {number: python_type for python_type, number in _COLUMN_TYPES.items()}
        return FlyteSchema[{column.name: types[column.type] for column in literal_type.schema.columns}]


def _stored(schema: FlyteSchema) -> str:
    if schema.supported_mode is SchemaOpenMode.READ:
        return cast("str", schema.remote_path)
    folder = Path(schema.local_path)
    if not folder.is_dir():
        raise TypeMismatch("nothing was written into this FlyteSchema: schema.open().write(dataframe) does")
    if schema.remote_path is None:
        schema.remote_path = current_data().store(folder)
    else:
        current_data().put(folder, schema.remote_path)
    return schema.remote_path


def _schema_type(python_type: Any) -> SchemaType:
    columns: Mapping[str, Any] = python_type.columns()
    return SchemaType(columns=[Column(name=name, type=_column_type(name, kind)) for name, kind in columns.items()])


def _column_type(name: str, kind: Any) -> Column.SchemaColumnType:
    found = _COLUMN_TYPES.get(kind)
    if found is None and getattr(kind, "__module__", "") == "numpy":
        found = _NUMPY_KINDS.get(import_module("numpy").dtype(kind).kind)
    if found is None:
        raise TypeMismatch(f"column `{name}` of a FlyteSchema cannot be of type {type_name(kind)}")
    return found
