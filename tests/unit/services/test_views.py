"""How one attempt's row is shown in Flyte's message, and by the console."""

import pytest
from flyteidl.core import identifier_pb2

from flyweight.clock import Micros
from flyweight.console import views as console
from flyweight.engine.phases import AttemptPhase
from flyweight.engine.records import AttemptRecord
from flyweight.ids import ExecutionKey, NodeId
from flyweight.services.views import Subject, attempt

SUBJECT = Subject(
    execution=identifier_pb2.WorkflowExecutionIdentifier(project="p", domain="d", name="e"), console="http://c"
)


@pytest.mark.parametrize(
    ("phase", "ended", "started"), [(AttemptPhase.QUEUED, 0, True), (AttemptPhase.FAILED, 2_000_000, False)]
)
def test_an_attempt_that_ended_in_the_queue_has_never_started(phase: AttemptPhase, ended: int, started: bool) -> None:
    record = AttemptRecord(
        execution=ExecutionKey(1),
        node=NodeId("n0"),
        attempt=0,
        task="p:d:t:v",
        phase=phase,
        queued_at=Micros(1_000_000),
        ended_at=Micros(ended),
    )
    shown = attempt(SUBJECT, record)
    assert shown.closure.HasField("started_at") is started
    assert console.attempt(shown).span == console.Span()
