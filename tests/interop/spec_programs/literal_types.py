"""typing.Literal of each plain type, alone, in lists and as an option; with defaults and constants."""

from typing import List, Literal, Optional

from flytekit import task, workflow

Mode = Literal["fast", "slow"]


@task
def choose(mode: Mode, level: Literal[1, 2, 3] = 2, loud: Literal[True, False] = False) -> Mode:
    return mode


@task
def many(modes: List[Mode], maybe: Optional[Mode] = None) -> List[Mode]:
    return modes


@workflow
def wf(mode: Mode = "slow") -> List[Mode]:
    return many(modes=[choose(mode=mode), "fast"], maybe="slow")


RUNS = (("wf", {}), ("wf", {"mode": "fast"}))
