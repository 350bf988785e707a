"""A multi-task workflow in stock flytekit: a dataclass, a file and a dataframe pass between tasks."""

import time
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from flytekit import Deck, current_context, task, workflow
from flytekit.types.file import FlyteFile


@dataclass
class Plan:
    rows: int
    factor: float = 1.5
    tags: list[str] = field(default_factory=lambda: ["a", "b"])


@task
def plan(rows: int) -> Plan:
    print(f"planning {rows} rows")
    return Plan(rows=rows)


@task
def table(plan: Plan) -> pd.DataFrame:
    return pd.DataFrame({"x": range(plan.rows), "y": [plan.factor * i for i in range(plan.rows)]})


@task
def write(frame: pd.DataFrame, plan: Plan) -> FlyteFile:
    path = Path(current_context().working_directory) / "report.txt"
    path.write_text(f"{plan.tags} {frame['y'].sum()}")
    return FlyteFile(str(path))


@task(enable_deck=True)
def read(report: FlyteFile) -> str:
    Deck("report", "<b>read</b>")
    return Path(report).read_text()


@workflow
def pipeline(rows: int = 4) -> tuple[str, pd.DataFrame]:
    planned = plan(rows=rows)
    frame = table(plan=planned)
    return read(report=write(frame=frame, plan=planned)), frame


@task
def divide(number: int) -> float:
    return 1 / number


@workflow
def broken(number: int = 0) -> float:
    return divide(number=number)


@task
def sleep() -> int:
    time.sleep(600)
    return 1


@workflow
def waiting() -> int:
    return sleep()


@task
def place() -> str:
    return str(Path(__file__).resolve())
