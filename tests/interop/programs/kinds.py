"""Values of every kind in stock flytekit: one task makes them, another takes them, and a client reads both."""

import enum
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, NamedTuple, Optional, Union

import pandas as pd
import pyarrow as pa
from flytekit import current_context, task, workflow
from flytekit.types.directory import FlyteDirectory
from flytekit.types.file import FlyteFile
from flytekit.types.structured import StructuredDataset


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Report:
    name: str
    files: list[FlyteFile]
    folder: FlyteDirectory
    frame: StructuredDataset


class Odd:
    """Known to no type of Flyte: goes as a pickle."""

    def __init__(self, value: int) -> None:
        self.value = value


class Made(NamedTuple):
    file: FlyteFile
    folder: FlyteDirectory
    frame: pd.DataFrame
    table: pa.Table
    csv: Annotated[StructuredDataset, "csv"]
    report: Report
    odd: Odd
    files: list[FlyteFile]
    color: Color
    moment: datetime
    span: timedelta
    maybe: Optional[int]  # noqa: UP045 - the form that users of flytekit write
    either: Union[int, str]  # noqa: UP007 - as above
    counts: dict[str, int]
    streamed: FlyteFile


@task(enable_deck=True)
def make(seed: int) -> Made:
    place = Path(current_context().working_directory)
    one, folder = place / "one file.txt", place / "folder"
    one.write_text(f"one {seed}")
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "two.txt").write_text("two")
    frame = pd.DataFrame({"x": [seed, seed + 1]})
    streamed = FlyteFile.new_remote_file("streamed.txt")
    with streamed.open("w") as stream:
        stream.write("streamed")
    return Made(
        file=FlyteFile(str(one)),
        folder=FlyteDirectory(str(folder)),
        frame=frame,
        table=pa.Table.from_pandas(frame),
        csv=StructuredDataset(dataframe=frame),
        report=Report(
            name="report",
            files=[FlyteFile(str(one))],
            folder=FlyteDirectory(str(folder)),
            frame=StructuredDataset(dataframe=frame, file_format="parquet"),
        ),
        odd=Odd(seed),
        files=[FlyteFile(str(one)), FlyteFile(str(folder / "inner" / "two.txt"))],
        color=Color.BLUE,
        moment=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        span=timedelta(minutes=90),
        maybe=None,
        either="text",
        counts={"a": 1},
        streamed=streamed,
    )


@task
def take(  # noqa: PLR0917 - one of each kind
    file: FlyteFile,
    folder: FlyteDirectory,
    frame: pd.DataFrame,
    report: Report,
    odd: Odd,
    files: list[FlyteFile],
    color: Color,
) -> list[str]:
    return [
        Path(file).read_text(),
        ",".join(sorted(one.name for one in Path(folder).iterdir())),
        str(frame["x"].sum()),
        Path(report.files[0]).read_text(),
        ",".join(sorted(one.name for one in Path(report.folder).iterdir())),
        str(report.frame.open(pd.DataFrame).all()["x"].sum()),
        str(odd.value),
        ",".join(Path(one).read_text() for one in files),
        color.value,
    ]


@task
def read_csv(csv: Annotated[StructuredDataset, "csv"]) -> int:
    return int(csv.open(pd.DataFrame).all()["x"].sum())


class All(NamedTuple):
    file: FlyteFile
    folder: FlyteDirectory
    frame: pd.DataFrame
    table: pa.Table
    csv: Annotated[StructuredDataset, "csv"]
    report: Report
    odd: Odd
    files: list[FlyteFile]
    color: Color
    moment: datetime
    span: timedelta
    maybe: Optional[int]  # noqa: UP045 - as above
    either: Union[int, str]  # noqa: UP007 - as above
    counts: dict[str, int]
    streamed: FlyteFile
    seen: list[str]
    total: int


@workflow
def kinds(seed: int = 3) -> All:
    made = make(seed=seed)
    seen = take(
        file=made.file,
        folder=made.folder,
        frame=made.frame,
        report=made.report,
        odd=made.odd,
        files=made.files,
        color=made.color,
    )
    return All(
        made.file,
        made.folder,
        made.frame,
        made.table,
        made.csv,
        made.report,
        made.odd,
        made.files,
        made.color,
        made.moment,
        made.span,
        made.maybe,
        made.either,
        made.counts,
        made.streamed,
        seen,
        read_csv(csv=made.csv),
    )
