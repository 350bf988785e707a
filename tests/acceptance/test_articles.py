"""The examples of the three articles, as files, against a real platform."""

import json
import re
from pathlib import Path

import pytest

from tests.live import ROOT, LivePlatform, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
EXAMPLES = ROOT / "examples"
PROGRAMS = ROOT / "tests/acceptance/programs"


def execution_name(printed: str) -> str:
    found = re.search(r"/executions/([a-z0-9-]+)", printed)
    assert found, printed
    return found[1]


def deck_uri(platform: LivePlatform, name: str) -> str:
    nodes = platform.get(f"/api/v1/node_executions/flytesnacks/development/{name}?limit=10")["nodeExecutions"]
    return next((node["closure"].get("deckUri", "") for node in nodes), "")


def test_the_smallest_example_runs_here_and_there(platform: LivePlatform) -> None:
    here = platform.run("run", "hello.py", "greet_all", "--first", "Alan", cwd=EXAMPLES)
    assert "Hello, Alan! Hello, Grace!" in here.stdout
    there = platform.run("run", "--remote", "--wait", "hello.py", "greet_all", cwd=EXAMPLES)
    assert "Hello, Ada! Hello, Grace!" in there.stdout


def test_the_deck_is_there_from_the_start_grows_and_is_final_at_the_end(platform: LivePlatform, tmp_path: Path) -> None:
    wanted = tmp_path / "rows"
    wanted.write_text("0")
    name = execution_name(
        platform.run("run", "--remote", "deck_on_demand.py", "table", "--wanted", str(wanted), cwd=PROGRAMS).stdout
    )
    try:
        uri = str(until(lambda: deck_uri(platform, name), "the deck's address while the task runs"))
        page = Path(uri.removeprefix("file://"))
        until(page.exists, "a deck from the start")
        for rows in (1, 2):
            wanted.write_text(str(rows))
            until(lambda rows=rows: f"row {rows}" in page.read_text(), "the deck as the task has it now")
    finally:
        wanted.unlink()
    address = f"/api/v1/executions/flytesnacks/development/{name}"
    until(lambda: platform.get(address)["closure"]["phase"] == "SUCCEEDED", "the task ends")
    assert "row 2" in page.read_text()
    assert "succeeded" in page.read_text()


def test_a_failing_task_leaves_its_deck(platform: LivePlatform) -> None:
    done = platform.run(
        "run", "--remote", "--wait", "training_loop.py", "training", "--pause", "0.01", "--fail-at", "3",
        cwd=EXAMPLES, check=False,
    )  # fmt: skip
    assert done.returncode
    assert "the loss is not a number in epoch 3" in done.stdout + done.stderr
    page = Path(deck_uri(platform, execution_name(done.stdout + done.stderr)).removeprefix("file://"))
    assert "<td>3</td>" in page.read_text() or "&lt;td&gt;3" in page.read_text()


def test_references_run_from_the_command_line_without_being_compiled(platform: LivePlatform) -> None:
    platform.run("register", "--version", "v1", "reference_lists.py", cwd=EXAMPLES)
    before = platform.get("/api/v1/task_ids/flytesnacks/development?limit=100")
    for entity in ("ref_wf", "ref_task", "ref_lp"):
        done = platform.run(
            "run", "--remote", "--wait", "reference_usage.py", entity, "--xs", json.dumps([1, 2, 3]), cwd=EXAMPLES
        )
        assert "6" in done.stdout, done.stdout
    assert platform.get("/api/v1/task_ids/flytesnacks/development?limit=100") == before
    here = platform.run("run", "reference_usage.py", "ref_wf", "--xs", "[1]", cwd=EXAMPLES, check=False)
    assert here.returncode
    assert "--remote" in here.stdout + here.stderr
