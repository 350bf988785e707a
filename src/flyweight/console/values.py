"""From a literal to what a page shows: plain values as text, structures as trees, data in the blob store as links."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgpack
from flyteidl.core import literals_pb2, types_pb2
from google.protobuf import json_format

LONGEST_TEXT = 4000
LONGEST_LINE = 60
MOST_ITEMS = 100
"""A page shows so many items of a list or map; the whole value is in the data itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One value: text, or items under labels, or an object elsewhere."""

    kind: str
    """number, text, truth, time, none, error; list, map, record; file, folder, table."""
    text: str = ""
    items: tuple[tuple[str, "Shown"], ...] = ()
    left_out: int = 0
    """How many items there are beyond those shown."""
    uri: str = ""

    @property
    def flat(self) -> str:
        """A short list of numbers in one line; empty for everything else."""
        if self.kind != "list" or self.left_out or any(item.kind not in {"number", "truth"} for _, item in self.items):
            return ""
        line = f"[{', '.join(item.text for _, item in self.items)}]"
        return line if len(self.items) > 0 and len(line) <= LONGEST_LINE else ""


def shown_map(literals: literals_pb2.LiteralMap) -> list[tuple[str, Shown]]:
    """Show inputs or outputs, by name."""
    return [(name, shown(literals.literals[name])) for name in sorted(literals.literals)]


def shown(literal: literals_pb2.Literal) -> Shown:
    """Show one literal."""
    match literal.WhichOneof("value"):
        case "scalar":
            return _scalar(literal.scalar)
        case "collection":
            values = literal.collection.literals
            items = tuple((str(i), shown(value)) for i, value in enumerate(values[:MOST_ITEMS]))
            return Shown(kind="list", items=items, left_out=max(0, len(values) - MOST_ITEMS))
        case "map":
            names = sorted(literal.map.literals)
            items = tuple((name, shown(literal.map.literals[name])) for name in names[:MOST_ITEMS])
            return Shown(kind="map", items=items, left_out=max(0, len(names) - MOST_ITEMS))
        case "offloaded_metadata":
            meta = literal.offloaded_metadata
            return Shown(kind="file", text=f"{meta.size_bytes:,} bytes, kept apart", uri=meta.uri)
        case _:
            return Shown(kind="none", text="nothing")


def _scalar(scalar: literals_pb2.Scalar) -> Shown:
    match scalar.WhichOneof("value"):
        case "primitive":
            return _primitive(scalar.primitive)
        case "blob":
            folder = scalar.blob.metadata.type.dimensionality == types_pb2.BlobType.MULTIPART
            text = scalar.blob.metadata.type.format
            return Shown(kind="folder" if folder else "file", text=text, uri=scalar.blob.uri)
        case "structured_dataset":
            return _table(scalar.structured_dataset)
        case "union":
            return shown(scalar.union.value)
        case "binary":
            return _binary(scalar.binary)
        case "generic":
            return plain(json_format.MessageToDict(scalar.generic))
        case "error":
            return Shown(kind="error", text=scalar.error.message)
        case "schema":
            return Shown(kind="table", uri=scalar.schema.uri)
        case _:
            return Shown(kind="none", text="None")


def _primitive(primitive: literals_pb2.Primitive) -> Shown:
    match primitive.WhichOneof("value"):
        case "integer":
            return Shown(kind="number", text=str(primitive.integer))
        case "float_value":
            return Shown(kind="number", text=repr(primitive.float_value))
        case "boolean":
            return Shown(kind="truth", text=str(primitive.boolean))
        case "datetime":
            return Shown(kind="time", text=primitive.datetime.ToJsonString())
        case "duration":
            return Shown(kind="time", text=str(primitive.duration.ToTimedelta()))
        case _:
            return Shown(kind="text", text=_shortened(primitive.string_value))


def _table(dataset: literals_pb2.StructuredDataset) -> Shown:
    declared = dataset.metadata.structured_dataset_type
    names = ", ".join(column.name for column in declared.columns)
    text = " · ".join(part for part in (declared.format, names) if part)
    return Shown(kind="table", text=text, uri=dataset.uri)


def _binary(binary: literals_pb2.Binary) -> Shown:
    if binary.tag == "msgpack":
        try:
            return plain(msgpack.unpackb(binary.value, strict_map_key=False))
        except (ValueError, msgpack.UnpackException):
            return Shown(kind="text", text=f"{len(binary.value)} bytes that are not MessagePack")
    return Shown(kind="text", text=f"{len(binary.value)} bytes ({binary.tag or 'untagged'})")


def plain(value: Any) -> Shown:
    """Show a value of the kinds that JSON and MessagePack know."""
    match value:
        case None:
            return Shown(kind="none", text="None")
        case bool():
            return Shown(kind="truth", text=str(value))
        case int() | float():
            return Shown(kind="number", text=repr(value))
        case str():
            return Shown(kind="text", text=_shortened(value))
        case Mapping():
            pairs = list(value.items())
            items = tuple((str(name), plain(item)) for name, item in pairs[:MOST_ITEMS])
            return Shown(kind="record", items=items, left_out=max(0, len(pairs) - MOST_ITEMS))
        case list() | tuple():
            items = tuple((str(i), plain(item)) for i, item in enumerate(value[:MOST_ITEMS]))
            return Shown(kind="list", items=items, left_out=max(0, len(value) - MOST_ITEMS))
        case _:
            return Shown(kind="text", text=_shortened(json.dumps(value, default=repr)))


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}… ({len(text):,} characters)"
