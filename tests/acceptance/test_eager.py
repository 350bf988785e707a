"""Eager tasks on a platform: each call is an execution, results are pushed, what is left running is terminated."""

import json
from pathlib import Path

import pytest

from tests.live import LivePlatform, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
PROGRAMS = Path(__file__).parent / "programs"
EXECUTIONS = "/api/v1/executions/flytesnacks/development"


def launched_by(platform: LivePlatform, name: str) -> list[dict]:
    """Give the executions that bear the eager task's label."""
    found = platform.get(f"{EXECUTIONS}?limit=100")["executions"]
    return [one for one in found if one["spec"].get("labels", {}).get("values", {}).get("eager-exec") == name]


def test_each_call_is_an_execution_of_its_own(platform: LivePlatform) -> None:
    flags = ("run", "--remote", "--wait", "--name", "eager1")
    done = platform.run(*flags, "eagerly.py", "outer", "--xs", "[1, 2]", cwd=PROGRAMS)
    assert json.loads(done.stdout.splitlines()[-1]) == [3, 4, 2, 3]
    children = launched_by(platform, "eager1")
    assert {one["spec"]["launchPlan"]["name"] for one in children} == {"eagerly.twice", "eagerly.inner"}
    assert len(children) == 4
    nested = [one for child in children for one in launched_by(platform, child["id"]["name"])]
    assert len(nested) == 4
    assert {one["spec"]["labels"]["values"]["eager-root-exec"] for one in nested} == {"eager1"}
    deck = platform.run("fetch", "flyte://v1/flytesnacks/development/eager1/eagerlyouter/d").stdout
    assert "Eager Executions" in deck
    assert all(one["id"]["name"] in deck for one in children)


def test_an_attempt_that_is_made_again_takes_what_the_last_one_has_launched(platform: LivePlatform) -> None:
    flags = ("run", "--remote", "--wait", "--name", "eager5")
    done = platform.run(*flags, "eagerly.py", "tries", "--x", "3", cwd=PROGRAMS)
    assert done.stdout.splitlines()[-1] == "4"
    assert [one["spec"]["launchPlan"]["name"] for one in launched_by(platform, "eager5")] == ["eagerly.add_one"]


def test_what_it_calls_may_be_registered_already_or_be_run_afterwards(platform: LivePlatform, tmp_path: Path) -> None:
    (tmp_path / "eagerly.py").write_text((PROGRAMS / "eagerly.py").read_text())
    (tmp_path / "notes.txt").write_text("`register` takes this along, and `run` does not")
    remote = ("run", "--remote", "--wait")

    def last(*command: str) -> str:
        return platform.run(*command, cwd=tmp_path).stdout.splitlines()[-1]

    asked = ("--resource-requests", "cpu=1")
    for more, first, then in (((), "twice", "alone"), (asked, "alone", "twice")):
        for name in (first, then):
            assert last(*remote, *more, "eagerly.py", name, "--x", "1") == ("3" if name == "twice" else "2")
    platform.run("register", "--version", "vv5", "eagerly.py", cwd=tmp_path)
    assert last(*remote, "remote-task", "eagerly.alone:vv5", "--x", "1") == "2"
    assert last(*remote, "--version", "vv5", "eagerly.py", "alone", "--x", "2") == "3"
    refused = platform.run(*remote, "--version", "vv5", "eagerly.py", "refused", "--x", "2", cwd=tmp_path, check=False)
    assert "expected int, got 'one'" in refused.stderr
    for machinery in ("site-packages", "asyncio", "flyweight/"):
        assert machinery not in refused.stderr
    other = platform.run(
        *remote, "--version", "vv5", "--image", "other:1", "eagerly.py", "alone", "--x", "1", check=False, cwd=tmp_path
    )
    assert "flyweight run --remote remote-task eagerly.alone:vv5" in other.stderr


def test_what_a_call_raises_can_be_caught(platform: LivePlatform) -> None:
    done = platform.run("run", "--remote", "--wait", "eagerly.py", "handled", "--x", "3", cwd=PROGRAMS)
    assert done.stdout.splitlines()[-1] == "caught: True"


def test_what_still_runs_is_terminated_when_it_fails_or_is_stopped(platform: LivePlatform) -> None:
    run = ("run", "--remote")
    flags = (*run, "--wait", "--name", "eager3", "eagerly.py", "leaves", "--x", "3")
    failed = platform.run(*flags, cwd=PROGRAMS, check=False)
    assert failed.returncode == 1
    assert "no 3" in failed.stderr
    until(lambda: phase(platform, "eager3", "eagerly.slow") == "ABORTED", "the slow one is terminated")
    assert phase(platform, "eager3", "eagerly.fails") == "FAILED"

    platform.run(*run, "--name", "eager4", "eagerly.py", "waits", cwd=PROGRAMS)
    until(lambda: phase(platform, "eager4", "eagerly.slow") == "RUNNING", "the slow one runs")
    platform.run("execution", "eager4", "terminate")
    until(lambda: phase(platform, "eager4", "eagerly.slow") == "ABORTED", "the slow one is terminated")


def phase(platform: LivePlatform, parent: str, name: str) -> str:
    found = launched_by(platform, parent)
    return next((one["closure"]["phase"] for one in found if one["spec"]["launchPlan"]["name"] == name), "")
