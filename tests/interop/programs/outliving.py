"""Starts ``control.asking`` and ``control.launching_slow``; in another session, perhaps on another platform process,
answers the one's gates, waits for the other's child, and terminates one more with its child. Tells all of it as JSON.
"""

import time

from session import ARGUMENTS, ended, refusal, session, tell

step, *rest = ARGUMENTS
remote = session()


def until_asked(name, signal):
    """Wait until a gate of the execution asks for that signal."""
    for _ in range(300):
        asked = {each.id.signal_id: each for each in remote.list_signals(name)}
        if signal in asked:
            return sorted(asked)
        time.sleep(0.1)
    raise AssertionError(f"nobody asks for {signal}")


def started(workflow, **inputs):
    found = remote.fetch_workflow(name=f"control.{workflow}", version="v1")
    return remote.execute(found, inputs=inputs).id.name


def child_of(name):
    """Wait until the execution's one node runs, and give the execution that it stands for."""
    for _ in range(300):
        seen = remote.sync(remote.fetch_execution(name=name), sync_nodes=True).node_executions
        if "n0" in seen and seen["n0"].workflow_executions:
            return seen["n0"].workflow_executions[0]
        time.sleep(0.1)
    raise AssertionError("no child")


if step == "start":
    asking = started("asking", n=1)
    early = refusal(lambda: remote.set_input("sure", asking, True, python_type=bool))
    asked = until_asked(asking, "factor")
    launching = started("launching_slow", seconds=2)
    tell(asking=asking, early=early, asked=asked, launching=launching, child=child_of(launching).id.name)
else:
    asking, launching = rest
    asked = until_asked(asking, "factor")
    wrong = refusal(lambda: remote.set_input("factor", asking, "five", python_type=str))
    remote.set_input("factor", asking, 5, python_type=int)
    until_asked(asking, "sure")
    remote.approve("sure", asking)
    answered = ended(remote, remote.fetch_execution(name=asking)).outputs["o0"]
    remote.approve("sure", asking)  # the same answer again is a retry of the call, also after the end
    late = refusal(lambda: remote.reject("sure", asking))

    launched = ended(remote, remote.fetch_execution(name=launching)).outputs["o0"]

    parent = started("launching_slow", seconds=300)
    lasting = child_of(parent)
    remote.terminate(remote.fetch_execution(name=parent), "enough")
    ended(remote, remote.fetch_execution(name=parent))
    stopped = remote.fetch_execution(name=lasting.id.name).closure
    tell(
        asked=asked,
        wrong=wrong,
        answered=answered,
        late=late,
        launched=launched,
        child=child_of(launching).id.name,
        parent=parent,
        phase=stopped.phase,
        cause=stopped.abort_metadata.cause,
    )
