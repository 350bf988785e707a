"""Classes and values that ``type_cases`` converts, made with the types of the side that the first argument names."""

# ruff: noqa: UP006, UP007, UP045, DTZ001, F821 - the older forms of annotations, and naive times, are cases too

import enum
import logging
import sys
import tempfile
import typing
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pandas as pd
import pydantic
from dataclasses_json import dataclass_json
from google.protobuf.struct_pb2 import ListValue
from mashumaro.mixins.json import DataClassJSONMixin

SIDE = sys.argv[1]
if SIDE == "flytekit":
    from flytekit import StructuredDataset
    from flytekit.types.directory import FlyteDirectory
    from flytekit.types.file import FlyteFile
else:
    from flyweight.types import FlyteDirectory, FlyteFile, StructuredDataset

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


T = typing.TypeVar("T")


@dataclass
class Box(typing.Generic[T]):
    item: T
    items: typing.List[T]


@dataclass
class Boxes:
    ints: Box[int]
    inner: typing.Optional[Box[Inner]] = None


@dataclass
class IntBox(Box[int]):
    label: str = "x"


@dataclass
class Mixed(DataClassJSONMixin):
    a: int
    raw: bytes
    by_number: typing.Dict[int, str]
    named: float = field(default=1.0, metadata={"alias": "renamed"})
    inner: typing.Optional[Inner] = None


@dataclass
class MixedStored(DataClassJSONMixin):
    f: FlyteFile
    x: int = 1


@dataclass_json
@dataclass
class Decorated:
    a: int
    b: typing.List[Inner]
    c: Color = Color.RED


class Model(pydantic.BaseModel):
    x: int
    when: datetime
    color: Color
    names: typing.List[str] = []
    by_number: typing.Dict[int, float] = pydantic.Field(default_factory=dict)
    either: typing.Union[int, str, None] = None
    size: typing.Annotated[int, pydantic.Field(gt=0)] = 1


class Tree(pydantic.BaseModel):
    model: Model
    record: Inner
    models: typing.List[Model] = []


class Item(pydantic.BaseModel, typing.Generic[T]):
    item: T


class StoredModel(pydantic.BaseModel):
    f: FlyteFile
    d: FlyteDirectory
    sd: StructuredDataset
    fs: typing.List[FlyteFile] = []
    of: typing.Optional[FlyteFile["csv"]] = None


def model() -> Model:
    return Model(x=1, when=datetime(2020, 1, 2, 3, 4, 5, 6), color=Color.GREEN, by_number={1: 2.0}, either="k")


def stored_model() -> StoredModel:
    return StoredModel(
        f=FlyteFile(str(CSV), metadata={"k": "v"}),
        d=FlyteDirectory(str(PLACE)),
        sd=StructuredDataset(dataframe=FRAME),
        fs=[FlyteFile(str(CSV))],
    )


def listed(*values) -> ListValue:
    message = ListValue()
    message.extend(values)
    return message


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
