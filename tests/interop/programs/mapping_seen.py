"""Tells what the stock FlyteRemote sees of maps: ``mapping_seen.py ENDPOINT VERSION``; JSON on the last line."""

import json
import sys

from flyteidl.admin import task_execution_pb2
from flytekit.configuration import Config, PlatformConfig
from flytekit.remote import FlyteRemote


def main(endpoint: str, version: str) -> None:
    remote = FlyteRemote(
        Config(platform=PlatformConfig(endpoint=endpoint, insecure=True)), "flytesnacks", "development"
    )

    def run(name: str, **inputs: object) -> object:
        workflow = remote.fetch_workflow(name=f"mapping.{name}", version=version)
        started = remote.execute(workflow, inputs=inputs)
        return remote.wait(started, poll_interval=0.2)

    strict = run("strict", xs=[1, 2, 3, 4, 5], factor=7)
    node = strict.node_executions["n0"]
    attempts = remote.client.stub if hasattr(remote.client, "stub") else remote.client._stub
    listed = attempts.ListTaskExecutions(
        task_execution_pb2.TaskExecutionListRequest(node_execution_id=node.id.to_flyte_idl(), limit=10)
    ).task_executions
    resources = listed[0].closure.metadata.external_resources
    failed = run("strict", xs=[1, -2, 3], factor=7)
    lenient = run("lenient", xs=[1, -2, 3])
    executions = run("executions", xs=[1, 2])
    told = {
        "strict": strict.outputs["o0"],
        "node": [node.closure.phase, node.outputs["o0"], node.inputs["x"]],
        "tasks": len(listed),
        "resources": sorted([each.index, each.phase, each.retry_attempt] for each in resources),
        "error": failed.closure.error.message,
        "lenient": lenient.outputs["o0"],
        "executions": executions.outputs["o0"],
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
