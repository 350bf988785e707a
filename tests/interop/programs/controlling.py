"""Runs the programs of ``control.py`` that are registered, and tells what FlyteRemote sees of them as JSON."""

import json
import sys

from flytekit.configuration import Config
from flytekit.remote import FlyteRemote

endpoint, version, notes = sys.argv[1:]
remote = FlyteRemote(
    Config.for_endpoint(endpoint, insecure=True), default_project="flytesnacks", default_domain="development"
)
workflow = remote.fetch_workflow(name="control.choose", version=version)
started = {x: remote.execute(workflow, inputs={"x": x}) for x in (7, 3, 1, 4)}
seen = {}
for x, execution in started.items():
    done = remote.wait(execution, poll_interval=1)
    below = {
        child.id.node_id: child.closure.phase
        for node in done.node_executions.values()
        for child in node._underlying_node_executions or []
    }
    seen[x] = [done.outputs["o0"] if done.error is None else done.error.message, below]
guarded = remote.fetch_workflow(name="control.guarded", version=version)
options = {"envs": {"FLYWEIGHT_TEST_NOTES": notes}}
done = remote.wait(remote.execute(guarded, inputs={"n": 9}, **options), poll_interval=1)
seen["guarded"] = [done.error.message, {name: node.closure.phase for name, node in done.node_executions.items()}]
launching = remote.fetch_workflow(name="control.launching", version=version)
for number in (2, 8):
    done = remote.wait(remote.execute(launching, inputs={"n": number}, **options), poll_interval=1)
    [child] = done.node_executions["n0"].workflow_executions
    of = child.spec.metadata.parent_node_execution
    seen[f"launching {number}"] = {
        "end": done.outputs["o0"] if done.error is None else done.error.message,
        "child": [child.closure.phase, child.spec.metadata.nesting, child.spec.launch_plan.name, child.id.name],
        "linked": (of.node_id, of.execution_id.name) == ("n0", done.id.name),
        "inherited": child.spec.envs.envs,
    }
print(json.dumps(seen))
