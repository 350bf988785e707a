"""A workflow that fails here runs its handler with its own inputs and the error, and fails with the first error."""

import pytest

from flyweight import FlyteError, task, workflow

told: list[tuple[int, FlyteError | None]] = []


@pytest.fixture(autouse=True)
def _fresh() -> None:
    told.clear()


@task
def fails(x: int) -> int:
    raise ValueError(f"bad {x}")


@task
def clean_up(x: int, err: FlyteError | None = None) -> None:
    told.append((x, err))


@task
def fails_too(x: int) -> None:
    raise KeyError(f"no {x}")


@workflow
def clean_by_workflow(x: int, err: FlyteError | None = None) -> None:
    clean_up(x=x, err=err)


@pytest.mark.parametrize("handler", [clean_up, clean_by_workflow])
def test_the_handler_is_given_inputs_and_error(handler) -> None:
    @workflow(on_failure=handler)
    def wf(x: int) -> int:
        return fails(x=x).with_overrides(node_name="breaks")

    with pytest.raises(ValueError, match="bad 4"):
        wf(x=4)
    [(x, error)] = told
    assert x == 4
    assert error is not None
    assert error.failed_node_id == "breaks"
    assert "ValueError: bad 4" in error.message


def test_no_failure_no_handler() -> None:
    @workflow(on_failure=clean_up)
    def wf(x: int) -> int:
        return x

    assert wf(x=1) == 1
    assert told == []


def test_a_failure_inside_is_handled_inside_and_then_outside() -> None:
    @workflow(on_failure=clean_up)
    def inner(x: int) -> int:
        return fails(x=x)

    @workflow(on_failure=clean_up)
    def outer(x: int) -> int:
        return inner(x=7)

    with pytest.raises(ValueError, match="bad 7"):
        outer(x=1)
    assert [x for x, _ in told] == [7, 1]


def test_a_handler_that_fails_leaves_a_note() -> None:
    @workflow(on_failure=fails_too)
    def wf(x: int) -> int:
        return fails(x=x)

    with pytest.raises(ValueError, match="bad 3") as caught:
        wf(x=3)
    assert caught.value.__notes__ == [f"{fails_too.name}, which handles failures, failed too: KeyError: 'no 3'"]
