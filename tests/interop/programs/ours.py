"""Tasks written with Flyweight, for the stock client to run."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from flyweight import FlyteFile, current_context, task, workflow


@dataclass
class Plan:
    rows: int
    name: str = "plan"


@task
def grow(plan: Plan, frame: pd.DataFrame, note: FlyteFile) -> tuple[pd.DataFrame, FlyteFile, Plan]:
    grown = Path(current_context().working_directory) / "note.txt"
    grown.write_text(f"{Path(note).read_text()} {plan.rows}")
    return pd.concat([frame] * plan.rows), FlyteFile(str(grown)), Plan(rows=plan.rows + 1)


@task
def look_up(column: int) -> int:
    raise ValueError(f"no column {column}")


@workflow
def looking(column: int = 2) -> int:
    return look_up(column=column)


@task
def counted(n: int) -> list[int]:
    return list(range(n))


@task
def added(xs: list[int]) -> int:
    return sum(xs)
