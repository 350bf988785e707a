"""Runs registered entities by ``FlyteRemote`` of the stock flytekit and reads what they give."""

import pandas as pd
import pipeline
from session import ARGUMENTS, ended, session, tell

(version,) = ARGUMENTS
remote = session()
workflow = remote.fetch_workflow(name="pipeline.pipeline", version=version)
execution = ended(remote, remote.execute(workflow, inputs={"rows": 3}))
frame = execution.outputs.get("o1", as_type=pd.DataFrame)
failed = remote.execute(remote.fetch_workflow(name="pipeline.broken", version=version), inputs={"number": 0})
failed = ended(remote, failed)
single = ended(remote, remote.execute(remote.fetch_task(name="pipeline.plan", version=version), inputs={"rows": 7}))
listed = [one.id.name for one in remote.recent_executions(limit=20)]
synced = remote.sync(remote.fetch_execution(name=execution.id.name), sync_nodes=True)
tell(
    text=execution.outputs["o0"],
    sum=float(frame["y"].sum()),
    nodes={
        name: [list(node.inputs.literals), list(node.outputs.literals), len(node.task_executions)]
        for name, node in synced.node_executions.items()
    },
    error=failed.error.message,
    error_code=failed.error.code,
    single=str(single.outputs["o0"]),
    listed=execution.id.name in listed and failed.id.name in listed,
    local=pipeline.plan(rows=2).rows,
    console=remote.generate_console_url(execution),
)
