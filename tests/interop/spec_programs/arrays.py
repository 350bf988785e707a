"""NumPy's arrays as files, plain and with how they are kept."""

from typing import Annotated

import numpy as np
from flytekit import kwtypes, task, workflow


@task
def make(n: int) -> np.ndarray:
    return np.arange(n)


@task
def total(values: np.ndarray, more: list[np.ndarray]) -> int:
    return int(values.sum())


@task
def objects(values: Annotated[np.ndarray, kwtypes(allow_pickle=True)]) -> Annotated[np.ndarray, kwtypes(mmap_mode="r")]:
    return values


RUNS = (("wf", {"n": 5}),)


@workflow
def wf(n: int) -> int:
    made = make(n=n)
    objects(values=made)
    return total(values=made, more=[made])
