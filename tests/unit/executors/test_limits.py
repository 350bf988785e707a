"""TaskLimits stand in a task's resources, written as Kubernetes writes them."""

import pytest
from flyteidl.core import tasks_pb2

from flyweight.errors import InvalidInput
from flyweight.executors.limits import TaskLimits, limits_of, parse_quantity

from .jobs import template


@pytest.mark.parametrize(
    ("text", "amount"),
    [("500Mi", 500 * 2**20), ("2G", 2 * 10**9), ("1e9", 10**9), ("1.5Gi", 3 * 2**29), ("128k", 128000), ("7", 7)],
)
def test_quantities_are_read_as_kubernetes_writes_them(text: str, amount: int) -> None:
    assert parse_quantity(text) == amount


@pytest.mark.parametrize("text", ["", "lots", "5 apples", "1Xi", "inf", "nan", "1e999", "-1Gi"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="500Mi"):
        parse_quantity(text)


def test_a_tasks_limit_stands_in_its_resources() -> None:
    assert limits_of(template("echo", limit="1Ki")) == TaskLimits(memory=1024)
    assert not limits_of(template("echo"))


@pytest.mark.parametrize(("text", "cpu"), [("250m", 0.25), ("0.5", 0.5), ("1m", 0.01), ("0", 0), ("100000", 0)])
def test_processors_are_limited_where_there_are_more(text: str, cpu: float) -> None:
    task = template("echo")
    task.container.resources.limits.add(name=tasks_pb2.Resources.CPU, value=text)
    assert limits_of(task) == TaskLimits(cpu=cpu)
