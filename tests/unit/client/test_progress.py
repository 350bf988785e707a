"""What listeners of an execution are told, and in which order."""

import threading

from flyteidl.admin import execution_pb2, node_execution_pb2
from flyteidl.core import execution_pb2 as phases_pb2
from flyteidl.core import identifier_pb2

from flyweight.client.progress import NodeState, Progress
from flyweight.protocol import watch_pb2

RUNNING, SUCCEEDED = phases_pb2.NodeExecution.RUNNING, phases_pb2.NodeExecution.SUCCEEDED


def event(name: str, phase: phases_pb2.NodeExecution.Phase) -> watch_pb2.WatchEvent:
    message = node_execution_pb2.NodeExecution(
        id=identifier_pb2.NodeExecutionIdentifier(node_id=name),
        closure=node_execution_pb2.NodeExecutionClosure(phase=phase),
    )
    return watch_pb2.WatchEvent(node=watch_pb2.NodeUpdate(node_execution=message.SerializeToString()))


def test_a_listener_that_comes_late_is_told_in_the_order_of_the_news_whatever_comes_meanwhile() -> None:
    progress = Progress(execution_pb2.Execution())
    for news in (event("n0", RUNNING), event("n0-0-n0", RUNNING), event("n1", RUNNING), event("n0-0-n0", SUCCEEDED)):
        progress.apply(news)
    told: list[tuple[str, str]] = []

    def listen(state: NodeState) -> None:
        if not told:  # the watching thread has news while this one is told what was known
            watching = threading.Thread(
                target=lambda: [progress.apply(event(name, SUCCEEDED)) for name in ("n0", "n1")],
            )
            watching.start()
            watching.join(10)
        told.append((state.node_id, state.phase))

    progress.on_node(listen)
    assert told == [
        ("n0", "RUNNING"),
        ("n1", "RUNNING"),
        ("n0-0-n0", "SUCCEEDED"),
        ("n0", "SUCCEEDED"),
        ("n1", "SUCCEEDED"),
    ]
    assert list(progress.nodes) == ["n0", "n0-0-n0", "n1"]
