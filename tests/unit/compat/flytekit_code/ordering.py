from flytekit import task, workflow
from flytekit.core.node_creation import create_node

seen = []


@task
def first() -> None:
    seen.append("first")


@task
def second() -> str:
    return " ".join([*seen, "second"])


@workflow
def chain_wf() -> str:
    n1 = create_node(first)
    n2 = create_node(second)
    n1 >> n2
    return n2.o0
