"""Values of every family of types through one workflow: made in one task, told in words by another."""

# ruff: noqa: PLR0917 - many values are the point

import enum
import typing
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import PIL.Image
import pyarrow as pa
import pydantic
from flytekit import FlyteDirectory, FlyteFile, StructuredDataset, conditional, kwtypes, task, workflow
from flytekit.core.type_engine import SimpleTransformer, TypeEngine
from flytekit.models.literals import Literal, Primitive, Scalar
from flytekit.models.types import LiteralType, SimpleType
from flytekit.types.iterator import JSON
from google.protobuf.struct_pb2 import Struct

T = typing.TypeVar("T")


class Color(enum.Enum):
    RED = "red"


@dataclass
class Box(typing.Generic[T]):
    item: T
    file: FlyteFile | None = None


@dataclass
class Report:
    count: int
    boxes: list[Box[int]]
    names: dict[str, str] = field(default_factory=dict)


class Model(pydantic.BaseModel):
    size: int
    color: Color
    file: FlyteFile
    table: StructuredDataset
    parts: list[Box[str]] = []


class Celsius:
    """A type of one's own, with a transformer written against flytekit."""

    def __init__(self, degrees: str) -> None:
        self.degrees = degrees


TypeEngine.register(
    SimpleTransformer(
        "Celsius",
        Celsius,
        LiteralType(simple=SimpleType.STRING),
        lambda value: Literal(scalar=Scalar(primitive=Primitive(string_value=value.degrees))),
        lambda literal: Celsius(literal.scalar.primitive.string_value),
    )
)

FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})


def written(name: str, text: str) -> str:
    Path(name).write_text(text)
    return str(Path(name).absolute())


@task
def records() -> tuple[Report, Model, dict, list[dict[str, int]]]:
    file = FlyteFile(written("report.txt", "in a box"))
    report = Report(3, [Box(1, file), Box(2)], {"k": "v"})
    model = Model(size=4, color=Color.RED, file=file, table=StructuredDataset(dataframe=FRAME), parts=[Box("p")])
    return report, model, {"deep": {"xs": [10, 20]}}, [{"a": 5}]


@task
def plain() -> tuple[
    typing.Literal["low", "high"], Color, datetime, date, timedelta, int | str | None, Celsius, Struct
]:
    struct = Struct()
    struct.update({"a": [1, "b"]})
    at = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    return "high", Color.RED, at, date(2020, 1, 2), timedelta(minutes=1), "text", Celsius("21.5"), struct


@task
def stored() -> tuple[
    FlyteDirectory, typing.Annotated[StructuredDataset, "csv"], np.ndarray, PIL.Image.Image, pa.Table
]:
    folder = FlyteDirectory.new_remote("folder")
    with folder.new_file("inside.txt").open("w") as file:
        file.write("streamed")
    return (
        folder,
        StructuredDataset(dataframe=FRAME),
        np.arange(4).reshape(2, 2),
        PIL.Image.new("RGB", (2, 3)),
        pa.table({"a": [1]}),
    )


@task
def lines() -> tuple[Iterator[JSON], Iterator[int]]:
    return ({"n": n} for n in range(3)), iter([1, 2])


@task
def tell_records(report: Report, model: Model, size: int, name: str, deep: int, listed: int, box: Box[int]) -> str:
    texts = [Path(one).read_text() for one in (report.boxes[0].file, model.file, box.file)]
    rows = len(model.table.open(pd.DataFrame).all())
    return (
        f"{report.count} {len(texts)} {texts[-1]} {rows} {size} {name} {deep} {listed} {box.item} {model.parts[0].item}"
    )


@task
def tell_plain(
    level: typing.Literal["low", "high"],
    color: Color,
    at: datetime,
    day: date,
    span: timedelta,
    either: int | str | None,
    warm: Celsius,
    struct: Struct,
) -> str:
    return f"{level} {color} {at.isoformat()} {day} {span} {either} {warm.degrees} {len(struct['a'])}"


@task
def tell_stored(
    folder: FlyteDirectory,
    table: typing.Annotated[pd.DataFrame, kwtypes(b=str)],
    array: np.ndarray,
    image: PIL.Image.Image,
    arrow: pa.Table,
) -> str:
    [inside] = [Path(one).read_text() for one in FlyteDirectory.listdir(folder)]
    return f"{inside} {table.columns[0]} {len(table.columns)} {array.sum()} {image.size} {arrow.num_rows}"


@task
def tell_lines(values: Iterator[JSON], numbers: Iterator[int]) -> str:
    return f"{[value['n'] for value in values]} {len(numbers)} {list(numbers)}"


@task
def chosen(count: int) -> str:
    return f"more than {count - 1}"


@workflow
def every() -> list[str]:
    report, model, deep, listed = records()
    told = tell_records(
        report=report,
        model=model,
        size=model.size,
        name=report.names["k"],
        deep=deep["deep"]["xs"][1],
        listed=listed[0]["a"],
        box=report.boxes[0],
    )
    level, color, at, day, span, either, warm, struct = plain()
    words = tell_plain(level=level, color=color, at=at, day=day, span=span, either=either, warm=warm, struct=struct)
    folder, table, array, image, arrow = stored()
    files = tell_stored(folder=folder, table=table, array=array, image=image, arrow=arrow)
    values, numbers = lines()
    branch = (
        conditional("parts")
        .if_((report.count > 2) & (model.size == 4))
        .then(chosen(count=report.count))
        .else_()
        .then(chosen(count=model.size))
    )
    return [told, words, files, tell_lines(values=values, numbers=numbers), branch]
