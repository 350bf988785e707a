from dataclasses import dataclass
from typing import Dict, List

from flytekit import task, workflow


@dataclass
class Fruit:
    name: str


@task
def list_task() -> List[str]:
    return ["apple", "banana"]


@task
def dict_task() -> Dict[str, str]:
    return {"fruit": "cherry"}


@task
def dataclass_task() -> Fruit:
    return Fruit(name="date")


@task
def join(a: str, b: str, c: str) -> str:
    return f"{a} {b} {c}"


@workflow
def basic_workflow() -> str:
    return join(a=list_task()[1], b=dict_task()["fruit"], c=dataclass_task().name)
