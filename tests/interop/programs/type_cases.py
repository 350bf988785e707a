"""Types and values, run by both sides: prints what `flyweight` or `flytekit` (the first argument) makes of them as JSON.

Places where bytes were stored are left out; all else is compared word for word. With `write FOLDER` a side leaves
literals there, with `read FOLDER` it prints what it reads out of those that the other side left.
"""

# ruff: noqa: UP006, UP007, UP045, DTZ001, F821 - the older forms of annotations, and naive times, are cases too

import base64
import enum
import json
import logging
import sys
import tempfile
import typing
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from os import PathLike
from pathlib import Path
from uuid import UUID

import msgpack
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from flyteidl.core.literals_pb2 import Literal
from google.protobuf.json_format import MessageToDict

SIDE = sys.argv[1]
if SIDE == "flytekit":
    from flytekit import FlyteContextManager, HashMethod, StructuredDataset, kwtypes
    from flytekit.core.type_engine import TypeEngine
    from flytekit.models.literals import Literal as LiteralModel
    from flytekit.types.directory import FlyteDirectory
    from flytekit.types.file import FlyteFile
else:
    from flyweight.types import FlyteDirectory, FlyteFile, HashMethod, StructuredDataset, default_registry, kwtypes

logging.disable(logging.CRITICAL)
PLACE = Path(tempfile.mkdtemp())
CSV = PLACE / "a.csv"
CSV.write_text("a,b\n1,2\n")
FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
EAST = timezone(timedelta(hours=2))


class Color(enum.Enum):
    RED = "red"
    GREEN = "green"


class Level(enum.Enum):
    LOW = 1
    HIGH = 2


class Pair(typing.NamedTuple):
    left: int
    right: str = "q"


@dataclass
class Inner:
    """A docstring that is not on the wire."""

    a: int
    b: typing.Optional[str] = None


@dataclass
class Plain:
    x: float
    y: bool
    when: datetime
    day: date
    delta: timedelta
    inner: Inner
    xs: typing.List[int]
    inners: typing.List[Inner]
    m: typing.Dict[str, float]
    mi: typing.Dict[str, Inner]
    c: Color
    u: typing.Union[int, str]
    n: int = 3
    o: typing.Optional[Inner] = None
    tags: typing.List[str] = field(default_factory=list)
    opt: typing.Optional[typing.List[typing.Optional[Inner]]] = None


@dataclass
class Rare:
    level: Level
    t: typing.Tuple[int, str]
    tv: typing.Tuple[int, ...]
    s: typing.Set[int]
    fs: typing.FrozenSet[str]
    b: bytes
    a: typing.Any
    dd: dict
    ll: list
    di: typing.Dict[int, str]
    ui: typing.Union[int, Inner]
    lit: typing.Literal["a", "b"]
    uid: UUID
    dec: Decimal
    p: Path
    tm: time
    seq: typing.Sequence[int]
    mp: typing.Mapping[str, int]
    an: typing.Annotated[int, "x"]
    nest: dict[str, list[int]]
    pair: Pair
    da: typing.Dict[str, typing.Any]
    la: typing.List[typing.Any]
    lo: list[typing.Optional[int]]
    none: None
    ud: typing.Union[datetime, int, None]
    either: typing.Union[Inner, Color, None]


@dataclass
class Defaults:
    e: Color = Color.RED
    at: datetime = datetime(2020, 1, 1)
    dl: timedelta = timedelta(seconds=3)
    inn: Inner = field(default_factory=lambda: Inner(1))
    whole: float = 1
    fl2: float = 2.5
    st: str = "s"
    bo: bool = False
    io: int | None = 4
    tt: typing.Tuple[int, int] = (1, 2)
    ff: FlyteFile = None
    lv: Level = Level.HIGH


@dataclass
class Stored:
    f: FlyteFile
    fc: FlyteFile["csv"]
    d: FlyteDirectory
    sd: StructuredDataset
    lf: typing.List[FlyteFile]
    mf: typing.Dict[str, FlyteFile]
    of: typing.Optional[FlyteFile] = None
    od: typing.Optional[FlyteDirectory] = None
    os: typing.Optional[StructuredDataset] = None


def plain() -> Plain:
    return Plain(
        x=1,
        y=True,
        when=datetime(2020, 1, 2, 3, 4, 5, 6),
        day=date(2020, 1, 2),
        delta=timedelta(seconds=90),
        inner=Inner(1),
        xs=[1],
        inners=[Inner(2, "q")],
        m={"a": 1.5},
        mi={"z": Inner(3)},
        c=Color.GREEN,
        u="k",
        opt=[None, Inner(4)],
    )


def rare() -> Rare:
    return Rare(
        level=Level.HIGH,
        t=(1, "a"),
        tv=(1, 2),
        s={1},
        fs=frozenset("a"),
        b=b"ab",
        a={"x": [1, None]},
        dd={"q": [1]},
        ll=[1, "a"],
        di={1: "a"},
        ui=Inner(3),
        lit="a",
        uid=UUID(int=5),
        dec=Decimal("1.5"),
        p=Path("/a"),
        tm=time(1, 2),
        seq=[1],
        mp={"a": 1},
        an=3,
        nest={"a": [1]},
        pair=Pair(1),
        da={"x": 1.5},
        la=[1, "x"],
        lo=[None, 2],
        none=None,
        ud=datetime(2020, 1, 1, tzinfo=EAST),
        either=Color.RED,
    )


def stored() -> Stored:
    return Stored(
        f=FlyteFile(str(CSV), metadata={"k": "v"}),
        fc=FlyteFile(str(CSV)),
        d=FlyteDirectory(str(PLACE)),
        sd=StructuredDataset(dataframe=FRAME),
        lf=[FlyteFile(str(CSV))],
        mf={"a": FlyteFile(str(CSV))},
        of=FlyteFile("s3://x/y.csv"),
    )


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
]


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
