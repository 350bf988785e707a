"""Classes that nothing else fits, and Any: pickled, alone and in lists."""

from typing import Any, List

from flytekit import task, workflow


class Model:
    def __init__(self, weight: int) -> None:
        self.weight = weight


@task
def train(weight: int) -> Model:
    return Model(weight)


@task
def read(model: Model, more: List[Model], extra: Any) -> int:
    return model.weight


@task
def anything() -> Any:
    return {"a": 1}


RUNS = (("wf", {"weight": 3}),)


@workflow
def wf(weight: int) -> int:
    model = train(weight=weight)
    return read(model=model, more=[model], extra=anything())
