"""The stock client's interactive mode: tasks are pickled out of the process, nothing is registered from files."""

import pandas as pd
from flytekit import task, workflow
from session import ended, session, tell

remote = session(interactive_mode_enabled=True)
FACTOR = 3


def scaled(column):
    return column * FACTOR


@task
def scale(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(x=scaled(frame["x"]))


@task
def total(frame: pd.DataFrame) -> int:
    return int(frame["x"].sum())


@workflow
def scaled_total(frame: pd.DataFrame) -> int:
    return total(frame=scale(frame=frame))


given = {"frame": pd.DataFrame({"x": [1, 2]})}
whole = ended(remote, remote.execute(scaled_total, inputs=given))
single = ended(remote, remote.execute(scale, inputs=given))
tell(
    errors=[one.error and one.error.message for one in (whole, single)],
    total=whole.outputs["o0"],
    frame=single.outputs.get("o0", pd.DataFrame)["x"].tolist(),
)
