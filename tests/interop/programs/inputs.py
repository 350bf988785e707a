"""Gives a task inputs of every kind, which the stock client uploads."""

import tempfile
from pathlib import Path

import kinds
import pandas as pd
from flytekit.types.directory import FlyteDirectory
from flytekit.types.file import FlyteFile
from flytekit.types.structured import StructuredDataset
from session import ARGUMENTS, ended, session, tell

(version,) = ARGUMENTS
remote = session()
place = Path(tempfile.mkdtemp())
one, folder = place / "one file.txt", place / "folder"
one.write_text("one!")
folder.mkdir()
for name in ("a.txt", "b.txt"):
    (folder / name).write_text(name)
frame = pd.DataFrame({"x": [10, 20]})
inputs = {
    "file": FlyteFile(str(one)),
    "folder": FlyteDirectory(str(folder)),
    "frame": frame,
    "report": kinds.Report(
        name="report",
        files=[FlyteFile(str(one))],
        folder=FlyteDirectory(str(folder)),
        frame=StructuredDataset(dataframe=frame, file_format="parquet"),
    ),
    "odd": kinds.Odd(5),
    "files": [FlyteFile(str(one))],
    "color": kinds.Color.RED,
}
task = remote.fetch_task(name="kinds.take", version=version)
done = ended(remote, remote.execute(task, inputs=inputs, type_hints=kinds.take.python_interface.inputs))
tell(error=done.error and done.error.message, seen=done.outputs["o0"] if not done.error else None)
