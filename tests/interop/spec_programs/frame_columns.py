"""Dataframes: columns and formats in the annotation, subsets passed on, pandas and Arrow."""

from typing import Annotated

import pandas as pd
import pyarrow as pa
from flytekit import kwtypes, task, workflow
from flytekit.types.structured import StructuredDataset

Both = Annotated[pd.DataFrame, kwtypes(name=str, age=int)]
One = Annotated[StructuredDataset, kwtypes(age=int)]


@task
def load() -> Both:
    return pd.DataFrame({"name": ["a"], "age": [1]})


@task
def subset(data: One) -> One:
    return data


@task
def as_csv(data: pd.DataFrame) -> Annotated[pd.DataFrame, "csv"]:
    return data


@task
def arrow(data: pa.Table) -> Annotated[pa.Table, kwtypes(age=int), "parquet"]:
    return data


@task
def typed(data: pd.DataFrame) -> Annotated[StructuredDataset, kwtypes(a=int, b=float, c=bool, d=str)]:
    return StructuredDataset(dataframe=data)


@task
def rows(data: pd.DataFrame) -> int:
    return len(data)


RUNS = (("counted", {}),)


@workflow
def counted() -> int:
    return rows(data=as_csv(data=load()))


@workflow
def wf(table: pa.Table) -> tuple[One, pa.Table, StructuredDataset]:
    loaded = load()
    as_csv(data=loaded)
    return subset(data=loaded), arrow(data=table), typed(data=loaded)


COMPILED = ("wf", "counted")
