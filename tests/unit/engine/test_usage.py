"""What is kept of an attempt's usage: of items of maps, in fewer points."""

from flyteidl.core import errors_pb2

from flyweight.engine.jobs import Failed, Succeeded, Usage
from flyweight.engine.usage import OF_ITEM, points_of, thinned
from flyweight.ids import AttemptId
from flyweight.protocol.usage_pb2 import UsageSeries
from tests.simulation.stepping import Run
from tests.simulation.workflows import inputs_of, mapped, task, workflow


def series(points):
    made = UsageSeries(milliseconds=[1000] * points, memory=range(points), cpu=[500] * points)
    return made.SerializeToString()


def test_thinning_keeps_the_time_the_peak_and_the_sum():
    few = points_of(thinned(series(119)))
    assert 12 <= len(few) <= OF_ITEM
    assert few[-1].seconds == 119
    assert max(point.memory for point in few) == 118 * 1024
    assert {point.cpu for point in few} == {0.5}
    assert thinned(series(OF_ITEM)) == series(OF_ITEM)
    assert thinned(b"") == b""


def test_an_items_usage_is_kept_with_it_until_it_is_tried_again():
    plain = task("plain", retries=1)
    made = Run(workflow("w", [mapped("n0", plain, a=[1, 2])]), tasks=[plain])
    usage = Usage(cpu_seconds=60, series=series(119))
    made.tell(Succeeded(attempt=AttemptId(made.new.key, "n0", 0, 1), outputs=inputs_of(o0=1), usage=usage))
    error = errors_pb2.ContainerError(code="Oops", kind=errors_pb2.ContainerError.RECOVERABLE)
    made.tell(Failed(attempt=AttemptId(made.new.key, "n0", 0, 0), error=error, usage=usage))
    chunk, _ = made.state.nodes["n0"].items.find(0)
    assert list(chunk.attempts) == [2, 1]
    assert dict(chunk.usage) == {1: thinned(usage.series)}
