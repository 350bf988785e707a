"""The environment: read in one place, and put back as it was."""

import os

import pytest

from flyweight.settings import (
    TaskEnvironment,
    apply_environment,
    child_environment,
    secret_variable,
    task_environment,
    variable,
)


def test_the_environment_is_put_back_whatever_the_body_did():
    before = dict(os.environ)

    def body():
        with apply_environment({"A_NEW_ONE": "1", "PATH": "/elsewhere"}):
            os.environ["ANOTHER"] = "2"
            del os.environ["PATH"]
            raise KeyError

    with pytest.raises(KeyError):
        body()
    assert dict(os.environ) == before


def test_a_task_sees_what_the_engine_told_it_and_no_more():
    with apply_environment({"FLYTE_INTERNAL_EXECUTION_ID": "a1", "AWS_SECRET": "x"}):
        told = task_environment()
    assert told["FLYTE_INTERNAL_EXECUTION_ID"] == "a1"
    assert "AWS_SECRET" not in told


def test_a_child_gets_ours_and_more():
    child = child_environment({"EXTRA": "1"})
    assert child == {**os.environ, "EXTRA": "1"}
    assert "EXTRA" not in os.environ


def test_an_empty_variable_is_as_good_as_none_but_for_secrets():
    with apply_environment({"EMPTY": ""}):
        assert variable("EMPTY", "default") == "default"
        assert secret_variable("EMPTY") == ""
    assert secret_variable("EMPTY") is None


def test_one_attempt_after_the_other_finds_the_processes_environment_with_its_own_on_top():
    with apply_environment({"OURS": "1", "GONE": "2", "HIDDEN": "ours"}):
        environment = TaskEnvironment()
        own = dict(os.environ)
        shared, other = {"HIDDEN": "told", "SAME": "3"}, {"SAME": "other"}
        environment.become(shared, {"NEW": "3"})
        assert dict(os.environ) == {**own, **shared, "NEW": "3"}
        environment.become(shared, {"NEW": "4"})
        assert dict(os.environ) == {**own, **shared, "NEW": "4"}
        environment.become(shared, {"SAME": "of one alone"})
        assert dict(os.environ) == {**own, **shared, "SAME": "of one alone"}
        os.environ.update(OURS="changed", SAME="changed", ANOTHER="5")
        del os.environ["GONE"]
        environment.become(shared, {"SAME": "of one alone"})
        assert dict(os.environ) == {**own, **shared, "SAME": "of one alone"}
        environment.become(other, {})
        assert dict(os.environ) == {**own, **other}
        environment.become({}, {})
        assert dict(os.environ) == own
