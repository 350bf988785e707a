"""Values with a hash of their own in the cache's key."""

from typing import Annotated

import pandas as pd
from flytekit import HashMethod, task, workflow


def digest(frame: pd.DataFrame) -> str:
    return str(len(frame))


def of_text(text: str) -> str:
    return text.lower()


@task
def load(rows: int) -> Annotated[pd.DataFrame, HashMethod(digest)]:
    return pd.DataFrame({"a": range(rows)})


@task(cache=True, cache_version="1")
def count(frame: pd.DataFrame, text: Annotated[str, HashMethod(of_text)] = "A") -> int:
    return len(frame)


RUNS = (("wf", {"rows": 4}),)


@workflow
def wf(rows: int) -> int:
    return count(frame=load(rows=rows), text="B")
