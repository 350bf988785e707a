"""Runs the programs of ``dynamics.py`` that are registered, and tells what FlyteRemote sees of them as JSON."""

import json
import sys

from flytekit.configuration import Config
from flytekit.remote import FlyteRemote

endpoint, version = sys.argv[1:]
remote = FlyteRemote(
    Config.for_endpoint(endpoint, insecure=True), default_project="flytesnacks", default_domain="development"
)
seen = {}
for name in ("drawn", "undrawn", "slept"):
    workflow = remote.fetch_workflow(name=f"dynamics.{name}", version=version)
    done = remote.wait(remote.execute(workflow, inputs={"n": 3}), poll_interval=1)
    node = done.node_executions["n0"]
    seen[name] = {
        "end": done.outputs["o0"] if done.error is None else done.error.message,
        "dynamic": node.metadata.is_dynamic,
        "below": sorted(child.id.node_id for child in node._underlying_node_executions or []),
        "nested": {
            child.id.node_id: sorted(inner.id.node_id for inner in child._underlying_node_executions)
            for child in node._underlying_node_executions or []
            if child.metadata.is_dynamic
        },
        "deck": node.closure.deck_uri or "",
    }
print(json.dumps(seen))
