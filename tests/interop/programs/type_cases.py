"""Types and values, run by both sides: prints what `flyweight` or `flytekit` (the first argument) makes of them as JSON.

Places where bytes were stored are left out; all else is compared word for word. With `write FOLDER` a side leaves
literals there, with `read FOLDER` it prints what it reads out of those that the other side left.
"""

# ruff: noqa: UP006, UP007, UP045, DTZ001 - the older forms of annotations, and naive times, are cases too

import base64
import collections.abc
import json
import sys
import typing
from datetime import date, datetime, timedelta
from os import PathLike
from pathlib import Path

import msgpack
import numpy as np
import numpy.typing as npt
import pandas as pd
import PIL.Image
import pyarrow as pa
from flyteidl.core.literals_pb2 import Literal
from flyteidl.core.types_pb2 import BlobType
from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import ListValue, Struct
from type_classes import (
    CSV,
    EAST,
    FRAME,
    PLACE,
    Box,
    Boxes,
    Color,
    Decorated,
    Defaults,
    Inner,
    IntBox,
    Item,
    Level,
    Mixed,
    MixedStored,
    Model,
    Pair,
    Plain,
    Rare,
    Stored,
    StoredModel,
    Tree,
    listed,
    model,
    plain,
    rare,
    stored,
    stored_model,
)

SIDE = sys.argv[1]
if SIDE == "flytekit":
    from flytekit import BatchSize, FlyteContextManager, HashMethod, StructuredDataset, kwtypes
    from flytekit.core.annotation import FlyteAnnotation
    from flytekit.core.type_engine import TypeEngine
    from flytekit.models.literals import Literal as LiteralModel
    from flytekit.types.directory import FlyteDirectory
    from flytekit.types.error.error import FlyteError
    from flytekit.types.file import FlyteFile
    from flytekit.types.iterator import JSON
else:
    from flyweight.types import FlyteDirectory, FlyteFile, HashMethod, StructuredDataset, default_registry, kwtypes
    from flyweight.types.flyte_error import FlyteError
    from flyweight.types.iterators import JSON
    from flyweight.types.markers import BatchSize, FlyteAnnotation


def double(value) -> str:
    return f"hash of {value}"


HASHED = HashMethod(double)
HASHED_FRAME = HashMethod(lambda frame: str(len(frame)))
SUBSET = typing.Annotated[pd.DataFrame, kwtypes(a=int)]
SCHEMA = pa.schema([("a", pa.int64())])

CASES: list[tuple[typing.Any, list[typing.Any]]] = [
    (int, [3, -(2**63), True, 3.0, "3", None]),
    (float, [1.5, 3, True, "1"]),
    (str, ["x", "", "ü", 3, None]),
    (bool, [True, False, 1]),
    (type(None), [None, 1]),
    (None, []),
    (datetime, [datetime(2020, 1, 2, 3, 4, 5, 678), datetime(2020, 1, 2, 3, tzinfo=EAST), "2020"]),
    (date, [date(2020, 1, 2)]),
    (timedelta, [timedelta(seconds=1), timedelta(days=-1, microseconds=5)]),
    (Color, [Color.RED, "red", "blue"]),
    (typing.List[int], [[1, 2], [], [1, "a"], (1, 2)]),
    (list[list[float]], [[[1.5], []]]),
    (typing.Dict[str, int], [{"a": 1}, {}, {1: 1}]),
    (dict[str, list[Inner]], [{"a": [Inner(1)]}]),
    (dict, [{"a": [1, {"b": None}]}, {}, {"x": {1, 2}}]),
    (typing.Dict, [{"a": 1}]),
    (typing.Dict[int, str], [{1: "a"}]),
    (dict[str, dict[int, str]], [{"a": {1: "x"}}]),
    (typing.Optional[int], [3, None, "x"]),
    (int | None, [3, None]),
    (typing.Union[int, str, typing.List[int]], [3, "x", [1]]),
    (typing.Union[int, float], [3, 3.0, "x"]),
    (typing.Union[float, int], [3, 3.0]),
    (typing.Union[float, str], [3, 1.5]),
    (typing.Union[int, bool], [True, 1]),
    (typing.Union[typing.List[int], typing.List[str]], [[1], ["a"], []]),
    (typing.Union[str, Color], ["red", Color.RED]),
    (typing.Union[str, FlyteFile], [str(CSV), FlyteFile(str(CSV))]),
    (typing.Optional[dict], [{"a": 1}, None]),
    (typing.Optional[date], [date(2020, 1, 2)]),
    (typing.Optional[timedelta], [timedelta(seconds=3)]),
    (typing.Optional[FlyteDirectory], [None, FlyteDirectory(str(PLACE))]),
    (typing.Optional[Inner], [None, Inner(1)]),
    (typing.Optional[pd.DataFrame], [None, FRAME]),
    (typing.Optional[StructuredDataset], [StructuredDataset(uri="s3://a/b")]),
    (typing.Optional[typing.Any], []),
    (typing.List[typing.Optional[int]], [[None, 1]]),
    (Inner, [Inner(1, "x"), {"a": 1, "b": "x"}]),
    (Plain, [plain()]),
    (Rare, [rare()]),
    (Defaults, [Defaults()]),
    (Stored, [stored()]),
    (FlyteFile, [str(CSV), CSV, FlyteFile(str(CSV)), FlyteFile(str(CSV), metadata={"k": "v"}), "s3://x/y", "/none"]),
    (FlyteFile["csv"], [str(CSV), FlyteFile("https://x/y.csv")]),
    (FlyteFile[".csv"], []),
    (FlyteFile[typing.TypeVar("txt")], []),
    (PathLike, [str(CSV)]),
    (FlyteDirectory, [str(PLACE), FlyteDirectory("s3://a/b"), "/none"]),
    (FlyteDirectory["png"], [str(PLACE)]),
    (StructuredDataset, [StructuredDataset(dataframe=FRAME), StructuredDataset(uri="s3://a/b"), FRAME]),
    (typing.Annotated[StructuredDataset, "csv"], [StructuredDataset(dataframe=FRAME)]),
    (typing.Annotated[StructuredDataset, kwtypes(a=int), "csv"], []),
    (typing.Annotated[StructuredDataset, SCHEMA], [StructuredDataset(dataframe=FRAME)]),
    (typing.Annotated[StructuredDataset, kwtypes(a=int)], [StructuredDataset(uri="s3://a/b", file_format="parquet")]),
    (pd.DataFrame, [FRAME, StructuredDataset(dataframe=FRAME), 3]),
    (np.ndarray, [np.arange(3), [1, 2]]),
    (npt.NDArray[np.float64], [np.eye(2)]),
    (typing.Optional[np.ndarray], [None, np.arange(3)]),
    (typing.Annotated[np.ndarray, kwtypes(allow_pickle=True)], [np.array([{"a": 1}])]),
    (pa.Table, [pa.table({"a": [1]})]),
    (SUBSET, [FRAME]),
    (typing.Annotated[pd.DataFrame, kwtypes(a=int, b=str, c=float, d=datetime, e=bool, f=timedelta, g=list[int])], []),
    (typing.Annotated[str, HASHED], ["x"]),
    (typing.List[typing.Annotated[str, HASHED]], [["x"]]),
    (typing.Annotated[pd.DataFrame, HASHED_FRAME], [FRAME]),
    (typing.Annotated[int, "x"], [3]),
    (typing.Union[typing.Annotated[int, HASHED], str], []),
    (typing.Any, [3]),
    (object, [3]),
    (bytes, [b"x"]),
    (complex, [3j]),
    (typing.Set[int], []),
    (list, []),
    (typing.List, []),
    (tuple, []),
    (typing.Tuple[int, str], []),
    (Pair, []),
    (Level, [Level.LOW]),
    (typing.List[typing.Any], []),
    (typing.Literal["a", "b"], ["a", 1]),
    (typing.Literal[1, 2], [1, "1"]),
    (typing.Literal[1.5], [1.5]),
    (typing.Literal[True], [True]),
    (typing.Literal["a", 1], []),
    (typing.Optional[typing.Literal["a", "b"]], ["a", None]),
    (list[typing.Literal["a", "b"]], [["a", "b"]]),
    (str | list[int], ["x", [1]]),
    (int | str | None, [1, "x", None]),
    (Inner | FlyteFile, [Inner(1), FlyteFile(str(CSV))]),
    (dict[str, int] | list[dict[str, int]], [{"a": 1}, [{"a": 1}]]),
    (typing.Annotated[int, FlyteAnnotation({"unit": "m", "deep": {"a": [1]}})], [3]),
    (typing.List[typing.Annotated[int, FlyteAnnotation({"unit": "m"})]], []),
    (typing.Annotated[int, FlyteAnnotation({}), FlyteAnnotation({})], []),
    (typing.Annotated[FlyteDirectory, BatchSize(10)], [str(PLACE)]),
    (typing.Iterator[int], [iter([1, 2])]),
    (collections.abc.Iterator[str], [iter(["a"])]),
    (typing.Iterator[JSON], [iter([{"a": 1}, [1], "x"])]),
    (typing.TextIO, []),
    (typing.BinaryIO, []),
    (Duration, []),
    (BlobType, [BlobType(format="csv", dimensionality=BlobType.MULTIPART), BlobType(), 3]),
    (Struct, [Struct()]),
    (ListValue, [listed(1.5, "a", True, None)]),
    (PIL.Image.Image, [PIL.Image.new("RGB", (2, 2))]),
    (FlyteError, [FlyteError(message="m", failed_node_id="n0")]),
    (Boxes, [Boxes(ints=Box(1, [2])), Boxes(ints=Box(1, []), inner=Box(Inner(1), []))]),
    (IntBox, [IntBox(1, [2])]),
    (Mixed, [Mixed(1, b"ab", {1: "x"}, inner=Inner(2))]),
    (MixedStored, [MixedStored(FlyteFile(str(CSV)))]),
    (Decorated, [Decorated(1, [Inner(2)])]),
    (Model, [model(), 3]),
    (Tree, [Tree(model=model(), record=Inner(1), models=[model()])]),
    (Item[int], [Item[int](item=3)]),
    (StoredModel, [stored_model()]),
    (typing.Optional[Model], [model(), None]),
    (typing.List[Model], [[model()]]),
    (typing.Union[Model, Inner, str], [model(), Inner(1), "x"]),
]


PICKLED_BY_FLYTEKIT = (Boxes, IntBox)
"""What flytekit takes for a pickle in its types, and yet sends as MessagePack: only the values are compared."""


def literal_type(python_type):
    if SIDE == "flytekit":
        return TypeEngine.to_literal_type(python_type).to_flyte_idl()
    return default_registry().literal_type(python_type)


def literal(value, python_type):
    if SIDE == "flytekit":
        declared = TypeEngine.to_literal_type(python_type)
        context = FlyteContextManager.current_context()
        return TypeEngine.to_literal(context, value, python_type, declared).to_flyte_idl()
    return default_registry().to_literal(value, python_type)


def without_places(tree):
    match tree:
        case {"title": "StructuredDataset", "description": _}:  # the words of a docstring
            return without_places({key: item for key, item in tree.items() if key != "description"})
        case dict():
            return {key: place(item) if key in ("uri", "path") else without_places(item) for key, item in tree.items()}
        case list():
            return [without_places(item) for item in tree]
        case bytes():
            return tree.hex()
        case str():
            return tree.replace(str(PLACE), "")
        case _:
            return tree


def place(uri):
    """Keep what the user chose and the last part of what was uploaded, but not where."""
    if isinstance(uri, str) and uri.endswith("lines.jsonl"):
        return "..."  # flytekit gives these files no ending
    if not isinstance(uri, str) or uri.startswith(("s3://", "https://")):
        return without_places(uri)
    return "..." + (uri[uri.rindex(".") :] if "." in uri.rsplit("/", 1)[-1] else "")


def tree_of(message):
    tree = MessageToDict(message, preserving_proto_field_name=True)
    return without_places(unpacked(tree))


def unpacked(tree):
    match tree:
        case {"tag": "msgpack", "value": value}:
            data = base64.b64decode(value)
            plain_data = msgpack.unpackb(data, strict_map_key=False)
            # the order of the keys and the width of the numbers count too, where no place is inside
            return {"msgpack": list_items(plain_data), "bytes": "" if b"/" in data else data.hex()}
        case dict():
            return {key: unpacked(item) for key, item in tree.items()}
        case list():
            return [unpacked(item) for item in tree]
        case _:
            return tree


def list_items(tree):
    match tree:
        case dict():
            if not all(isinstance(key, str) for key in tree):
                return {repr(key): list_items(value) for key, value in tree.items()}
            return {key: list_items(value) for key, value in tree.items()}
        case list():
            return [list_items(item) for item in tree]
        case _:
            return tree


def attempt(convert):
    try:
        return tree_of(convert())
    except Exception as error:
        return {"refused": True, "why": f"{type(error).__name__}: {error}"[:300]}


def main() -> None:
    results = []
    for number, (python_type, values) in enumerate(CASES):
        name = f"{number} {getattr(python_type, '__name__', '')}".replace("_SpecificFormatClass", "FlyteFile")
        name = name.replace("_SpecificFormatDirectoryClass", "FlyteDirectory")
        if python_type not in PICKLED_BY_FLYTEKIT:
            results.append({"case": name, "result": attempt(lambda t=python_type: literal_type(t))})
        for index, value in enumerate(values):
            shown = f"{name} <- {index} {type(value).__name__}"
            results.append({"case": shown, "result": attempt(lambda t=python_type, v=value: literal(v, t))})
    print("RESULTS" + json.dumps(results))


STORED = {
    "file": (FlyteFile, FlyteFile(str(CSV))),
    "folder": (FlyteDirectory, FlyteDirectory(str(PLACE))),
    "dataset": (StructuredDataset, StructuredDataset(dataframe=FRAME)),
    "frame": (pd.DataFrame, FRAME),
    "csv": (typing.Annotated[StructuredDataset, "csv"], StructuredDataset(dataframe=FRAME)),
    "subset": (SUBSET, FRAME),
    "dataclass": (Stored, stored()),
    "rare": (Rare, rare()),
    "array": (np.ndarray, np.arange(6).reshape(2, 3)),
    "pickle": (complex, 3j),
    "lines": (typing.Iterator[JSON], iter([{"a": 1}, [1], "x"])),
    "iterator": (typing.Iterator[int], iter([1, 2])),
    "message": (BlobType, BlobType(format="csv")),
    "image": (PIL.Image.Image, PIL.Image.new("RGB", (2, 3))),
    "mixed": (Mixed, Mixed(1, b"ab", {1: "x"}, inner=Inner(2))),
    "boxes": (Boxes, Boxes(ints=Box(1, [2]), inner=Box(Inner(1), []))),
    "model": (Tree, Tree(model=model(), record=Inner(1))),
    "stored model": (StoredModel, stored_model()),
    "choice": (typing.Literal["a", "b"], "a"),
    "error": (FlyteError, FlyteError(message="m", failed_node_id="n0")),
}


def write(folder: Path) -> None:
    for name, (python_type, value) in STORED.items():
        (folder / name).write_bytes(literal(value, python_type).SerializeToString())


def read(folder: Path) -> None:
    print("RESULTS" + json.dumps({name: seen(folder / name, STORED[name][0]) for name in STORED}))


def seen(path: Path, python_type):
    message = Literal.FromString(path.read_bytes())
    if SIDE == "flytekit":
        value = TypeEngine.to_python_value(
            FlyteContextManager.current_context(), LiteralModel.from_flyte_idl(message), python_type
        )
    else:
        value = default_registry().to_python(message, python_type)
    match value:
        case FlyteFile():
            return Path(value).read_text()
        case FlyteDirectory():
            return sorted(one.name for one in Path(value).iterdir())
        case StructuredDataset():
            return value.open(pd.DataFrame).all().to_csv()
        case pd.DataFrame():
            return value.to_csv()
        case PIL.Image.Image():
            return value.size
        case collections.abc.Iterator():
            return list(value)
        case StoredModel():
            return [Path(one).read_text() for one in (value.f, *value.fs)] + [str(value.of)]
        case Stored():
            inner = [value.f, value.fc, value.lf[0], value.mf["a"]]
            return [Path(one).read_text() for one in inner] + [value.sd.open(pd.DataFrame).all().to_csv()]
        case _:
            return repr(value)


match sys.argv[2:]:
    case ["write", folder]:
        write(Path(folder))
    case ["read", folder]:
        read(Path(folder))
    case _:
        main()
