"""The order in which a watcher is told what has changed since it was last told."""

from flyweight.clock import Micros
from flyweight.engine.phases import NodePhase
from flyweight.engine.records import NO_NODE, NodeRecord
from flyweight.ids import ExecutionKey, NodeId
from flyweight.services.watch import as_it_happened


def node(name: str, phase: NodePhase, at: int, parent: str = NO_NODE) -> NodeRecord:
    return NodeRecord(
        execution=ExecutionKey(7),
        node=NodeId(name),
        spec_node=name,
        kind="task",
        phase=phase,
        parent=NodeId(parent),
        updated_at=Micros(at),
    )


def test_changes_are_told_as_they_happened_though_rows_keep_their_places() -> None:
    changes = [
        node("n0", NodePhase.SUCCEEDED, 5),
        node("n1", NodePhase.RUNNING, 3),
        node("n0-0-n0", NodePhase.SUCCEEDED, 5, "n0"),
        node("n2-0-n0", NodePhase.RUNNING, 5, "n2"),
        node("n2", NodePhase.RUNNING, 5),
    ]
    assert [record.node for record in as_it_happened(changes)] == ["n1", "n0-0-n0", "n0", "n2", "n2-0-n0"]
