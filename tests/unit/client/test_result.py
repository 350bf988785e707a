"""A handle that stands for its result: used like the value, wherever it is put."""

import threading

import numpy as np
import pandas as pd
import pytest

from flyweight.client import rpcs
from flyweight.client.progress import Phase
from flyweight.client.remote import FlyteRemote
from flyweight.client.result import ExecutionResult, plain
from flyweight.errors import TaskFailed
from tests.unit.client.scripted import ScriptedServer
from tests.unit.client.test_watch import execution, update


class ResultOf(ExecutionResult):
    """A result whose value is at hand: what is tested is what it passes on."""

    def __init__(self, remote: FlyteRemote, value: object) -> None:
        super().__init__(remote, execution(Phase.SUCCEEDED))
        self.__dict__["_value"] = value


@pytest.fixture
def frame(remote: FlyteRemote) -> ExecutionResult:
    return ResultOf(remote, pd.DataFrame({"x": [1, 2, 3], "y": [4.0, 5.0, 6.0]}))


def plot_distribution(data_frame: pd.DataFrame) -> list[float]:
    """What a user's function does with a frame."""
    assert isinstance(data_frame, pd.DataFrame)
    return [float(data_frame[column].mean()) for column in data_frame.columns]


def test_a_function_of_a_frame_takes_the_handle(frame: ExecutionResult) -> None:
    assert plot_distribution(frame) == [2.0, 5.0]


def test_it_is_indexed_iterated_and_measured(frame: ExecutionResult) -> None:
    assert len(frame) == 3
    assert list(frame) == ["x", "y"]
    assert "x" in frame
    assert frame.shape == (3, 2)
    assert frame[frame["x"] > 1].shape == (2, 2)


def test_libraries_take_it(frame: ExecutionResult) -> None:
    assert np.asarray(frame).shape == (3, 2)
    assert isinstance(np.sqrt(frame), pd.DataFrame)
    assert pd.concat([frame, frame.result()]).shape == (6, 2)
    assert pd.DataFrame(frame).shape == (3, 2)


def test_arithmetic_from_both_sides(remote: FlyteRemote) -> None:
    six = ResultOf(remote, 6)
    assert six + 1 == 7
    assert 1 + six == 7
    assert six * six == 36
    assert 13 // six == 2
    assert -six == -6
    assert six > 5
    assert six == 6
    assert [10, 20, 30, 40, 50, 60, 70][six] == 70
    assert f"{six:03d}" == "006"
    assert round(ResultOf(remote, 2.6)) == 3


def test_its_own_names_stay_its_own(frame: ExecutionResult) -> None:
    assert frame.phase == "SUCCEEDED"
    assert frame.id.name == "run"
    assert isinstance(frame, ExecutionResult)
    assert {frame: 1}[frame] == 1


def test_changing_it_changes_the_value(frame: ExecutionResult) -> None:
    frame["z"] = 1
    assert list(frame.result().columns) == ["x", "y", "z"]


def test_it_waits_for_the_value(server: ScriptedServer, remote: FlyteRemote) -> None:
    release = threading.Event()

    def push(_: object):
        yield update(Phase.RUNNING)
        release.wait(10)
        yield update(Phase.SUCCEEDED)

    server.answer(rpcs.WATCH_EXECUTION, push, stream=True)
    result = ExecutionResult(remote, execution(Phase.QUEUED))
    result.follow()
    assert not result.is_done
    threading.Timer(0.05, release.set).start()
    assert result + 1 == 7
    assert plain(result) == 6


def test_showing_it_does_not_wait(remote: FlyteRemote) -> None:
    result = ExecutionResult(remote, execution(Phase.RUNNING))
    assert "RUNNING" in repr(result)
    assert "RUNNING" in result._repr_html_()
    assert not hasattr(result, "_repr_png_")


def test_a_failure_is_raised_where_the_value_is_used(server: ScriptedServer, remote: FlyteRemote) -> None:
    server.answer(rpcs.WATCH_EXECUTION, lambda _: iter([update(Phase.FAILED, "KeyError: 'price'")]), stream=True)
    result = ExecutionResult(remote, execution(Phase.QUEUED))
    with pytest.raises(TaskFailed, match="price"):
        _ = result["price"]
