"""Tasks without outputs, ordered by >> and runs_before, and create_node."""

from flytekit import task, workflow
from flytekit.core.node_creation import create_node


@task
def say(text: str):
    print(text)


@task
def number() -> int:
    return 1


@workflow
def wf(text: str) -> int:
    first = say(text=text)
    second = say(text="b")
    third = create_node(number)
    first >> second
    fourth = create_node(say, text="d")
    third.runs_before(fourth)
    return third.o0


RUNS = (("wf", {"text": "a"}),)
