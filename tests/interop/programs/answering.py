"""Answers the gates of a running execution of ``control.asking``, step by step, as JSON."""

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


if step == "start":
    (version,) = rest
    workflow = remote.fetch_workflow(name="control.asking", version=version)
    name = remote.execute(workflow, inputs={"n": 1}).id.name
    early = refusal(lambda: remote.set_input("sure", name, True, python_type=bool))
    tell(name=name, early=early, asked=until_asked(name, "factor"))
else:
    (name,) = rest
    asked = until_asked(name, "factor")
    wrong = refusal(lambda: remote.set_input("factor", name, "five", python_type=str))
    remote.set_input("factor", name, 5, python_type=int)
    until_asked(name, "sure")
    remote.approve("sure", name)
    done = ended(remote, remote.fetch_execution(name=name))
    late = refusal(lambda: remote.approve("sure", name))
    tell(asked=asked, wrong=wrong, late=late, outputs=done.outputs["o0"])
