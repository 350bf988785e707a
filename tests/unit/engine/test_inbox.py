"""What happens is taken from one execution after the other, in order within each."""

from flyweight.engine import machine
from flyweight.engine.inbox import Happening, Inbox


def filled(*keys):
    inbox = Inbox()
    for key in keys:
        inbox.put(Happening(key, machine.Terminate(cause=str(len(inbox)), principal="")))
    return inbox


def drained(inbox):
    found = []
    while inbox:
        happening = inbox.take()
        found.append((happening.key, int(happening.event.cause)))
    return found


def test_a_flood_delays_others_by_one_event_each():
    inbox = filled(1, 1, 1, 1, 2, 3, 3)
    assert drained(inbox) == [(1, 0), (2, 4), (3, 5), (1, 1), (3, 6), (1, 2), (1, 3)]
    assert len(inbox) == 0


def test_what_comes_while_others_wait_comes_behind_its_own_and_takes_its_turn():
    inbox = filled(1, 1, 2)
    assert inbox.take().key == 1
    inbox.put(Happening(1, machine.Terminate(cause="9", principal="")))
    assert inbox.of(1) == 2
    assert drained(inbox) == [(2, 2), (1, 1), (1, 9)]


def test_all_of_one_or_of_everybody_can_be_taken_in_order():
    inbox = filled(1, 2, 1)
    assert [int(happening.event.cause) for happening in inbox.take_all(1)] == [0, 2]
    assert (len(inbox), inbox.of(1), inbox.of(2)) == (1, 0, 1)
    assert inbox.take_all(7) == []
    assert [happening.key for happening in inbox.take_all()] == [2]
    assert not inbox


def test_each_report_of_those_that_came_together_counts():
    inbox = filled(1, 2)
    for key in (1, 1, 2):
        inbox.put(Happening(key, machine.Reported(reports=("one", "another", "a third"))))
    assert (len(inbox), inbox.things) == (5, 11)
    assert [inbox.take().things for _ in range(3)] == [1, 1, 3]
    assert (len(inbox), inbox.things) == (2, 6)
    assert len(inbox.take_all(1)) == 1
    assert (len(inbox), inbox.things) == (1, 3)
