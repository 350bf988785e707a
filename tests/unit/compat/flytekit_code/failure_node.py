import typing

from flytekit import WorkflowFailurePolicy, task, workflow
from flytekit.types.error.error import FlyteError


@task
def create_cluster(name: str) -> None:
    print(f"Creating cluster: {name}")


@task
def t1(a: int, b: str) -> typing.Tuple[int, str]:
    return a + 2, b


@task
def delete_cluster(name: str, err: typing.Optional[FlyteError] = None) -> None:
    print(f"Deleting cluster {name} due to {err}")


@workflow(on_failure=delete_cluster, failure_policy=WorkflowFailurePolicy.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE)
def wf1(name: str = "my_cluster") -> int:
    c = create_cluster(name=name)
    t, _ = t1(a=1, b="2")
    c >> t
    return t
