from typing import List

from flytekit import reference_launch_plan, reference_task, task, workflow
from flytekit.testing import task_mock


@reference_task(project="flytesnacks", domain="development", name="core.normalize", version="v1")
def normalize(xs: List[int]) -> List[int]: ...


@reference_launch_plan(project="flytesnacks", domain="development", name="core.lp", version="v1")
def registered(x: int) -> int: ...


@workflow
def wf(xs: List[int] = [1, 2]) -> List[int]:
    return normalize(xs=xs)


@task
def check() -> List[int]:
    with task_mock(normalize) as mock:
        mock.return_value = [0, 1]
        return wf()
