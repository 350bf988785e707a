"""Drives ``FlyteRemote`` of the stock flytekit; prints what it got as JSON."""

import json
import sys
from datetime import timedelta

import pandas as pd
from flytekit.configuration import Config
from flytekit.remote import FlyteRemote

import pipeline

endpoint, version = sys.argv[1], sys.argv[2]
remote = FlyteRemote(
    Config.for_endpoint(endpoint, insecure=True), default_project="flytesnacks", default_domain="development"
)
workflow = remote.fetch_workflow(name="pipeline.pipeline", version=version)
execution = remote.execute(workflow, inputs={"rows": 3}, wait=False)
execution = remote.wait(execution, timeout=timedelta(seconds=60), poll_interval=timedelta(milliseconds=200))
frame = execution.outputs.get("o1", as_type=pd.DataFrame)
failed = remote.execute(remote.fetch_workflow(name="pipeline.broken", version=version), inputs={"number": 0})
failed = remote.wait(failed, timeout=timedelta(seconds=60), poll_interval=timedelta(milliseconds=200))
single = remote.execute(remote.fetch_task(name="pipeline.plan", version=version), inputs={"rows": 7})
single = remote.wait(single, timeout=timedelta(seconds=60), poll_interval=timedelta(milliseconds=200))
listed = [e.id.name for e in remote.recent_executions(limit=10)]
print(
    json.dumps(
        {
            "text": execution.outputs["o0"],
            "sum": float(frame["y"].sum()),
            "nodes": sorted(execution.node_executions),
            "error": failed.error.message,
            "error_code": failed.error.code,
            "single": str(single.outputs["o0"]),
            "listed": execution.id.name in listed and failed.id.name in listed,
            "local": pipeline.plan(rows=2).rows,
        }
    )
)
