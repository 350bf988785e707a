"""Dataframes: StructuredDataset, pandas and Arrow, formats, columns, and reading part by part."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flyteidl.core.literals_pb2 import Literal, Scalar, Schema

from flyweight.errors import InvalidInput, TypeMismatch
from flyweight.types import BlobData, Registry, StructuredDataset, kwtypes
from tests.unit.types.wire import round_trip, text

pytestmark = pytest.mark.usefixtures("data")

FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})


def folder_of(literal: Any) -> Path:
    return Path(literal.scalar.structured_dataset.uri.removeprefix("file://"))


@pytest.mark.parametrize(
    ("python_type", "golden"),
    [
        (StructuredDataset, "structured_dataset_type { }"),
        (pd.DataFrame, "structured_dataset_type { }"),
        (pa.Table, "structured_dataset_type { }"),
        (
            Annotated[pd.DataFrame, kwtypes(a=int)],
            'structured_dataset_type { columns { name: "a" literal_type { simple: INTEGER } } }',
        ),
        (Annotated[StructuredDataset, "csv"], 'structured_dataset_type { format: "csv" }'),
        (
            Annotated[StructuredDataset, pa.schema([("a", pa.int64())])],
            'structured_dataset_type { external_schema_type: "arrow" external_schema_bytes: "a: int64" }',
        ),
    ],
)
def test_types(registry: Registry, python_type: Any, golden: str):
    assert text(registry.literal_type(python_type)) == golden


def test_a_dataframe_is_one_parquet_file(registry: Registry, data: BlobData):
    literal = registry.to_literal(FRAME, pd.DataFrame)
    assert literal.scalar.structured_dataset.uri.startswith(data.raw_prefix)
    assert [path.name for path in folder_of(literal).iterdir()] == ["00000"]
    assert pq.read_table(folder_of(literal) / "00000").column_names == ["a", "b"]
    assert text(literal.scalar.structured_dataset.metadata) == 'structured_dataset_type { format: "parquet" }'


def test_a_dataframe_comes_back_with_its_index_and_times(registry: Registry):
    frame = pd.DataFrame({"t": pd.to_datetime(["2020-01-01"]).as_unit("us"), "n": [1.5]}, index=["q"])
    pd.testing.assert_frame_equal(round_trip(registry, frame, pd.DataFrame), frame)
    table = pa.table({"a": [1]})
    assert round_trip(registry, table, pa.Table).equals(table)


def test_the_same_data_is_read_as_whatever_library_asks(registry: Registry):
    literal = registry.to_literal(FRAME, pd.DataFrame)
    assert registry.to_python(literal, pa.Table).column("a").to_pylist() == [1, 2]
    dataset = registry.to_python(literal, StructuredDataset)
    pd.testing.assert_frame_equal(dataset.open(pd.DataFrame).all(), FRAME)
    assert dataset.open(pa.Table).all().num_rows == 2


def test_columns_of_the_annotation_are_what_is_read(registry: Registry):
    subset = Annotated[pd.DataFrame, kwtypes(b=str)]
    literal = registry.to_literal(FRAME, subset)
    assert pq.read_table(folder_of(literal) / "00000").column_names == ["a", "b"]
    assert list(registry.to_python(literal, subset).columns) == ["b"]
    assert list(registry.to_python(literal, pd.DataFrame).columns) == ["b"]
    whole = registry.to_literal(FRAME, pd.DataFrame)
    dataset = registry.to_python(whole, Annotated[StructuredDataset, kwtypes(a=int)])
    assert list(dataset.open(pd.DataFrame).all().columns) == ["a"]


@pytest.mark.parametrize("frame_type", [pd.DataFrame, pa.Table])
def test_csv_by_annotation_or_by_word(registry: Registry, frame_type: type):
    frame = FRAME if frame_type is pd.DataFrame else pa.table({"a": [1, 2], "b": ["x", "y"]})
    by_annotation = registry.to_literal(StructuredDataset(frame), Annotated[StructuredDataset, "csv"])
    by_word = registry.to_literal(StructuredDataset(frame, file_format="csv"), StructuredDataset)
    for literal in (by_annotation, by_word):
        assert literal.scalar.structured_dataset.metadata.structured_dataset_type.format == "csv"
        assert (folder_of(literal) / ".csv").read_text().replace('"', "") == "a,b\n1,x\n2,y\n"
        read = registry.to_python(literal, frame_type)
        assert list(read["a"]) == [1, 2] or read.column("a").to_pylist() == [1, 2]


def test_parts_are_read_one_at_a_time(registry: Registry):
    table = pa.table({"a": list(range(200_000))})
    dataset = registry.to_python(registry.to_literal(table, pa.Table), StructuredDataset)
    parts = list(dataset.open(pd.DataFrame).iter())
    assert len(parts) > 1
    assert sum(len(part) for part in parts) == 200_000
    parts = list(dataset.open(pa.Table).iter())
    assert pa.concat_tables(parts).equals(table)


def test_what_is_stored_is_passed_on(registry: Registry):
    literal = registry.to_literal(FRAME, Annotated[pd.DataFrame, kwtypes(a=int)])
    dataset = registry.to_python(literal, StructuredDataset)
    assert registry.to_literal(dataset, StructuredDataset) == literal
    uri_only = registry.to_literal(StructuredDataset(uri="s3://a/b", file_format="parquet"), StructuredDataset)
    assert uri_only.scalar.structured_dataset.uri == "s3://a/b"


def test_one_dataset_given_twice_is_stored_at_one_place(registry: Registry):
    dataset = StructuredDataset(FRAME)
    first = registry.to_literal(dataset, StructuredDataset)
    assert registry.to_literal(dataset, StructuredDataset) == first
    assert dataset.uri == first.scalar.structured_dataset.uri


def test_the_user_may_choose_the_place(registry: Registry, tmp_path: Path):
    place = (tmp_path / "chosen").as_uri()
    literal = registry.to_literal(StructuredDataset(FRAME, uri=place), StructuredDataset)
    assert literal.scalar.structured_dataset.uri == place
    assert (tmp_path / "chosen" / "00000").exists()


@pytest.mark.parametrize(
    ("value", "python_type", "message"),
    [
        (FRAME, StructuredDataset, "wrap it as StructuredDataset(dataframe=...)"),
        (3, pd.DataFrame, "expected DataFrame, got 3 (int)"),
        (StructuredDataset(3), StructuredDataset, "int is not a dataframe that can be stored"),
        (StructuredDataset(), StructuredDataset, "neither a dataframe nor a uri"),
    ],
)
def test_what_cannot_be_stored_is_refused(registry: Registry, value: Any, python_type: Any, message: str):
    with pytest.raises(TypeMismatch) as caught:
        registry.to_literal(value, python_type)
    assert message in str(caught.value)


def test_what_cannot_be_read_is_refused(registry: Registry):
    dataset = registry.to_python(registry.to_literal(FRAME, pd.DataFrame), StructuredDataset)
    with pytest.raises(InvalidInput, match=r"dataset.open\(pandas.DataFrame\).all\(\)"):
        dataset.all()
    with pytest.raises(TypeMismatch, match="int is not a dataframe"):
        dataset.open(int)
    with pytest.raises(InvalidInput, match="'orc' is not one of parquet, csv"):
        registry.to_literal(StructuredDataset(FRAME, file_format="orc"), StructuredDataset)


def test_a_local_dataset_is_read_without_being_stored():
    dataset = StructuredDataset(FRAME)
    assert dataset.all() is FRAME
    assert next(dataset.open(pd.DataFrame).iter()) is FRAME


def test_decks_show_a_dataframe(registry: Registry):
    assert "<table" in registry.to_html(FRAME, pd.DataFrame)
    assert "<table" in registry.to_html(StructuredDataset(FRAME), StructuredDataset)
    assert "int64" in registry.to_html(pa.table({"a": [1]}), pa.Table)


@pytest.mark.slow
def test_a_library_that_is_not_installed_is_told_with_its_extra():
    program = """
import sys
sys.modules["pyarrow"] = sys.modules["pyarrow.parquet"] = None
from flyweight.types.frames import PandasFrames
from pathlib import Path
try:
    PandasFrames().read(Path("x"), "parquet", None)
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "pip install 'flyweight[dataframes]'" in done.stdout


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_polars(registry: Registry, data: BlobData, file_format: str):
    polars = pytest.importorskip("polars", reason="polars is not installed")
    frame = polars.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    literal = registry.to_literal(frame, Annotated[polars.DataFrame, file_format])
    assert registry.to_python(literal, polars.DataFrame).equals(frame)
    assert registry.to_python(literal, pd.DataFrame).to_dict("list") == {"a": [1, 2], "b": ["x", "y"]}
    assert registry.to_python(literal, Annotated[polars.LazyFrame, kwtypes(b=str)]).collect().columns == ["b"]
    [part] = registry.to_python(literal, StructuredDataset).open(polars.DataFrame).iter()
    assert part.equals(frame)
    assert "describe" not in registry.to_html(frame, polars.DataFrame)
    lazy = registry.to_literal(frame.lazy().filter(polars.col("a") > 1), polars.LazyFrame)
    assert registry.to_python(lazy, polars.DataFrame)["b"].to_list() == ["y"]


def test_columns_inside_columns_are_named_by_their_way(registry: Registry):
    nested = Annotated[StructuredDataset, kwtypes(id=int, address={"city": str, "at": {"x": float}})]
    columns = registry.literal_type(nested).structured_dataset_type.columns
    assert [column.name for column in columns] == ["id", "address.city", "address.at.x"]


def test_a_schema_of_older_code_is_read_as_a_dataframe(registry: Registry, data: BlobData):
    stored = registry.to_literal(FRAME, pd.DataFrame).scalar.structured_dataset
    schema = Literal(scalar=Scalar(schema=Schema(uri=stored.uri)))
    assert registry.to_python(schema, pd.DataFrame).equals(FRAME)


def test_a_dataframe_that_cannot_be_written_is_told(registry: Registry):
    with pytest.raises(TypeMismatch, match=r"this DataFrame cannot be written as parquet: .*column a"):
        registry.to_literal(pd.DataFrame({"a": [object()]}), pd.DataFrame)


@pytest.mark.parametrize("frame_type", [pd.DataFrame, pa.Table])
def test_parts_that_cannot_be_read_are_told_like_the_whole(data: BlobData, tmp_path: Path, frame_type: type):
    garbage = tmp_path / "frame"
    garbage.write_bytes(b"no parquet")
    dataset = StructuredDataset(uri=str(garbage), file_format="parquet").open(frame_type)
    for read in (dataset.all, lambda: list(dataset.iter())):
        with pytest.raises(TypeMismatch, match=rf"the parquet at .*frame cannot be read as {frame_type.__name__}: "):
            read()


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
@pytest.mark.parametrize("frame_type", [pd.DataFrame, pa.Table])
def test_columns_that_are_not_there_are_told(registry: Registry, data: BlobData, frame_type: type, file_format: str):
    literal = registry.to_literal(FRAME, Annotated[pd.DataFrame, file_format])
    wanted = Annotated[frame_type, kwtypes(a=int, nope=int)]
    told = rf"the {file_format} at .* cannot be read as {frame_type.__name__} with the columns a, nope: .*nope"
    with pytest.raises(TypeMismatch, match=told):
        registry.to_python(literal, wanted)
    literal.scalar.structured_dataset.uri += "-gone"
    with pytest.raises(TypeMismatch, match="-gone cannot be read"):
        registry.to_python(literal, frame_type)
