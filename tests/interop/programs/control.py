"""Stock flytekit workflows whose course is decided while they run."""

import os
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Optional

from flytekit import LaunchPlan, approve, conditional, sleep, task, wait_for_input, workflow
from flytekit.types.error import FlyteError


@dataclass
class Model:
    score: int


@task
def train(x: int) -> Model:
    return Model(score=x * 10)


@task
def double(n: int) -> int:
    return n * 2


@task
def negate(n: int) -> int:
    return -n


@workflow
def twice(n: int) -> int:
    return double(n=double(n=n))


@workflow
def choose(x: int) -> int:
    """A condition on a dataclass's field, a workflow as a case, and a branch in a branch."""
    model = train(x=x)
    chosen = (
        conditional("size")
        .if_((model.score > 50) & (x < 100))
        .then(twice(n=x))
        .elif_(model.score > 20)
        .then(conditional("sign").if_(x == 3).then(negate(n=x)).else_().fail("only 3 will do"))
        .else_()
        .then(double(n=x))
    )
    return double(n=chosen)


@task
def fail_above(n: int) -> int:
    if n > 3:
        raise ValueError(f"{n} is above 3")
    return n


@task
def clean_up(n: int, err: Optional[FlyteError] = None) -> None:  # noqa: UP045 - the form that users of flytekit write
    print(f"cleaning up after {err}")
    Path(os.environ["FLYWEIGHT_TEST_NOTES"]).write_text(f"{n}: {err.failed_node_id}: {err.message}")


@workflow(on_failure=clean_up)
def guarded(n: int) -> int:
    return double(n=fail_above(n=n))


@workflow
def asking(n: int) -> int:
    """Waits for time, for a value and for a yes."""
    pause = sleep(timedelta(seconds=1))
    factor = wait_for_input("factor", timeout=timedelta(minutes=5), expected_type=int)
    pause >> factor
    return double(n=approve(double(n=factor), "sure", timeout=timedelta(minutes=5)))


@workflow
def inner(n: int, text: str = "by default") -> int:
    return double(n=fail_above(n=n))


inner_plan = LaunchPlan.get_or_create(inner, "control.inner_plan", default_inputs={"text": "of the plan"})


@workflow
def launching(n: int) -> int:
    return double(n=inner_plan(n=n))


@task
def linger(seconds: int) -> int:
    time.sleep(seconds)
    return seconds


@workflow
def slow(seconds: int) -> int:
    return linger(seconds=seconds)


slow_plan = LaunchPlan.get_or_create(slow, "control.slow_plan")


@workflow
def launching_slow(seconds: int) -> int:
    return slow_plan(seconds=seconds)
