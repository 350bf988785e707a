"""Dataframes of any library as ``StructuredDataset``: files at a URI, with a format and columns.

``pandas.DataFrame`` and ``pyarrow.Table`` as annotations are the same type on the wire, read at once instead of on use.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Self

from flyteidl.core.literals_pb2 import Literal, Scalar, StructuredDatasetMetadata
from flyteidl.core.literals_pb2 import StructuredDataset as StructuredDatasetLiteral
from flyteidl.core.types_pb2 import LiteralType, StructuredDatasetType

from flyweight import blob
from flyweight.errors import InvalidInput, TypeMismatch
from flyweight.types.annotations import split
from flyweight.types.codec import Codec, Conversions
from flyweight.types.data import DataAccess, current_data
from flyweight.types.fields.form import FieldForm
from flyweight.types.frames import FrameHandler, check_format, handler_for
from flyweight.types.mismatch import mismatch, type_name, wrong_literal
from flyweight.types.storage import absolute

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

    def __init__(self, dataframe: Any = None, *, uri: str | None = None, file_format: str = "") -> None:
        """Stand for a dataframe.

        Args:
            dataframe: a dataframe of pandas, Arrow or another library with a handler.
            uri: where it is stored, or is to be stored if a dataframe is given.
            file_format: ``parquet`` (the default for what is written) or ``csv``.
        """
        self.dataframe = dataframe
        self.uri = uri
        self.file_format = file_format
        self.stored_type: StructuredDatasetType | None = None
        self._access: DataAccess | None = None
        self._frame_type: Any = None
        self._columns: tuple[str, ...] | None = None

    @classmethod
    def from_literal(cls, literal: StructuredDatasetLiteral) -> Self:
        """Stand for a dataframe that is stored."""
        dataset_type = literal.metadata.structured_dataset_type
        dataset = cls(uri=literal.uri, file_format=dataset_type.format)
        dataset.stored_type = dataset_type
        dataset._access = current_data()  # its bytes may be asked for after the call has ended
        dataset._columns = tuple(column.name for column in dataset_type.columns) or None
        return dataset

    def choose(self, columns: tuple[str, ...]) -> Self:
        """Read only these columns."""
        self._columns = columns or self._columns
        return self

    def open(self, frame_type: Any) -> Self:
        """Choose the class of dataframe to read as: ``pandas.DataFrame`` or ``pyarrow.Table``."""
        _handler(frame_type)
        self._frame_type = frame_type
        return self

    def all(self) -> Any:
        """Read the whole dataframe; raises InvalidInput if ``open`` was not called."""
        if self.dataframe is not None and isinstance(self.dataframe, self._opened()):
            return self.dataframe
        return _handler(self._opened()).read(self._local(), self._format(), self._columns)

    def iter(self) -> Iterator[Any]:
        """Read the dataframe part by part; raises InvalidInput if ``open`` was not called."""
        if self.dataframe is not None and isinstance(self.dataframe, self._opened()):
            return iter([self.dataframe])
        return _handler(self._opened()).iterate(self._local(), self._format(), self._columns)

    def _opened(self) -> Any:
        if self._frame_type is None and self.dataframe is not None:
            return type(self.dataframe)
        if self._frame_type is None:
            raise InvalidInput("choose a class of dataframe first, as in dataset.open(pandas.DataFrame).all()")
        return self._frame_type

    def _format(self) -> str:
        file_format = self.file_format or _handler(self._opened()).default_format
        check_format(_handler(self._opened()), file_format)
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


class StructuredCodec(Codec):
    """``StructuredDataset`` itself, and the dataframe classes that have a handler."""

    name = "StructuredDataset Transformer"
    reads_annotations = True

    def literal_type(self, python_type: Any, registry: Conversions) -> LiteralType:
        """Give the columns and format that the annotation names."""
        return LiteralType(structured_dataset_type=_dataset_type(python_type, registry))

    def to_literal(self, value: Any, python_type: Any, expected: LiteralType | None, registry: Conversions) -> Literal:
        """Store the dataframe, unless it is stored, and give its URI, columns and format."""
        bare, _ = split(python_type)
        declared = _dataset_type(python_type, registry)
        if expected is not None and expected.HasField("structured_dataset_type"):
            declared.MergeFrom(StructuredDatasetType(format=declared.format or expected.structured_dataset_type.format))
        dataset = _as_dataset(value, bare)
        dataset_type = StructuredDatasetType()
        dataset_type.CopyFrom(dataset.stored_type or declared)
        dataset_type.format = dataset.file_format or declared.format
        if dataset.dataframe is not None:
            _store(dataset, dataset_type)
        elif dataset.uri is None:
            raise TypeMismatch("this StructuredDataset has neither a dataframe nor a uri; give it one of them")
        metadata = StructuredDatasetMetadata(structured_dataset_type=dataset_type)
        stored = StructuredDatasetLiteral(uri=absolute(dataset.uri or ""), metadata=metadata)
        return Literal(scalar=Scalar(structured_dataset=stored))

    def to_python(self, literal: Literal, python_type: Any, registry: Conversions) -> Any:
        """Stand for what is stored, or read it if the annotation is a dataframe class."""
        if literal.scalar.WhichOneof("value") != "structured_dataset":
            raise wrong_literal(literal, python_type)
        bare, _ = split(python_type)
        wanted = tuple(column.name for column in _dataset_type(python_type, registry).columns)
        dataset = StructuredDataset.from_literal(literal.scalar.structured_dataset).choose(wanted)
        return dataset if bare is StructuredDataset else dataset.open(bare).all()

    def accepts(self, value: Any, python_type: Any, registry: Conversions) -> bool:
        """Tell whether the value is a dataframe of the class, or a StructuredDataset."""
        _ = registry
        return isinstance(value, (StructuredDataset, split(python_type)[0]))

    def guess(self, literal_type: LiteralType, registry: Conversions) -> Any | None:
        """Recognise a structured dataset."""
        _ = registry
        return StructuredDataset if literal_type.WhichOneof("type") == "structured_dataset_type" else None

    def field_form(self, python_type: Any, registry: Conversions) -> FieldForm | None:
        """Give the form of a StructuredDataset inside a dataclass; a bare dataframe cannot stand there."""
        bare, _ = split(python_type)
        return _DatasetForm(self, python_type, registry) if bare is StructuredDataset else None

    def to_html(self, value: Any, python_type: Any) -> str:
        """Show the dataframe, or where it is."""
        frame = value.dataframe if isinstance(value, StructuredDataset) else value
        handler = handler_for(type(frame))
        return super().to_html(value, python_type) if handler is None else handler.to_html(frame)


class _DatasetForm(FieldForm):
    """A StructuredDataset inside a dataclass: its URI and format."""

    def __init__(self, codec: StructuredCodec, python_type: Any, registry: Conversions) -> None:
        self._codec = codec
        self._python_type = python_type
        self._registry = registry

    def pack(self, value: Any) -> dict[str, Any]:
        """Store the dataframe and give its URI and format."""
        literal = self._codec.to_literal(value, self._python_type, None, self._registry)
        stored = literal.scalar.structured_dataset
        return {"uri": stored.uri, "file_format": stored.metadata.structured_dataset_type.format}

    def unpack(self, plain: Any) -> StructuredDataset:
        """Stand for what is stored."""
        if not isinstance(plain, dict):
            raise mismatch(plain, self._python_type)
        return StructuredDataset(uri=plain.get("uri"), file_format=plain.get("file_format") or "")

    def accepts(self, value: Any) -> bool:
        """Tell whether the value is a StructuredDataset."""
        return isinstance(value, StructuredDataset)

    def offloads(self) -> bool:
        """Say that bytes are stored elsewhere."""
        return True

    def schema(self) -> dict[str, Any]:
        """Give the schema that flytekit's StructuredDataset has."""
        text = {"anyOf": [{"type": "string"}, {"type": "null"}]}
        properties = {"uri": {**text, "default": None}, "file_format": {**text, "default": ""}}
        return {
            "type": "object",
            "title": "StructuredDataset",
            "properties": properties,
            "additionalProperties": False,
        }


def _dataset_type(python_type: Any, registry: Conversions) -> StructuredDatasetType:
    """Read what ``Annotated`` says: columns by ``kwtypes`` or a mapping, a format, an Arrow schema."""
    dataset_type = StructuredDatasetType()
    for one in split(python_type)[1]:
        match one:
            case str():
                dataset_type.format = one
            case Mapping():
                for name, column in one.items():
                    dataset_type.columns.append(DatasetColumn(name=name, literal_type=registry.literal_type(column)))
            case _ if type(one).__module__.startswith("pyarrow"):
                dataset_type.external_schema_type = "arrow"
                dataset_type.external_schema_bytes = str(one).encode()
            case _:
                pass
    return dataset_type


def _as_dataset(value: Any, bare: Any) -> StructuredDataset:
    if isinstance(value, StructuredDataset):
        return value
    if bare is StructuredDataset:
        wrap = "wrap it as StructuredDataset(dataframe=...)" if handler_for(type(value)) else ""
        raise mismatch(value, bare, wrap)
    if not isinstance(value, bare):
        raise mismatch(value, bare)
    return StructuredDataset(dataframe=value)


def _store(dataset: StructuredDataset, dataset_type: StructuredDatasetType) -> None:
    """Write the dataframe below its URI (a new one unless the user chose it), once for one StructuredDataset."""
    handler = _handler(type(dataset.dataframe))
    dataset_type.format = dataset_type.format or handler.default_format
    check_format(handler, dataset_type.format)
    data = current_data()
    folder = _folder_for(dataset.uri, data)
    folder.mkdir(parents=True, exist_ok=True)
    handler.write(dataset.dataframe, folder, dataset_type.format)
    if not dataset.uri:
        dataset.uri = data.store(folder)
    elif not data.is_local(dataset.uri):
        data.put(folder, dataset.uri)


def _folder_for(uri: str | None, data: DataAccess) -> Path:
    """Choose where a dataframe is written: at the URI that the user chose if that is here, else for an upload."""
    if not uri:
        return data.draft()
    return blob.path_of(uri) if data.is_local(uri) else data.local_path()


def _handler(frame_type: Any) -> FrameHandler:
    handler = handler_for(frame_type)
    if handler is None:
        raise TypeMismatch(
            f"{type_name(frame_type)} is not a dataframe that can be stored; use pandas.DataFrame or pyarrow.Table"
        )
    return handler
