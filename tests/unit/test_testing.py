"""Mocks in the place of entities: tasks, workflows, references; alone, in workflows, in dynamic tasks and mapped."""

from unittest.mock import MagicMock

import pytest

from flyweight import dynamic, map_task, reference_launch_plan, task, workflow
from flyweight.errors import InvalidInput, TypeMismatch
from flyweight.testing import patch, task_mock


@task
def read(table: str) -> int:
    raise RuntimeError("no database here")


@task
def tell(n: int) -> None:
    raise RuntimeError("nobody listens")


@workflow
def pipeline(table: str = "t") -> int:
    n = read(table=table)
    tell(n=n)
    return n


@workflow
def outer() -> int:
    return pipeline(table="outer")


@dynamic
def several(tables: list[str]) -> list[int]:
    return [read(table=table) for table in tables]


@reference_launch_plan("p", "d", "n", "v")
def registered(x: int) -> str: ...


def test_a_mock_stands_for_a_task_wherever_it_is_called() -> None:
    with task_mock(read) as mock, task_mock(tell) as told:
        mock.side_effect = lambda table: 0 + len(table)
        assert read(table="abc") == 3
        assert pipeline(table="ab") == 2
        told.assert_called_once_with(n=2)
        assert several(tables=["a", "bb"]) == [1, 2]
        assert map_task(read)(table=["a", "bb"]) == [1, 2]
    with pytest.raises(RuntimeError, match="no database"):
        read(table="abc")


def test_workflows_and_references_can_be_mocked() -> None:
    with task_mock(pipeline) as mock:
        mock.return_value = 7
        assert outer() == 7
        mock.assert_called_once_with(table="outer")
    with task_mock(registered) as mock:
        mock.return_value = "here"
        assert registered(x=1) == "here"


def test_what_a_mock_gives_is_checked() -> None:
    with task_mock(read) as mock:
        mock.return_value = "three"
        with pytest.raises(TypeMismatch, match="read, outputs"):
            read(table="t")


@patch(read)
def test_patch_gives_the_test_its_mock(mock: MagicMock, tmp_path: object) -> None:
    mock.return_value = 4
    assert read(table="t") == 4
    assert tmp_path is not None


def test_mocks_nest() -> None:
    with task_mock(read) as first:
        first.return_value = 1
        with task_mock(read) as second:
            second.return_value = 2
            assert read(table="t") == 2
        assert read(table="t") == 1


def test_only_entities_can_be_mocked() -> None:
    with pytest.raises(InvalidInput, match="is no task"), task_mock(len):
        pass
