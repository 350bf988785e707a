"""Writes values of an execution below a local folder: files and dataframes as they are, structured values as JSON."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath

from flyteidl.core import literals_pb2, types_pb2

from flyweight.errors import InvalidInput, TypeMismatch
from flyweight.literals import unwrap
from flyweight.types.data import DataAccess, use_data
from flyweight.types.registry import default_registry
from flyweight.types.structs import unpack

MULTIPART = types_pb2.BlobType.MULTIPART


def download(values: Mapping[str, literals_pb2.Literal], folder: Path, data: DataAccess) -> Iterator[tuple[str, Path]]:
    """Write values below a folder, each under its name; a list's and a dictionary's in a folder of their own.

    Gives what was written, by its path in the values (``report.files[0]``); numbers, texts and times are passed over.

    Args:
        values: by name.
        folder: is made if it is not there.
        data: how files are reached.

    Raises:
        InvalidInput: a name or a key would lead out of the folder.

    """
    with use_data(data):
        for name, value in sorted(values.items()):
            yield from _written(name, value, _below(folder, name), data)


def _written(where: str, value: literals_pb2.Literal, path: Path, data: DataAccess) -> Iterator[tuple[str, Path]]:
    literal = unwrap(default_registry().fetched(unwrap(value)))
    match literal.WhichOneof("value"):
        case "collection":
            for index, item in enumerate(literal.collection.literals):
                yield from _written(f"{where}[{index}]", item, path / str(index), data)
        case "map":
            for key, item in literal.map.literals.items():
                yield from _written(f"{where}.{key}", item, _below(path, key), data)
        case _:
            written = _scalar(literal.scalar, path, data)
            if written is not None:
                yield where, written


def _scalar(scalar: literals_pb2.Scalar, path: Path, data: DataAccess) -> Path | None:
    match scalar.WhichOneof("value"):
        case "blob" if scalar.blob.metadata.type.dimensionality != MULTIPART:
            path.mkdir(parents=True, exist_ok=True)
            file = _below(path, scalar.blob.uri.rstrip("/").rpartition("/")[2])
            data.get(scalar.blob.uri, file)
            return file
        case "blob" | "structured_dataset" | "schema" as kind:
            path.parent.mkdir(parents=True, exist_ok=True)
            data.get(getattr(scalar, kind).uri, path)
            return path
        case "binary" | "generic":
            return _json(literals_pb2.Literal(scalar=scalar), path)
        case _:
            return None


def _below(folder: Path, name: str) -> Path:
    """Give the path of a name that a platform has told; a key may be a path itself."""
    parts = PurePath(name).parts
    if not parts or PurePath(name).is_absolute() or ".." in parts:
        raise InvalidInput(
            f"{name!r} cannot be a path below {folder}; read this value by its address, and store it yourself"
        )
    return folder / name


def _json(literal: literals_pb2.Literal, path: Path) -> Path | None:
    try:
        text = json.dumps(unpack(literal, dict), indent=2, default=repr)
    except TypeMismatch:  # bytes of a kind of their own
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.with_name(f"{path.name}.json")
    file.write_text(text)
    return file
