"""What happens when something fails: a handler cleans up and is told why; what does not depend on it may still run."""

import pytest

import flyweight as fl

cleaned: list[str] = []


@fl.task
def train(epochs: int) -> float:
    if epochs > 10:
        raise MemoryError("out of GPU memory")
    return 0.9


@fl.task
def release_machine(epochs: int, err: fl.FlyteError | None = None) -> None:
    cleaned.append(err.failed_node_id if err else "nothing failed")


@fl.workflow(on_failure=release_machine)
def pipeline(epochs: int = 3) -> float:
    return train(epochs=epochs)


def test_the_handler_runs_and_the_error_comes_out() -> None:
    assert pipeline() == 0.9
    with pytest.raises(MemoryError, match="out of GPU memory"):
        pipeline(epochs=100)
    assert cleaned == ["n0"]
