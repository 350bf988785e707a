"""Types with notes for other tools."""

from typing import Annotated

from flytekit import task, workflow
from flytekit.core.annotation import FlyteAnnotation


@task
def noted(
    x: Annotated[int, FlyteAnnotation({"unit": "s", "limits": [1, 2]})], y: Annotated[str, "no note of ours"] = "a"
) -> Annotated[list[str], FlyteAnnotation({"about": {"deep": True}})]:
    return [y] * x


@workflow
def wf(x: int) -> list[str]:
    return noted(x=x)
