"""An attempt's course is kept in a bounded number of points, whatever time it takes."""

from itertools import pairwise

from flyweight.engine.usage import points_of
from flyweight.executors.series import MOST_POINTS, Series
from flyweight.executors.usage import TreeUsage


def test_points_tell_the_highest_memory_and_the_processors_kept_busy_since_the_one_before() -> None:
    series = Series()
    for seconds, memory, cpu in [(0.5, 9, 10.0), (1.1, 5, 10.5), (1.6, 8, 11.0), (2.1, 7, 12.0), (4.1, 2, 12.5)]:
        series.note(seconds, TreeUsage(memory=memory * 2**20, cpu=cpu))
    found = points_of(series.data(0))
    assert [(round(point.seconds, 3), point.memory >> 20) for point in found] == [(1.1, 9), (2.1, 8), (4.1, 2)]
    assert [round(point.cpu, 2) for point in found] == [0, 1.5, 0.25]
    assert [round(point.cpu, 2) for point in points_of(series.data(2.55))] == [0.5, 1.5, 0.25]


def test_what_was_never_measured_leaves_nothing() -> None:
    assert Series().data(0) == b""
    assert points_of(b"") == []


def test_a_day_takes_no_more_room_than_some_minutes() -> None:
    series = Series()
    for second in range(1, 24 * 3600):
        series.note(second, TreeUsage(memory=second << 20, cpu=second / 2))
    found = points_of(series.data(0))
    assert MOST_POINTS / 2 <= len(found) < MOST_POINTS
    assert found[-1].seconds > 23.5 * 3600
    steps = [after.seconds - before.seconds for before, after in pairwise(found)]
    assert max(steps) < 2.1 * min(steps)
    assert {round(point.cpu, 2) for point in found[1:]} == {0.5}
    assert len(series.data(0)) < 1500
