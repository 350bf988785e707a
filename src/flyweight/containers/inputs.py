"""Lays a task's inputs out as files for a program that knows nothing of Flyte, as flytecopilot does.

``FOLDER/NAME`` holds each value: a primitive as text, a file or folder or dataframe as itself, a list or dictionary as
a folder with a file for each element. ``inputs.json`` or ``inputs.yaml`` lists all, and ``inputs.pb`` always does.
"""

import base64
import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import msgpack
import yaml
from flyteidl.core import literals_pb2, tasks_pb2
from google.protobuf import json_format

from flyweight import blob, literals
from flyweight.containers.names import plain
from flyweight.containers.texts import text_of

Formats = tasks_pb2.DataLoadingConfig


def lay_out(
    inputs: literals_pb2.LiteralMap, folder: Path, seen_as: PurePosixPath, loading: tasks_pb2.DataLoadingConfig
) -> None:
    """Write the inputs into ``folder``, which the program knows as ``seen_as``. Blocks on the blob store.

    Raises:
        InvalidInput: a name cannot be a file's.
        NotFound: a file, folder or dataframe is not where its literal says.
    """
    folder.mkdir(parents=True, exist_ok=True)
    references_only = loading.io_strategy.download_mode == tasks_pb2.IOStrategy.DO_NOT_DOWNLOAD
    layout = _Layout(fetch=not references_only)
    told, rewritten = layout.several(inputs, folder, seen_as)
    (folder / "inputs.pb").write_bytes(literals.to_bytes(rewritten))
    match loading.format:
        case Formats.JSON:
            (folder / "inputs.json").write_text(json.dumps(told))
        case Formats.YAML:
            (folder / "inputs.yaml").write_text(yaml.safe_dump(told, sort_keys=False))
        case _:
            pass  # inputs.pb is there already


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """Writes literals; gives each as it is told in JSON, and with the paths that the program sees."""

    fetch: bool

    def several(
        self, values: literals_pb2.LiteralMap, folder: Path, seen: PurePosixPath
    ) -> tuple[dict[str, object], literals_pb2.LiteralMap]:
        told: dict[str, object] = {}
        rewritten = literals_pb2.LiteralMap()
        for name, literal in values.literals.items():
            place = plain(name)
            told[name], changed = self.one(literal, folder / place, seen / place)
            rewritten.literals[name].CopyFrom(changed)
        return told, rewritten

    def one(
        self, literal: literals_pb2.Literal, path: Path, seen: PurePosixPath
    ) -> tuple[object, literals_pb2.Literal]:
        literal = literals.unwrap(literal)
        match literal.WhichOneof("value"):
            case "collection":
                path.mkdir()
                items = [
                    self.one(item, path / str(index), seen / str(index))
                    for index, item in enumerate(literal.collection.literals)
                ]
                return [told for told, _ in items], literals.collection(item for _, item in items)
            case "map":
                path.mkdir()
                told, rewritten = self.several(literal.map, path, seen)
                return told, literals_pb2.Literal(map=rewritten)
            case "offloaded_metadata":
                stored = blob.get(literal.offloaded_metadata.uri)
                return self.one(literals.from_bytes(literals_pb2.Literal, stored), path, seen)
            case _:
                return self._scalar(literal, path, seen)

    def _scalar(
        self, literal: literals_pb2.Literal, path: Path, seen: PurePosixPath
    ) -> tuple[object, literals_pb2.Literal]:
        scalar = literal.scalar
        match scalar.WhichOneof("value"):
            case "blob" | "schema" | "structured_dataset" as kind:
                return self._stored(literal, kind, path, seen)
            case "primitive":
                told = _told(scalar.primitive)
                path.write_text(text_of(scalar.primitive), encoding="utf-8")
            case "generic":
                told = json_format.MessageToDict(scalar.generic)
                path.write_text(json.dumps(told))
            case "binary":
                path.write_bytes(scalar.binary.value)
                told = _unpacked(scalar.binary)
            case "error":
                told = scalar.error.message
                path.write_text(told, encoding="utf-8")
            case _:
                told = None
                path.write_text("null")
        return told, literal

    def _stored(
        self, literal: literals_pb2.Literal, kind: str, path: Path, seen: PurePosixPath
    ) -> tuple[object, literals_pb2.Literal]:
        """Fetch a file, folder or dataframe to its place; or only tell its URI."""
        uri: str = getattr(literal.scalar, kind).uri
        if not self.fetch:
            return uri, literal
        blob.download(uri, path)
        changed = literals_pb2.Literal()
        changed.CopyFrom(literal)
        getattr(changed.scalar, kind).uri = str(seen)
        return str(seen), changed


def _told(primitive: literals_pb2.Primitive) -> object:
    """Give a primitive as JSON has it; times and durations as in their files."""
    kind = primitive.WhichOneof("value")
    return text_of(primitive) if kind in {"datetime", "duration", None} else getattr(primitive, kind)


def _unpacked(binary: literals_pb2.Binary) -> object:
    """Give what MessagePack holds, as far as JSON has a form for it; other bytes in base64."""
    if binary.tag == literals.MSGPACK:
        try:
            value: object = msgpack.unpackb(binary.value, strict_map_key=False)
            return json.loads(json.dumps(value))
        except (ValueError, TypeError, msgpack.UnpackException):
            pass  # bytes in it, or no MessagePack at all
    return base64.b64encode(binary.value).decode()
