"""Each side's client runs what the other side registered."""

import pytest

from tests.interop.conftest import told
from tests.live import LivePlatform

pytestmark = [pytest.mark.interop, pytest.mark.slow, pytest.mark.timeout(240)]


def test_the_stock_client_runs_our_tasks(registered: LivePlatform) -> None:
    seen = told(registered, "driving_ours.py", "ours1")
    assert seen["error"] is None
    assert seen["frame"] == [1, 2, 1, 2]
    assert seen["note"] == "seen 2"
    assert seen["rows"] == 3
    assert "ValueError: no column 4" in seen["failure"]


def test_our_client_runs_a_stock_workflow(registered: LivePlatform) -> None:
    done = registered.run("run", "--remote", "--wait", "remote-workflow", "pipeline.pipeline:v1", "--rows", "4")
    assert "o0: ['a', 'b'] 9.0" in done.stdout


def test_our_client_reads_a_stock_tasks_values_but_for_pickles_of_code_it_lacks(registered: LivePlatform) -> None:
    done = registered.run("run", "--remote", "--wait", "remote-workflow", "kinds.kinds:v1", "--seed", "4")
    shown = dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)
    assert "No module named 'kinds'" in shown["odd"]
    assert shown["total"] == "9"
    assert shown["either"] == "text"
    assert shown["color"].endswith("blue")
    assert shown["counts"] == "{'a': 1}"


def test_an_error_of_a_stock_task_surfaces_in_our_client(registered: LivePlatform) -> None:
    done = registered.run("run", "--remote", "--wait", "remote-workflow", "pipeline.broken:v1", check=False)
    assert done.returncode == 1
    assert "ZeroDivisionError: division by zero" in done.stderr


APART = ("--env", "_F_L_MIN_SIZE_MB=0")
"""Lets every value of an execution stand apart from the literals that travel."""


def test_stock_tasks_and_ours_hand_each_other_values_that_stand_apart(registered: LivePlatform) -> None:
    assert told(registered, "apart_seen.py", "v1") == {
        "error": None,
        "outputs": [12, 60, [0, 20, 40, 60], 4, 1],
        "apart": True,
    }


def test_our_client_reads_what_stock_tasks_put_apart(registered: LivePlatform) -> None:
    done = registered.run("run", "--remote", "--wait", *APART, "remote-workflow", "kinds.kinds:v1", "--seed", "4")
    assert "total: 9" in done.stdout
    assert "counts: {'a': 1}" in done.stdout
