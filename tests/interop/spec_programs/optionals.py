"""Optional and union inputs, with and without a value."""

from typing import Dict, List, Optional, Union

from flytekit import task, workflow


@task
def pick(a: Optional[int] = None, b: Union[int, str] = "b", c: Optional[List[str]] = None) -> Optional[str]:
    return f"{a}{b}{c}"


@task
def give(x: int) -> str:
    return str(x)


@workflow
def wf(x: int, y: Optional[str] = None, z: Optional[Dict[str, int]] = None) -> Optional[str]:
    text = give(x=x)
    pick(a=3, b=4, c=["q"])
    return pick(a=x, b=text)


RUNS = (
    ("wf", {"x": 2}),
    ("pick", {"a": 1, "b": 2}),
    ("pick", {"a": "no"}),
)
