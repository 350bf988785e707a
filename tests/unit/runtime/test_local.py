"""Entities run here as they would on a platform: values through literals, retries by budget, the user's own errors."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from flyweight import WorkflowFailurePolicy, current_context, task, workflow
from flyweight.errors import InvalidInput, RecoverableError, TypeMismatch
from flyweight.types.file import FlyteFile


@dataclass
class Model:
    names: list[str]
    score: float


@task
def make(n: int) -> Model:
    return Model([f"m{index}" for index in range(n)], n / 2)


@task
def describe(name: str, score: float) -> str:
    return f"{name}: {score}"


@task
def fails(x: int) -> int:
    raise ValueError(f"bad {x}")


def test_attributes_and_items_of_results_reach_the_next_task() -> None:
    @workflow
    def wf(n: int) -> str:
        made = make(n=n)
        return describe(name=made.names[1], score=made.score)

    assert wf(n=3) == "m1: 1.5"


def test_a_path_that_leads_nowhere_names_node_and_input() -> None:
    @workflow
    def wf(n: int) -> str:
        made = make(n=n)
        return describe(name=made.names[7], score=made.score)

    with pytest.raises(InvalidInput, match=r"wf, node n1: name: .*\[7\] is out of range"):
        wf(n=3)


def test_a_result_of_another_type_does_not_pass() -> None:
    @workflow
    def wf(n: int) -> str:
        return describe(name=n, score=1.0)

    with pytest.raises(TypeMismatch, match=r"describe, input `name`: expected str, got input\.n of type int"):
        wf(n=3)


def test_the_users_error_comes_out_as_it_is() -> None:
    @workflow
    def wf(x: int) -> int:
        return fails(x=x)

    with pytest.raises(ValueError, match="bad 4"):
        wf(x=4)


@pytest.mark.parametrize(
    ("policy", "ran"),
    [
        (WorkflowFailurePolicy.FAIL_IMMEDIATELY, []),
        (WorkflowFailurePolicy.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE, [1, 2]),
    ],
)
def test_the_failure_policy_says_what_a_failure_leaves_to_run(policy: WorkflowFailurePolicy, ran: list[int]) -> None:
    seen: list[int] = []

    @task
    def note(x: int) -> int:
        seen.append(x)
        return x + 1

    @workflow(failure_policy=policy)
    def wf() -> int:
        lost = fails(x=7)
        note(x=lost)
        return note(x=note(x=1))

    with pytest.raises(ValueError, match="bad 7"):
        wf()
    assert seen == ran


def test_a_task_sees_its_environment_and_leaves_none_behind() -> None:
    @task(environment={"LOCAL_TEST_MODE": "fast"})
    def mode() -> str:
        os.environ["LOCAL_TEST_LEFT"] = "over"
        return os.environ["LOCAL_TEST_MODE"]

    assert mode() == "fast"
    assert not {"LOCAL_TEST_MODE", "LOCAL_TEST_LEFT"} & set(os.environ)


def test_a_recoverable_error_is_tried_again_within_the_budget() -> None:
    attempts: list[int] = []

    @task(retries=2)
    def flaky(succeed_at: int) -> int:
        attempts.append(current_context().attempt)
        if len(attempts) <= succeed_at:
            raise RecoverableError("not yet")
        return len(attempts)

    assert flaky(succeed_at=2) == 3
    assert attempts == [0, 1, 2]
    with pytest.raises(RecoverableError, match="not yet"):
        flaky(succeed_at=100)
    assert len(attempts) == 6


def test_a_node_may_have_its_own_retries() -> None:
    attempts: list[int] = []

    @task
    def flaky() -> int:
        attempts.append(1)
        raise RecoverableError("no")

    @workflow
    def wf() -> int:
        return flaky().with_overrides(retries=3)

    with pytest.raises(RecoverableError):
        wf()
    assert len(attempts) == 4


def test_there_is_no_checkpoint_outside_of_a_task() -> None:
    checkpoint = current_context().checkpoint
    for use in (checkpoint.read, checkpoint.prev_exists, lambda: checkpoint.write(b"")):
        with pytest.raises(NotImplementedError, match="only in a task"):
            use()


def test_a_checkpoint_reaches_the_next_attempt() -> None:
    seen: list[bytes | None] = []

    @task(retries=1)
    def steps() -> int:
        checkpoint = current_context().checkpoint
        seen.append(checkpoint.read())
        checkpoint.write(b"half way")
        if len(seen) == 1:
            raise RecoverableError
        return 1

    steps()
    assert seen == [None, b"half way"]


def test_files_pass_between_tasks() -> None:
    @task
    def write(text: str) -> FlyteFile:
        path = Path(current_context().working_directory) / "note.txt"
        path.write_text(text)
        return FlyteFile(str(path))

    @task
    def read(source: FlyteFile) -> str:
        return Path(source).read_text()

    @workflow
    def wf(text: str) -> str:
        return read(source=write(text=text))

    assert wf(text="hello") == "hello"


def test_a_task_that_calls_a_task_runs_it() -> None:
    @task
    def outer(n: int) -> str:
        made = make(n=n)
        return describe(name=made.names[0], score=made.score)

    assert outer(n=1) == "m0: 0.5"


def test_a_workflow_is_drawn_once_however_often_it_runs() -> None:
    drawn: list[int] = []

    @workflow
    def wf(n: int) -> Model:
        drawn.append(1)
        return make(n=n)

    assert [wf(n=n).score for n in (2, 4)] == [1.0, 2.0]
    assert len(drawn) == 1
