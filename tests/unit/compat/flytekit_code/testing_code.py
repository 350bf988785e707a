"""A unit test module as flytekit's users write it, which is a workflow too."""
from unittest.mock import MagicMock

from flytekit import task, workflow
from flytekit.testing import patch, task_mock


@task
def query(sql: str) -> int:
    raise NotImplementedError("no database in tests")


@workflow
def my_wf(sql: str = "SELECT 1") -> int:
    return query(sql=sql)


def test_with_mock():
    with task_mock(query) as mock:
        mock.return_value = 3
        assert my_wf() == 3


@patch(query)
def test_with_patch(mock_query):
    mock_query.side_effect = lambda sql: len(sql)
    assert my_wf(sql="abcd") == 4


@task
def run_tests() -> str:
    test_with_mock()
    test_with_patch()
    return "passed"
