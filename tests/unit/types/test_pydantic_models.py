"""Pydantic's models: their JSON form in MessagePack, their own schema, and errors that say which field."""

from enum import Enum
from pathlib import Path
from typing import Generic, TypeVar

import pydantic
import pytest
from google.protobuf.json_format import MessageToDict

from flyweight.errors import TypeMismatch
from flyweight.types import BlobData, FlyteFile, Registry, StructuredDataset
from tests.unit.types.wire import round_trip

T = TypeVar("T")


class Color(Enum):
    RED = "red"


class Inner(pydantic.BaseModel):
    sizes: dict[int, float] = {}


class Model(pydantic.BaseModel):
    count: int
    color: Color = Color.RED
    inner: Inner = Inner()
    children: list["Model"] = []


class Box(pydantic.BaseModel, Generic[T]):
    item: T


class Holder(pydantic.BaseModel):
    file: FlyteFile
    csv: FlyteFile["csv"] | None = None
    table: StructuredDataset | None = None


@pytest.mark.parametrize(
    "value", [Model(count=1), Model(count=2, inner=Inner(sizes={1: 2.5}), children=[Model(count=3)]), Box[int](item=1)]
)
def test_there_and_back(registry: Registry, value: pydantic.BaseModel):
    assert round_trip(registry, value, type(value)) == value
    assert round_trip(registry, [value], list[type(value)]) == [value]


def test_the_type_tells_the_fields(registry: Registry):
    literal_type = registry.literal_type(Model)
    assert MessageToDict(literal_type.metadata)["$defs"]["Model"]["required"] == ["count"]
    assert set(literal_type.structure.dataclass_type) == {"count", "color", "inner", "children"}


def test_a_union_chooses_the_model(registry: Registry):
    for value in (Model(count=1), Inner(), None, "text"):
        assert round_trip(registry, value, Model | Inner | str | None) == value


def test_a_dict_that_fits_is_taken_and_one_that_does_not_says_where(registry: Registry):
    assert registry.to_python(registry.to_literal({"count": 3}, Model), Model) == Model(count=3)
    with pytest.raises(TypeMismatch, match=r"^\.inner\.sizes\.x\.\[key\]: Input should be a valid integer.*'x'"):
        registry.to_literal({"count": 1, "inner": {"sizes": {"x": 1}}}, Model)
    with pytest.raises(TypeMismatch, match="expected Model, got 3 \\(int\\)"):
        registry.to_literal(3, Model)
    literal = registry.to_literal(Inner(), Inner)
    with pytest.raises(TypeMismatch, match=r"^\.count: Field required"):
        registry.to_python(literal, Model)


def test_files_and_dataframes_inside_are_stored_and_fetched(registry: Registry, data: BlobData, tmp_path: Path):
    (tmp_path / "a.csv").write_text("a\n1\n")
    given = Holder(file=FlyteFile(str(tmp_path / "a.csv")), csv=tmp_path / "a.csv")
    back = round_trip(registry, given, Holder)
    for file in (back.file, back.csv):
        assert file.remote_source.startswith(data.raw_prefix)
        assert Path(file).read_text() == "a\n1\n"
    assert type(back.csv) is FlyteFile["csv"]
    assert back.table is None


def test_a_dataframe_inside(registry: Registry, data: BlobData):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1, 2]})
    given = Holder(file=FlyteFile("s3://a/b"), table=StructuredDataset(dataframe=frame))
    back = round_trip(registry, given, Holder)
    assert back.table.open(pandas.DataFrame).all().equals(frame)


def test_what_cannot_be_a_file_is_pydantics_own_error():
    with pytest.raises(pydantic.ValidationError, match="expected FlyteFile, got 3"):
        Holder(file=3)


def test_what_pydantic_cannot_describe_is_named(registry: Registry):
    class Opaque(pydantic.BaseModel, arbitrary_types_allowed=True):
        thing: Registry

    with pytest.raises(TypeMismatch, match="pydantic cannot describe Opaque"):
        registry.literal_type(Opaque)


def test_a_model_whose_code_is_not_here_is_guessed_with_what_it_refers_to(registry: Registry):
    class Shape(pydantic.BaseModel):
        sizes: list[Inner]
        holder: Holder | None = None

    guessed = registry.guess(registry.literal_type(Shape))
    literal = registry.to_literal({"sizes": [{"sizes": {"1": 2.5}}]}, guessed)
    assert registry.to_python(literal, Shape) == Shape(sizes=[Inner(sizes={1: 2.5})])
    assert registry.to_python(registry.to_literal(Model(count=1), Model), registry.guess(registry.literal_type(Model)))
