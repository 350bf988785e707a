"""Files and folders with formats, plain paths, lists and dictionaries of them."""

import os
from typing import Optional, TypeVar

from flytekit import task, workflow
from flytekit.types.directory import FlyteDirectory
from flytekit.types.file import FlyteFile


@task
def convert(
    table: FlyteFile["csv"],
    image: FlyteFile[TypeVar("jpeg")],
    parts: FlyteDirectory["csv"],
    maybe: Optional[FlyteFile] = None,
) -> tuple[FlyteFile["csv"], FlyteDirectory["parquet"]]:
    return table, FlyteDirectory("x")


@task
def plain(path: os.PathLike) -> os.PathLike:
    return path


@task
def many(files: list[FlyteFile], named: dict[str, FlyteDirectory]) -> list[FlyteFile]:
    return files


@workflow
def wf(table: FlyteFile["csv"], parts: FlyteDirectory["csv"], image: FlyteFile["jpeg"]) -> FlyteFile["csv"]:
    again, _ = convert(table=table, image=image, parts=parts)
    plain(path=again)
    many(files=[table, again], named={"a": parts})
    return again
