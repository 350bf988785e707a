"""What FlyteRemote sees of cached tasks, and of an execution that is recovered; argument: endpoint, a folder."""

import json
import sys
from pathlib import Path

from flyteidl.admin import node_execution_pb2, task_execution_pb2
from flyteidl.core import identifier_pb2
from flytekit.configuration import Config
from flytekit.remote import FlyteRemote

endpoint, folder = sys.argv[1], Path(sys.argv[2])
remote = FlyteRemote(Config.for_endpoint(endpoint, insecure=True), "flytesnacks", "development")


def lines(name):
    return (folder / name).read_text().split() if (folder / name).exists() else []


def fetched(name):
    return remote.fetch_workflow(name=f"cached.{name}", version="v1")


def finished(execution):
    return remote.wait(execution, poll_interval=0.2, sync_nodes=True)


def node(execution, name="n0"):
    metadata = execution.node_executions[name].closure.task_node_metadata
    made = metadata.catalog_key.source_task_execution if metadata.catalog_key else None
    return [metadata.cache_status, made.node_execution_id.execution_id.name if made and made.task_id.name else ""]


def items(execution):
    asked = task_execution_pb2.TaskExecutionListRequest(
        node_execution_id=execution.node_executions["n0"].id.to_flyte_idl(), limit=10
    )
    [listed] = remote.client._stub.ListTaskExecutions(asked).task_executions
    resources = sorted(listed.closure.metadata.external_resources, key=lambda each: each.index)
    return [each.cache_status for each in resources]


def item(execution, name):
    of = identifier_pb2.NodeExecutionIdentifier(node_id=name, execution_id=execution.id.to_flyte_idl())
    found = remote.client._stub.GetNodeExecution(node_execution_pb2.NodeExecutionGetRequest(id=of))
    made = found.closure.task_node_metadata.catalog_key.source_task_execution.node_execution_id
    return [made.execution_id.name, made.node_id]


def tries(execution, name="n0"):
    asked = task_execution_pb2.TaskExecutionListRequest(
        node_execution_id=execution.node_executions[name].id.to_flyte_idl(), limit=10
    )
    return [each.closure.phase for each in remote.client._stub.ListTaskExecutions(asked).task_executions]


told = {}
slow = remote.execute(fetched("hung_wf"), inputs={})
stubborn = remote.execute(fetched("tried_wf"), inputs={"xs": [1, 2], "notes": str(folder / "tried")})
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

some = finished(remote.execute(fetched("mapped_wf"), inputs={"xs": [1, 2, 3], "notes": str(folder / "mapped")}))
more = finished(remote.execute(fetched("mapped_wf"), inputs={"xs": [3, 2, 4], "notes": str(folder / "mapped")}))
told["mapped"] = [[each.outputs["o0"], items(each)] for each in (some, more)]
told["mapped_runs"] = sorted(lines("mapped"))
told["made"] = [some.id.name, *item(more, "n0-n0")]

file = folder / "file"
broken = finished(remote.execute(fetched("mends"), inputs={**inputs, "x": 9, "file": str(file)}))
told["broken"] = broken.closure.phase
file.write_text("")
recovered = finished(remote.fetch_execution(name=remote.client.recover_execution(broken.id, "mended").name))
told["recovered"] = [recovered.closure.phase, recovered.outputs["o0"]]
told["phases"] = {name: each.closure.phase for name, each in recovered.node_executions.items() if name != "start-node"}
told["mode"] = recovered.spec.metadata.mode

drawn = {"x": 11, "notes": str(folder / "drawn"), "file": str(folder / "later")}
broken = finished(remote.execute(fetched("draws"), inputs=drawn))
(folder / "later").write_text("")
recovered = finished(remote.fetch_execution(name=remote.client.recover_execution(broken.id, "redrawn").name))
told["redrawn"] = [recovered.outputs["o0"], tries(recovered), lines("drawn")]

stubborn = finished(stubborn)
told["tried"] = [stubborn.outputs["o0"], stubborn.outputs["o1"], tries(stubborn)]
told["tried_runs"] = [len(lines(f"tried-{x}")) for x in (7, 1, 2)]
slow = finished(slow)
told["slow"] = [slow.closure.phase, slow.error.message, tries(slow)]
print(json.dumps(told))
