"""Tasks are typed functions; workflows draw how they hang together. Both are called like functions."""

from dataclasses import dataclass
from typing import NamedTuple

import flyweight as fl


@dataclass
class Report:
    best: int
    scores: dict[str, float]


class Candidates(NamedTuple):
    small: int
    large: int


@fl.task
def candidates(limit: int) -> Candidates:
    """Name the candidates."""
    return Candidates(small=limit // 2, large=limit)


@fl.task(retries=2, requests=fl.Resources(cpu="1", mem="200Mi"))
def score(x: int, bonus: float = 0.5) -> float:
    """Score one candidate."""
    return x + bonus


@fl.task
def report(sizes: list[int], scores: dict[str, float]) -> Report:
    """Choose."""
    return Report(best=max(sizes), scores=scores)


@fl.task
def say(text: str, best: int) -> str:
    """Put it into words."""
    return f"{text} {best}"


@fl.workflow
def choose(limit: int = 10, text: str = "best:") -> tuple[str, Report]:
    """Score two candidates side by side and report."""
    named = candidates(limit=limit)
    small, large = score(x=named.small), score(x=named.large, bonus=1.0)
    made = report(sizes=[named.small, named.large], scores={"small": small, "large": large})
    return say(text=text, best=made.best), made


def test_a_task_is_a_function() -> None:
    assert score(x=1) == 1.5
    assert candidates(limit=4) == Candidates(small=2, large=4)


def test_a_workflow_runs_from_its_inputs_to_its_outputs() -> None:
    said, made = choose(limit=20)
    assert said == "best: 20"
    assert made == Report(best=20, scores={"small": 10.5, "large": 21.0})


def test_a_launch_plan_sets_inputs() -> None:
    plan = fl.LaunchPlan.get_or_create(choose, name="choose-large", fixed_inputs={"limit": 100})
    said, _ = plan(text="largest:")
    assert said == "largest: 100"
