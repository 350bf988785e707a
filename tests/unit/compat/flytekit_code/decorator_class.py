"""Decorators below @task that are classes, as vscode's and those of experiment trackers are."""

from typing import Callable, Optional

from flytekit import task, workflow
from flytekit.core.utils import ClassDecorator


class tracked(ClassDecorator):
    def __init__(self, task_function: Optional[Callable] = None, project: str = "none", **kwargs):
        self.project = project
        super().__init__(task_function, project=project, **kwargs)

    def execute(self, *args, **kwargs):
        return f"[{self.project}] {self.task_function(*args, **kwargs)}"

    def get_extra_config(self):
        return {self.LINK_TYPE_KEY: "tracked", "project": self.project}


@task
@tracked
def bare(x: int) -> str:
    """Says a number."""
    return str(x)


@task(retries=1)
@tracked(project="p1")
def configured(x: int, y: str = "y") -> str:
    return f"{x}{y}"


@workflow
def wf(x: int = 1) -> str:
    return joined(a=bare(x=x), b=configured(x=x))


@task
def joined(a: str, b: str) -> str:
    return f"{a} {b}"
