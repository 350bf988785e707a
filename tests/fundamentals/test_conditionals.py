"""A workflow chooses by values that are there only when it runs: conditional draws all cases, one of them is called."""

import pytest

import flyweight as fl
from flyweight.errors import TaskFailed


@fl.task
def measure(x: float) -> float:
    return x / 10


@fl.task
def deploy(score: float) -> str:
    return f"deployed at {score}"


@fl.task
def ask(score: float) -> str:
    return f"asked about {score}"


@fl.workflow
def release(x: float, urgent: bool = False) -> str:
    score = measure(x=x)
    return (
        fl.conditional("good enough?")
        .if_((score > 0.9) | urgent)
        .then(deploy(score=score))
        .elif_(score > 0.5)
        .then(ask(score=score))
        .else_()
        .fail("the model is too bad to release")
    )


def test_one_case_is_called() -> None:
    assert release(x=9.5) == "deployed at 0.95"
    assert release(x=1.0, urgent=True) == "deployed at 0.1"
    assert release(x=7.0) == "asked about 0.7"


def test_a_workflow_may_refuse() -> None:
    with pytest.raises(
        TaskFailed, match=r"^conditional `good enough\?` of .*release: the model is too bad to release$"
    ):
        release(x=1.0)
