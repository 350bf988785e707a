"""Runs, by the stock client, tasks that Flyweight registered."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from flytekit.types.file import FlyteFile
from session import ARGUMENTS, ended, session, tell


@dataclass
class Plan:
    rows: int
    name: str = "plan"


(version,) = ARGUMENTS
remote = session()
note = Path(tempfile.mkdtemp()) / "note.txt"
note.write_text("seen")
inputs = {"plan": Plan(rows=2), "frame": pd.DataFrame({"x": [1, 2]}), "note": FlyteFile(str(note))}
hints = {"plan": Plan, "frame": pd.DataFrame, "note": FlyteFile}
grown = remote.execute(remote.fetch_task(name="ours.grow", version=version), inputs=inputs, type_hints=hints)
grown = ended(remote, grown)
failed = remote.execute(remote.fetch_workflow(name="ours.looking", version=version), inputs={"column": 4})
failed = ended(remote, failed)
tell(
    error=grown.error and grown.error.message,
    frame=grown.outputs.get("o0", pd.DataFrame)["x"].tolist(),
    note=Path(grown.outputs["o1"]).read_text(),
    rows=grown.outputs.get("o2", Plan).rows,
    failure=failed.error.message,
)
