"""Starts ``control.launching_slow``, tells its child, and terminates it or waits for its end, as JSON."""

import time

from session import ARGUMENTS, ended, session, tell

step, argument, *rest = ARGUMENTS
remote = session()


def child_of(name):
    """Wait until the execution's one node runs, and give the execution that it stands for."""
    for _ in range(300):
        seen = remote.sync(remote.fetch_execution(name=name), sync_nodes=True).node_executions
        if "n0" in seen and seen["n0"].workflow_executions:
            return seen["n0"].workflow_executions[0]
        time.sleep(0.1)
    raise AssertionError("no child")


if step == "start":
    workflow = remote.fetch_workflow(name="control.launching_slow", version=argument)
    name = remote.execute(workflow, inputs={"seconds": int(rest[0])}).id.name
    tell(name=name, child=child_of(name).id.name)
elif step == "end":
    done = ended(remote, remote.fetch_execution(name=argument))
    tell(outputs=done.outputs["o0"], child=child_of(argument).id.name)
else:
    execution = remote.fetch_execution(name=argument)
    remote.terminate(execution, "enough")
    ended(remote, execution)
    child = remote.fetch_execution(name=rest[0])
    tell(phase=child.closure.phase, cause=child.closure.abort_metadata.cause)
