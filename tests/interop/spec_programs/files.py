"""Files, folders and dataframes pass between tasks."""

from typing import List

import pandas as pd
from flytekit import task, workflow
from flytekit.types.directory import FlyteDirectory
from flytekit.types.file import FlyteFile
from flytekit.types.structured import StructuredDataset


@task
def write(text: str) -> FlyteFile:
    return FlyteFile(text)


@task
def table(source: FlyteFile) -> pd.DataFrame:
    return pd.DataFrame()


@task
def folder(frame: pd.DataFrame, files: List[FlyteFile]) -> FlyteDirectory:
    return FlyteDirectory("x")


@task
def dataset(frame: pd.DataFrame) -> StructuredDataset:
    return StructuredDataset(dataframe=frame)


@workflow
def wf(text: str) -> tuple[FlyteDirectory, StructuredDataset]:
    one = write(text=text)
    frame = table(source=one)
    return folder(frame=frame, files=[one, one]), dataset(frame=frame)
