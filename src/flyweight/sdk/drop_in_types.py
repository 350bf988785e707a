"""The part of the drop-in's table that is about types: the type engine, the types themselves, and what extends them.

A module's line names where its names stand; ``Name=ours`` says that ours has another name.
"""

from collections.abc import Mapping
from typing import Final

_ENGINE = "flyweight.compat.type_engine"
_TRANSFORMERS = "flyweight.compat.transformers"
_DATASETS = "flyweight.compat.datasets"
_TYPES = "flyweight.types"
_ALIASES = "flyweight.compat.file_types"

_TRANSFORMER_NAMES = (
    "AsyncTypeTransformer RestrictedTypeError RestrictedTypeTransformer SimpleTransformer T TypeTransformer "
    "TypeTransformerFailedError UnionTransformer"
)
_DATASET_NAMES = (
    "DuplicateHandlerError StructuredDatasetDecoder StructuredDatasetEncoder StructuredDatasetTransformerEngine"
)
_SCHEMA_NAMES = "FlyteSchema SchemaFormat SchemaOpenMode SchemaReader SchemaWriter"
_FILE_NAMES = (
    "CSVFile HDF5EncodedFile HTMLPage JPEGImageFile JSONLFile JoblibSerializedFile ONNXFile PDFFile PNGImageFile "
    "PythonNotebook PythonPickledFile SVGImageFile TFRecordFile"
)

_ROWS: Final[Mapping[str, Mapping[str, str]]] = {
    "flytekit": {_DATASETS: "StructuredDatasetTransformerEngine StructuredDatasetFormat StructuredDatasetType"},
    "flytekit.core.annotation": {f"{_TYPES}.markers": "FlyteAnnotation"},
    "flytekit.core.type_engine": {
        _ENGINE: "TypeEngine get_underlying_type is_annotated",
        _TRANSFORMERS: _TRANSFORMER_NAMES,
        f"{_TYPES}.markers": "BatchSize FlyteAnnotation",
        f"{_TYPES}.hashing": "HashMethod",
        "flyweight.client.outputs": "LiteralsResolver",
    },
    "flytekit.extend": {_ENGINE: "TypeEngine", _TRANSFORMERS: "T TypeTransformer"},
    "flytekit.extras.pytorch": {f"{_TYPES}.torch_objects": "PyTorchCheckpoint"},
    "flytekit.extras.pytorch.checkpoint": {f"{_TYPES}.torch_objects": "PyTorchCheckpoint"},
    "flytekit.types": {},
    "flytekit.types.directory": {
        f"{_TYPES}.directory": "FlyteDirectory",
        _ALIASES: "TFRecordsDirectory TensorboardLogs",
    },
    "flytekit.types.directory.types": {f"{_TYPES}.directory": "FlyteDirectory"},
    "flytekit.types.error": {f"{_TYPES}.flyte_error": "FlyteError"},
    "flytekit.types.error.error": {f"{_TYPES}.flyte_error": "FlyteError"},
    "flytekit.types.file": {f"{_TYPES}.file": "FlyteFile", _ALIASES: f"FileExt {_FILE_NAMES}"},
    "flytekit.types.file.file": {f"{_TYPES}.file": "FlyteFile"},
    "flytekit.types.iterator": {f"{_TYPES}.iterators": "JSON FlyteIterator=LiteralIterator"},
    "flytekit.types.iterator.iterator": {f"{_TYPES}.iterators": "FlyteIterator=LiteralIterator"},
    "flytekit.types.iterator.json_iterator": {f"{_TYPES}.iterators": "JSON JSONIterator"},
    "flytekit.types.schema": {f"{_TYPES}.schema": _SCHEMA_NAMES},
    "flytekit.types.schema.types": {f"{_TYPES}.schema": _SCHEMA_NAMES},
    "flytekit.types.structured": {f"{_TYPES}.structured": "StructuredDataset", _DATASETS: _DATASET_NAMES},
    "flytekit.types.structured.structured_dataset": {
        f"{_TYPES}.structured": "StructuredDataset kwtypes",
        _DATASETS: f"{_DATASET_NAMES} CSV GENERIC_FORMAT PARQUET StructuredDatasetFormat StructuredDatasetType",
    },
}


def places(names: str, home: str = "flyweight") -> dict[str, str]:
    """Read names, separated by blanks, that stand in ``home``: as ``Name``, ``Name=ours`` or ``Name=module:ours``."""
    read: dict[str, str] = {}
    for entry in names.split():
        name, _, ours = entry.partition("=")
        read[name] = ours if ":" in ours else f"{home}:{ours or name}"
    return read


TYPES: Final[Mapping[str, Mapping[str, str]]] = {
    module: {name: place for home, names in homes.items() for name, place in places(names, home).items()}
    for module, homes in _ROWS.items()
}
"""Places by module and name, each ``module:attribute``."""
