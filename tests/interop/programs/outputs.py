"""Reads outputs of every kind by the stock client."""

from pathlib import Path

import kinds
import pandas as pd
import pyarrow as pa
from flytekit.types.structured import StructuredDataset
from session import ARGUMENTS, ended, session, tell

(version,) = ARGUMENTS
remote = session()
done = ended(remote, remote.execute(remote.fetch_workflow(name="kinds.kinds", version=version), inputs={"seed": 3}))
outputs = done.outputs
report = outputs.get("report", kinds.Report)
tell(
    file=Path(outputs["file"]).read_text(),
    folder=sorted(one.name for one in Path(outputs["folder"]).rglob("*")),
    frame=outputs.get("frame", pd.DataFrame)["x"].tolist(),
    table=outputs.get("table", pa.Table).num_rows,
    csv=outputs.get("csv", StructuredDataset).open(pd.DataFrame).all()["x"].tolist(),
    report=[
        Path(report.files[0]).read_text(),
        sorted(one.name for one in Path(report.folder).iterdir()),
        report.frame.open(pd.DataFrame).all()["x"].tolist(),
    ],
    odd=outputs["odd"].value,
    files=[Path(one).read_text() for one in outputs["files"]],
    color=outputs.get("color", kinds.Color).value,
    moment=outputs["moment"].isoformat(),
    span=outputs["span"].total_seconds(),
    maybe=outputs["maybe"],
    either=outputs["either"],
    counts=outputs["counts"],
    streamed=Path(outputs["streamed"]).read_text(),
    seen=outputs["seen"],
    total=outputs["total"],
)
