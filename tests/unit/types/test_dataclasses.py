"""Dataclasses: their MessagePack, their schema and field types, and faults that are found by their path.

The golden forms were taken from flytekit 1.16.31.
"""

# ruff: noqa: UP007, UP045 - the older spellings of unions are cases too

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, Generic, Literal, NamedTuple, Optional, TypeVar, Union
from uuid import UUID

import msgpack
import numpy as np
import pytest
from flyteidl.core import literals_pb2
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct

from flyweight.errors import TypeMismatch
from flyweight.types import BlobData, FlyteDirectory, FlyteFile, Registry, StructuredDataset
from tests.unit.types.wire import round_trip


class Color(Enum):
    RED = "red"


class Level(Enum):
    LOW = 1


class Pair(NamedTuple):
    left: int
    right: str = "q"


@dataclass
class Inner:
    a: int
    b: Optional[str] = None


@dataclass
class Outer:
    inners: list[Inner]
    by_name: dict[str, Inner]
    when: datetime
    u: Union[int, str]
    n: int = 3
    o: Optional[Inner] = None
    tags: list[str] = field(default_factory=list)


@dataclass
class Wide:
    level: Level
    pair: Pair
    fixed: tuple[int, str]
    many: tuple[int, ...]
    unique: set[int]
    data: bytes
    anything: Any
    untyped: dict
    keys: dict[int, str]
    choice: Literal["a", "b"]
    uid: UUID
    exact: Decimal
    path: Path
    at: time
    day: date
    wait: timedelta
    either: Union[Inner, Color, None]
    ratio: float


@dataclass
class Stored:
    file: FlyteFile
    folder: FlyteDirectory
    table: StructuredDataset
    files: list[FlyteFile]
    missing: Optional[FlyteFile] = None
    bare: FlyteFile = None  # type: ignore[assignment]


@dataclass
class Node:
    children: "list[Node]"


@dataclass(frozen=True, slots=True)
class Frozen:
    x: int


def schema(registry: Registry, python_type: type) -> Any:
    return MessageToDict(registry.literal_type(python_type).metadata)


def outer() -> Outer:
    return Outer(
        inners=[Inner(1, "x")], by_name={"z": Inner(2)}, when=datetime(2020, 1, 2, tzinfo=UTC), u="k", o=Inner(3)
    )


def test_the_schema_is_mashumaros(registry: Registry):
    inner = {
        "type": "object",
        "title": "Inner",
        "properties": {
            "a": {"type": "integer"},
            "b": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        },
        "required": ["a"],
        "additionalProperties": False,
    }
    assert schema(registry, Inner) == inner
    assert schema(registry, Outer) == {
        "type": "object",
        "title": "Outer",
        "properties": {
            "inners": {"type": "array", "items": inner},
            "by_name": {"type": "object", "propertyNames": {"type": "string"}, "additionalProperties": inner},
            "when": {"type": "string", "format": "date-time"},
            "u": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
            "n": {"type": "integer", "default": 3},
            "o": {"anyOf": [inner, {"type": "null"}], "default": None},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["inners", "by_name", "when", "u"],
        "additionalProperties": False,
    }


def test_the_fields_types_are_told_but_not_those_that_flyte_lacks(registry: Registry):
    fields = registry.literal_type(Wide).structure.dataclass_type
    assert "fixed" not in fields
    assert "level" not in fields
    assert fields["unique"].blob.format == "PythonPickle"
    assert fields["either"].union_type.variants[0].structure.tag == "Object-Dataclass-Transformer"
    assert registry.literal_type(Inner).structure.tag == ""


def test_the_data_is_message_pack_in_the_fields_order(registry: Registry):
    literal = registry.to_literal(Inner(1, "x"), Inner)
    assert literal.scalar.binary.tag == "msgpack"
    assert literal.scalar.binary.value.hex() == "82a16101a162a178"


def test_nested_values_come_back_equal(registry: Registry):
    assert round_trip(registry, outer(), Outer) == outer()
    assert round_trip(registry, Frozen(1), Frozen) == Frozen(1)
    assert round_trip(registry, [outer()], list[Outer]) == [outer()]


def test_rarer_fields_come_back_equal(registry: Registry):
    wide = Wide(
        level=Level.LOW,
        pair=Pair(1),
        fixed=(1, "a"),
        many=(1, 2),
        unique={1},
        data=b"ab",
        anything={"x": [1, None]},
        untyped={"q": 1.5},
        keys={1: "a"},
        choice="a",
        uid=UUID(int=5),
        exact=Decimal("1.5"),
        path=Path("/a"),
        at=time(1, 2),
        day=date(2020, 1, 2),
        wait=timedelta(seconds=90),
        either=Color.RED,
        ratio=1,
    )
    back = round_trip(registry, wide, Wide)
    assert back == wide
    assert type(back.ratio) is float
    assert type(back.pair) is Pair


def test_a_struct_of_a_console_is_read(registry: Registry):
    struct = Struct()
    struct.update({"a": 3, "b": "x", "unknown": 1})
    literal = literals_pb2.Literal(scalar=literals_pb2.Scalar(generic=struct))
    back = registry.to_python(literal, Inner)
    assert back == Inner(3, "x")
    assert type(back.a) is int


def test_keys_that_json_made_strings_are_read_as_numbers(registry: Registry):
    @dataclass
    class Keyed:
        keys: dict[int, str]

    struct = Struct()
    struct.update({"keys": {"1": "a"}})
    literal = literals_pb2.Literal(scalar=literals_pb2.Scalar(generic=struct))
    assert registry.to_python(literal, Keyed) == Keyed({1: "a"})


def test_a_dict_of_the_fields_is_taken(registry: Registry):
    assert registry.to_python(registry.to_literal({"a": 1}, Inner), Inner) == Inner(1)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (Inner("x"), ".a: expected int, got 'x' (str)"),
        (Inner(None), ".a: expected int, got None"),
        (3, "expected Inner, got 3 (int)"),
        ({"b": "x"}, ".a: Inner needs a value for this field"),
    ],
)
def test_a_fault_is_found_at_its_field(registry: Registry, value: Any, message: str):
    with pytest.raises(TypeMismatch) as caught:
        registry.to_literal(value, Inner)
    assert message in str(caught.value)


def test_the_path_leads_through_lists_and_dicts(registry: Registry):
    wrong = outer()
    wrong.by_name["z"] = Inner([1])
    with pytest.raises(TypeMismatch) as caught:
        registry.to_literal([outer(), wrong], list[Outer])
    assert caught.value.path == "[1].by_name['z'].a"


def test_fields_that_cannot_be_stored_are_named(registry: Registry):
    @dataclass
    class Odd:
        ok: int
        odd: complex

    with pytest.raises(TypeMismatch, match=r"\.odd: complex cannot be a field of a dataclass"):
        registry.literal_type(Odd)
    with pytest.raises(TypeMismatch, match=r"\.children: Node contains itself"):
        registry.literal_type(Node)


def test_numpy_scalars_in_fields_are_the_numbers_they_hold(registry: Registry):
    @dataclass
    class Metrics:
        epochs: int
        loss: float

    literal = registry.to_literal(Metrics(np.int64(3), np.float32(0.5)), Metrics)
    assert registry.to_python(literal, Metrics) == Metrics(3, 0.5)


def test_a_union_reads_plain_data_as_what_it_is(registry: Registry):
    @dataclass
    class Either:
        value: Union[str, float, int, None]

    for value in ("3", 3.5, 3, None):
        back = round_trip(registry, Either(value), Either).value
        assert back == value
        assert type(back) is type(value)


def test_files_and_dataframes_inside_are_stored_once(registry: Registry, data: BlobData, tmp_path: Path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("hello")
    path = tmp_path / "in" / "a.txt"
    value = Stored(
        file=FlyteFile(path, metadata={"k": "v"}),
        folder=FlyteDirectory(tmp_path / "in"),
        table=StructuredDataset(uri="s3://a/b", file_format="parquet"),
        files=[FlyteFile("s3://x/y.csv")],
    )
    literal = registry.to_literal(value, Stored)
    plain = msgpack.unpackb(literal.scalar.binary.value)
    assert plain["file"]["path"].startswith(data.raw_prefix)
    assert plain["file"]["metadata"] == {"k": "v"}
    assert plain["table"] == {"uri": "s3://a/b", "file_format": "parquet"}
    assert plain["files"] == [{"path": "s3://x/y.csv"}]
    assert plain["missing"] is None
    assert plain["bare"] is None

    back = registry.to_python(literal, Stored)
    assert Path(back.file).read_text() == "hello"
    assert (Path(back.folder) / "a.txt").read_text() == "hello"
    assert registry.to_literal(back, Stored) == literal


def test_a_schema_makes_a_dataclass_for_who_has_no_code(registry: Registry):
    guessed = registry.guess(registry.literal_type(Outer))
    assert guessed.__name__ == "Outer"
    back = registry.to_python(registry.to_literal(outer(), Outer), guessed)
    assert back.inners[0].a == 1
    assert back.by_name["z"].b is None
    assert back.when == datetime(2020, 1, 2, tzinfo=UTC)
    assert back.n == 3
    again = registry.to_python(registry.to_literal(back, guessed), Outer)
    assert again == outer()


@pytest.mark.parametrize("python_type", [Wide, Stored])
def test_every_schema_can_be_guessed(registry: Registry, python_type: type):
    guessed = registry.guess(registry.literal_type(python_type))
    assert set(guessed.__dataclass_fields__) == set(python_type.__dataclass_fields__)


T = TypeVar("T")


@dataclass
class Box(Generic[T]):
    item: T
    more: list[T]


@dataclass
class Labelled(Box[int]):
    label: str = ""


@dataclass
class Holding:
    words: Box[str]
    deep: Box[Box[int]] | None = None


def test_generic_dataclasses_have_the_types_that_they_were_given(registry: Registry):
    for value, python_type in (
        (Box(1, [2]), Box[int]),
        (Labelled(1, [2], "x"), Labelled),
        (Holding(Box("a", []), Box(Box(1, [2]), [])), Holding),
    ):
        assert round_trip(registry, value, python_type) == value
    with pytest.raises(TypeMismatch, match=r"^\.words\.more\[1\]: expected str, got 2"):
        registry.to_literal(Holding(Box("a", ["b", 2])), Holding)
    with pytest.raises(TypeMismatch, match=r"^\.item: expected int"):
        registry.to_literal(Box("a", []), Box[int])


def test_a_class_with_mashumaros_mixin_makes_its_own_json(registry: Registry):
    mixins = pytest.importorskip("mashumaro.mixins.json", reason="mashumaro is not installed")

    @dataclass
    class Own(mixins.DataClassJSONMixin):
        a: int
        raw: bytes = b""
        renamed: float = field(default=1.0, metadata={"alias": "other"})

    assert round_trip(registry, Own(1, b"ab"), Own) == Own(1, b"ab")
    assert "other" in registry.literal_type(Own).metadata["properties"]
    with pytest.raises(TypeMismatch, match='Field "a" of type int is missing'):
        registry.to_python(registry.to_literal({}, dict), Own)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"a": "3"}, r"^\.a: expected int, got '3' \(str\)"),
        ({"a": 3.5}, r"^\.a: expected int, got 3\.5"),
        ({"a": 3, "on": "no"}, r"^\.on: expected bool, got 'no'"),
        ({"a": 3, "names": ["x", 2]}, r"^\.names\[1\]: expected str, got 2"),
    ],
)
def test_mashumaro_may_not_bend_values_into_another_type(registry: Registry, given: dict, says: str):
    mixins = pytest.importorskip("mashumaro.mixins.json", reason="mashumaro is not installed")

    @dataclass
    class Own(mixins.DataClassJSONMixin):
        a: int
        on: bool = True
        names: list[str] = field(default_factory=list)

    assert registry.to_python(registry.to_literal({"a": 3.0}, Own), Own) == Own(3)
    with pytest.raises(TypeMismatch, match=says):
        registry.to_literal(given, Own)


def test_a_class_whose_author_told_mashumaro_how_to_read_reads_so(registry: Registry):
    mixins = pytest.importorskip("mashumaro.mixins.json", reason="mashumaro is not installed")

    @dataclass
    class Own(mixins.DataClassJSONMixin):
        a: int

        @classmethod
        def __pre_deserialize__(cls, d: dict) -> dict:
            return {"a": int(d["a"], 16) if isinstance(d["a"], str) else d["a"]}

    assert registry.to_python(registry.to_literal({"a": "ff"}, Own), Own) == Own(255)


def test_a_class_with_mashumaros_mixin_may_hold_files_and_dataframes(registry: Registry, data: BlobData):
    mixins = pytest.importorskip("mashumaro.mixins.json", reason="mashumaro is not installed")

    @dataclass
    class Own(mixins.DataClassJSONMixin):
        file: FlyteFile
        table: StructuredDataset

    back = round_trip(registry, Own(FlyteFile("s3://a/b"), StructuredDataset(uri="s3://c/d")), Own)
    assert (back.file.remote_source, back.table.uri) == ("s3://a/b", "s3://c/d")
