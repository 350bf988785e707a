"""What FlyteRemote sees of cached tasks, and of an execution that is recovered; argument: endpoint, a folder."""

import json
import sys
from pathlib import Path

from flytekit.configuration import Config
from flytekit.remote import FlyteRemote

endpoint, folder = sys.argv[1], Path(sys.argv[2])
remote = FlyteRemote(Config.for_endpoint(endpoint, insecure=True), "flytesnacks", "development")


def lines(name):
    return (folder / name).read_text().split() if (folder / name).exists() else []


def fetched(name):
    return remote.fetch_workflow(name=f"cached.{name}", version="c1")


def finished(execution):
    return remote.wait(execution, poll_interval=0.2, sync_nodes=True)


def node(execution, name="n0"):
    metadata = execution.node_executions[name].closure.task_node_metadata
    made = metadata.catalog_key.source_task_execution if metadata.catalog_key else None
    return [metadata.cache_status, made.node_execution_id.execution_id.name if made and made.task_id.name else ""]


told = {}
inputs = {"x": 7, "notes": str(folder / "notes")}
first = finished(remote.execute(fetched("cached_wf"), inputs=inputs))
again = finished(remote.execute(fetched("cached_wf"), inputs={**inputs, "notes": str(folder / "others")}))
over = finished(remote.execute(fetched("cached_wf"), inputs=inputs, overwrite_cache=True))
told["statuses"] = [node(each) for each in (first, again, over)]
told["first"] = first.id.name
told["outputs"] = [each.outputs["o0"] for each in (first, again, over)]
told["runs"] = [lines("notes"), lines("others")]

both = [remote.execute(fetched("serial_wf"), inputs={**inputs, "notes": str(folder / "serial")}) for _ in range(2)]
told["serial"] = sorted(node(finished(each))[0] for each in both)
told["serial_runs"] = lines("serial")

file = folder / "file"
broken = finished(remote.execute(fetched("mends"), inputs={**inputs, "x": 9, "file": str(file)}))
told["broken"] = broken.closure.phase
file.write_text("")
recovered = finished(remote.fetch_execution(name=remote.client.recover_execution(broken.id, "mended").name))
told["recovered"] = [recovered.closure.phase, recovered.outputs["o0"]]
told["phases"] = {name: each.closure.phase for name, each in recovered.node_executions.items() if name != "start-node"}
told["mode"] = recovered.spec.metadata.mode
print(json.dumps(told))
