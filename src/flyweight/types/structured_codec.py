"""Dataframes to ``StructuredDataset`` literals and back: stored once, with the columns and format of the annotation."""

from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

from flyteidl.core.literals_pb2 import Literal, Scalar, StructuredDatasetMetadata
from flyteidl.core.literals_pb2 import StructuredDataset as StructuredDatasetLiteral
from flyteidl.core.types_pb2 import LiteralType, StructuredDatasetType

from flyweight import blob
from flyweight.blob.uris import scheme
from flyweight.errors import FlyweightError, TypeMismatch
from flyweight.types.annotations import annotations_of, split
from flyweight.types.codec import Codec, Conversions
from flyweight.types.coders import DEFAULT_FORMATS, DEFAULT_PROTOCOLS, ENCODERS
from flyweight.types.data import DataAccess, current_data
from flyweight.types.fields.form import FieldForm
from flyweight.types.frames import PARQUET, RENDERERS, check_format, handler_for
from flyweight.types.mismatch import mismatch, type_name, wrong_literal
from flyweight.types.storage import absolute
from flyweight.types.structured import DatasetColumn, StructuredDataset, frame_handler


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
        dataset_type.CopyFrom(dataset.metadata.structured_dataset_type if dataset.metadata is not None else declared)
        dataset_type.format = dataset.file_format or declared.format
        if dataset.dataframe is not None:
            encoded = _encoded(dataset, dataset_type)
            if encoded is not None:
                dataset.literal, dataset.uri = encoded, encoded.uri
                return Literal(scalar=Scalar(structured_dataset=encoded))
            _store(dataset, dataset_type)
        elif dataset.uri is None:
            raise TypeMismatch("this StructuredDataset has neither a dataframe nor a uri; give it one of them")
        metadata = StructuredDatasetMetadata(structured_dataset_type=dataset_type)
        stored = dataset.literal = StructuredDatasetLiteral(uri=absolute(dataset.uri or ""), metadata=metadata)
        return Literal(scalar=Scalar(structured_dataset=stored))

    def to_python(self, literal: Literal, python_type: Any, registry: Conversions) -> Any:
        """Stand for what is stored, or read it if the annotation is a dataframe class."""
        bare, _ = split(python_type)
        wanted = _dataset_type(python_type, registry).columns
        dataset = StructuredDataset.from_literal(_stored(literal, python_type)).choose(wanted)
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
        renderer = RENDERERS.get(type(frame))
        if renderer is not None:
            return renderer.to_html(frame)
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
                for name, column in _flat(one):
                    dataset_type.columns.append(DatasetColumn(name=name, literal_type=registry.literal_type(column)))
            case _ if type(one).__module__.startswith("pyarrow"):
                dataset_type.external_schema_type = "arrow"
                dataset_type.external_schema_bytes = str(one).encode()
            case _:
                pass
    return dataset_type


def _stored(literal: Literal, python_type: Any) -> StructuredDatasetLiteral:
    """Give what is stored; a literal of flytekit's older ``FlyteSchema`` is parquet."""
    match literal.scalar.WhichOneof("value"):
        case "structured_dataset":
            return literal.scalar.structured_dataset
        case "schema":
            parquet = StructuredDatasetMetadata(structured_dataset_type=StructuredDatasetType(format=PARQUET))
            return StructuredDatasetLiteral(uri=literal.scalar.schema.uri, metadata=parquet)
        case _:
            raise wrong_literal(literal, python_type)


def _flat(columns: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Name columns inside columns by their way: ``address.city``."""
    for name, column in columns.items():
        if isinstance(column, Mapping):
            yield from _flat(column, f"{above}{name}.")
        elif isinstance(column, type) and is_dataclass(column):
            yield from _flat(annotations_of(column), f"{above}{name}.")
        else:
            yield f"{above}{name}", column


def _encoded(dataset: StructuredDataset, dataset_type: StructuredDatasetType) -> StructuredDatasetLiteral | None:
    """Store the dataframe by an encoder that somebody registered for its class and place; None if there is none."""
    frame_type: type = type(dataset.dataframe)
    if not ENCODERS.knows(frame_type):
        return None
    place = dataset.uri or current_data().new_uri()
    built_in = handler_for(frame_type)
    default_format = built_in.default_format if built_in is not None else ""
    dataset_type.format = dataset_type.format or DEFAULT_FORMATS.get(frame_type) or default_format
    encode = ENCODERS.find(frame_type, DEFAULT_PROTOCOLS.get(frame_type) or scheme(place), dataset_type.format)
    return encode(dataset, dataset_type) if encode is not None else None


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
    handler = frame_handler(type(dataset.dataframe))
    dataset_type.format = dataset_type.format or handler.default_format
    check_format(handler, dataset_type.format)
    data = current_data()
    folder = _folder_for(dataset.uri, data)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        handler.write(dataset.dataframe, folder, dataset_type.format)
    except (FlyweightError, OSError):  # a full disk is not the dataframe's fault
        raise
    except Exception as error:  # a border: the library's code, over any values
        said = str(error).partition("\n")[0]
        frame = type_name(type(dataset.dataframe))
        raise TypeMismatch(f"this {frame} cannot be written as {dataset_type.format}: {said}") from error
    if not dataset.uri:
        dataset.uri = data.store(folder)
    elif not data.is_local(dataset.uri):
        data.put(folder, dataset.uri)


def _folder_for(uri: str | None, data: DataAccess) -> Path:
    """Choose where a dataframe is written: at the URI that the user chose if that is here, else for an upload."""
    if not uri:
        return data.draft()
    return blob.path_of(uri) if data.is_local(uri) else data.local_path()
