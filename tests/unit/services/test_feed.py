"""What the driver commits reaches whoever watches: the newest state of each row, and nobody else's."""

from flyweight.clock import Micros
from flyweight.engine.jobs import DeckPublished
from flyweight.engine.phases import AttemptPhase, ExecutionPhase, NodePhase
from flyweight.engine.records import AttemptRecord, Batch, ExecutionRecord, NewExecution, NodeRecord
from flyweight.ids import AttemptId, ExecutionKey, NodeId
from flyweight.services.feed import RECENT, Feed

KEY = ExecutionKey(7)
NODE = NodeId("n0")


def node(phase: NodePhase, *, key: ExecutionKey = KEY, name: NodeId = NODE) -> NodeRecord:
    return NodeRecord(execution=key, node=name, spec_node=name, kind="task", phase=phase)


def attempt(phase: AttemptPhase) -> AttemptRecord:
    return AttemptRecord(execution=KEY, node=NODE, attempt=0, task="p:d:t:v", phase=phase)


def test_a_slow_reader_gets_the_last_state_of_each_row_once() -> None:
    feed = Feed()
    with feed.subscribe(KEY) as subscription:
        feed.committed(Batch(nodes=(node(NodePhase.QUEUED), node(NodePhase.QUEUED, name=NodeId("n1")))))
        feed.committed(Batch(nodes=(node(NodePhase.RUNNING),)))
        assert subscription.changed.is_set()
        taken = subscription.take()
        assert {name: record.phase for name, record in taken.nodes.items()} == {
            "n0": NodePhase.RUNNING,
            "n1": NodePhase.QUEUED,
        }
        assert not subscription.changed.is_set()
        assert not subscription.take().nodes


def test_changes_of_other_executions_wake_nobody() -> None:
    feed = Feed()
    with feed.subscribe(KEY) as subscription:
        other = ExecutionKey(8)
        feed.committed(
            Batch(
                executions=(ExecutionRecord(key=other, phase=ExecutionPhase.RUNNING),),
                nodes=(node(NodePhase.RUNNING, key=other),),
            )
        )
        assert not subscription.changed.is_set()


def test_two_readers_of_one_execution_take_apart_from_each_other() -> None:
    feed = Feed()
    with feed.subscribe(KEY) as first, feed.subscribe(KEY) as second:
        feed.committed(Batch(nodes=(node(NodePhase.RUNNING),)))
        assert first.take().nodes
        assert second.take().nodes


def test_after_the_last_reader_left_a_change_reaches_nobody() -> None:
    feed = Feed()
    with feed.subscribe(KEY) as subscription:
        pass
    feed.committed(Batch(nodes=(node(NodePhase.RUNNING),)))
    assert not subscription.changed.is_set()


def test_a_list_is_told_of_created_and_changed_executions_once() -> None:
    feed = Feed()
    running = ExecutionRecord(key=KEY, phase=ExecutionPhase.RUNNING, updated_at=Micros(1))
    with feed.subscribe_list() as subscription:
        feed.committed(Batch(executions=(running,)))
        feed.committed(Batch(executions=(running,), nodes=(node(NodePhase.RUNNING),)))
        assert subscription.take() == {KEY}
        feed.committed(Batch(nodes=(node(NodePhase.SUCCEEDED),)))
        assert not subscription.changed.is_set()


def test_a_decks_revision_is_known_while_its_attempt_runs_and_left_to_the_row_afterwards() -> None:
    feed = Feed()
    place = AttemptId(KEY, NODE, 0)
    feed.deck_published(DeckPublished(attempt=place, revision=3))
    feed.committed(Batch(attempts=(attempt(AttemptPhase.RUNNING),)))
    assert feed.deck_revision(place) == 3
    feed.committed(Batch(attempts=(attempt(AttemptPhase.SUCCEEDED),)))
    assert feed.deck_revision(place) == 0


def test_no_deck_of_an_ended_execution_is_kept() -> None:
    feed = Feed()
    other = AttemptId(ExecutionKey(8), NODE, 0)
    feed.committed(Batch(attempts=(attempt(AttemptPhase.ABORTED),)))
    for late in (AttemptId(KEY, NODE, 0), other):
        feed.deck_published(DeckPublished(attempt=late, revision=4))
    feed.committed(Batch(executions=(ExecutionRecord(key=KEY, phase=ExecutionPhase.ABORTED),)))
    assert feed.deck_revision(AttemptId(KEY, NODE, 0)) == 0
    assert feed.deck_revision(other) == 4


def created(number: int) -> Batch:
    key = ExecutionKey(number)
    return Batch(
        new=(
            NewExecution(
                key=key,
                project="p",
                domain="d",
                name=f"e{number}",
                closure_digest="",
                spec=b"",
                inputs=b"",
                created_at=Micros(1),
            ),
        )
    )


def test_the_executions_started_last_are_found_by_name() -> None:
    feed = Feed()
    assert feed.recent("p", "d", "e0") is None
    for number in range(RECENT):
        feed.committed(created(number))
    assert feed.recent("p", "d", "e0") == 0
    assert feed.recent("p", "other", "e0") is None
    feed.committed(created(RECENT))
    assert feed.recent("p", "d", "e0") is None
    assert feed.recent("p", "d", f"e{RECENT}") == RECENT


async def test_who_expects_an_execution_has_all_of_it_from_its_first_row_on() -> None:
    feed = Feed()
    with feed.expect("p", "d", "e1") as arrival, feed.expect("p", "d", "e2") as other:
        feed.committed(created(1))
        feed.committed(Batch(nodes=(node(NodePhase.QUEUED, key=ExecutionKey(1)),)))
        assert arrival.result().new.name == "e1"
        assert set(arrival.result().subscription.take().nodes) == {NODE}
        assert not other.done()
    assert feed._by_execution == {}
    assert feed._expected == {}
