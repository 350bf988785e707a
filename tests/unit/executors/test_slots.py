from flyweight.engine.ports import Capacity
from flyweight.executors.slots import Slots
from flyweight.ids import AttemptId, ExecutionKey, NodeId


def attempt(execution: int, number: int) -> AttemptId:
    return AttemptId(ExecutionKey(execution), NodeId(f"n{number}"), 0)


def submit(slots: Slots, ran: list[AttemptId], *attempts: AttemptId) -> None:
    for each in attempts:
        slots.submit(each, ran.append)


def test_as_many_run_as_there_are_places() -> None:
    slots, ran = Slots(2), []
    submit(slots, ran, *(attempt(1, number) for number in range(4)))
    assert ran == [attempt(1, 0), attempt(1, 1)]
    assert slots.capacity() == Capacity(slots=2, busy=2, queued=2)
    slots.release()
    assert ran[2:] == [attempt(1, 2)]


def test_executions_take_turns_and_each_goes_in_order() -> None:
    slots, ran = Slots(1), []
    submit(slots, ran, *(attempt(1, number) for number in range(4)), attempt(2, 0), attempt(2, 1), attempt(3, 0))
    for _ in range(6):
        slots.release()
    assert [(each.execution, each.node) for each in ran] == [
        (1, "n0"), (1, "n1"), (2, "n0"), (3, "n0"), (1, "n2"), (2, "n1"), (1, "n3"),
    ]  # fmt: skip


def item(index: int) -> AttemptId:
    return AttemptId(ExecutionKey(1), NodeId("map"), 0, index)


def test_what_else_an_execution_runs_does_not_wait_behind_the_items_of_a_map() -> None:
    slots, ran = Slots(1), []
    submit(slots, ran, *(item(index) for index in range(5)), attempt(1, 1), attempt(1, 2))
    assert slots.withdraw(item(3))
    for _ in range(5):
        slots.release()
    assert [each.place for each in ran] == ["map-n0", "map-n1", "n1", "map-n2", "n2", "map-n4"]


def test_what_waits_can_be_withdrawn_and_what_runs_cannot() -> None:
    slots, ran = Slots(1), []
    submit(slots, ran, attempt(1, 0), attempt(1, 1), attempt(2, 0))
    assert not slots.withdraw(attempt(1, 0))
    assert slots.withdraw(attempt(1, 1))
    assert not slots.withdraw(attempt(1, 1))
    slots.release()
    assert ran == [attempt(1, 0), attempt(2, 0)]


def test_jobs_that_fail_at_once_do_not_grow_the_stack() -> None:
    slots, ran = Slots(1), []
    blocker = attempt(1, -1)
    submit(slots, ran, blocker)
    for number in range(5000):
        slots.submit(attempt(1, number), lambda _: (ran.append(blocker), slots.release()))
    slots.release()
    assert len(ran) == 5001
    assert slots.capacity() == Capacity(slots=1, busy=0, queued=0)


def test_what_may_go_ahead_follows_in_turn_and_what_may_not_stops_the_others() -> None:
    slots, ran, ahead = Slots(1), [], []

    def may(each: AttemptId) -> bool:
        if each.execution == 1 or len(ahead) > 3:
            ahead.append(each)
        return each in ahead

    submit(slots, ran, attempt(0, 0))
    for number in range(2):
        slots.submit(attempt(1, number), ran.append, may)
    submit(slots, ran, attempt(2, 0))
    slots.submit(attempt(1, 2), ran.append, may)
    assert ahead == [attempt(1, 0), attempt(1, 1)]
    assert slots.capacity() == Capacity(slots=1, busy=1, queued=2)
    slots.release()
    assert ran == [attempt(0, 0), attempt(2, 0)]
    assert ahead == [attempt(1, 0), attempt(1, 1), attempt(1, 2)]


def test_what_was_taken_back_stands_first_in_its_own_order() -> None:
    slots, ran = Slots(1), []
    submit(slots, ran, attempt(1, 0), attempt(2, 0), attempt(1, 3))
    slots.release(grant=False)
    slots.put_back([attempt(1, 1), attempt(1, 2)], ran.append, lambda _: False)
    assert ran == [attempt(1, 0)]
    assert slots.capacity().queued == 4
    assert slots.withdraw(attempt(1, 2))
    slots.grant()
    for _ in range(2):
        slots.release()
    assert ran == [attempt(1, 0), attempt(1, 1), attempt(2, 0), attempt(1, 3)]
    slots.release()
    assert slots.spare
