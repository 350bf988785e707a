"""The stock client and pyflyte around executions: launch plans, terminate, relaunch, fetch, logs, decks, uploads."""

import json
import re
from pathlib import Path

import pytest

from tests.interop.conftest import PROGRAMS, VERSIONS, told
from tests.live import LivePlatform

pytestmark = [pytest.mark.interop, pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def seen(registered: LivePlatform) -> dict:
    """What the client met."""
    return told(registered, "managing.py", *VERSIONS)


def test_launch_plans_are_activated_one_version_at_a_time(seen: dict) -> None:
    assert seen["activity"] == [None, "v1", "v2", None]
    assert seen["plans"] == ["v1", "v2"]


def test_the_newest_version_is_found_and_a_typo_is_told(seen: dict) -> None:
    assert seen["latest"] == ["v2", "v2"]
    assert seen["lazily"] == "v2"
    assert "pipeline.plan" in seen["tasks"]
    assert "Did you mean 'pipeline.plan'" in seen["unknown"]


def test_projects_and_domains_are_those_of_flytes_sandbox(seen: dict) -> None:
    assert seen["projects"] == ["flytesnacks"]
    assert seen["domains"] == ["development", "staging", "production"]


def test_an_execution_is_terminated_once_with_its_cause(seen: dict) -> None:
    assert seen["same_name"]
    assert seen["aborted"] == ["ABORTED", "enough of it"]
    assert seen["spec"] == [["night"], {"COLOR": "blue"}]
    assert "FAILED_PRECONDITION" in seen["terminate_again"]


def test_an_execution_is_relaunched_with_its_inputs(seen: dict) -> None:
    assert seen["relaunched"] == ["['a', 'b'] 4.5", True]


def test_executions_are_filtered_sorted_and_paged(seen: dict) -> None:
    assert seen["with_phase"] == 1
    assert seen["with_phases"]
    assert seen["pages"]


def test_addresses_of_a_nodes_data_give_values_and_decks(seen: dict) -> None:
    assert [seen["value"], seen["attempts_value"]] == ["['a', 'b'] 4.5"] * 2
    assert seen["inputs"] == 3
    assert [seen["deck"], seen["deck_link"]] == [1, 1]


def test_the_same_content_is_uploaded_to_the_same_place(seen: dict) -> None:
    assert seen["uploads"] == [True, False]
    assert seen["uploaded"] == 200
    assert seen["downloaded"] == "content"


def test_pyflyte_fetches_inputs_outputs_and_files_lists_activates_and_relaunches(
    registered: LivePlatform, seen: dict, tmp_path: Path
) -> None:
    url = f"flyte://v1/flytesnacks/development/{seen['name']}"
    commands = [
        ["fetch", "-r", f"{url}/n0/o", str(tmp_path)],
        ["fetch", f"{url}/n2/0/o/o0", str(tmp_path)],
        ["launchplan", "--activate", "pipeline.broken", "v1"],
        ["get", "launchplan", "pipeline.broken"],
        ["get", "launchplan", "--active-only"],
        ["get", "launchplan", "pipeline.broken", "v2"],
        ["execution", "--execution-id", seen["name"], "relaunch"],
    ]
    outputs, _, _, every, active, one, relaunched = told(registered, "commands.py", json.dumps(commands))
    assert '"rows": 3' in outputs
    assert (tmp_path / "data" / "report.txt").read_text() == "['a', 'b'] 4.5"
    assert dict(re.findall(r"(v[12])\W+(ACTIVE|INACTIVE)", every)) == {"v1": "ACTIVE", "v2": "INACTIVE"}
    assert re.findall(r"pipeline.broken\W+(v[12])", active) == ["v1"]
    assert '"version": "v2"' in one
    name = re.search(r"ex:flytesnacks:development:(\w+)", relaunched)[1]
    again = registered.get(f"/api/v1/executions/flytesnacks/development/{name}")
    assert again["spec"]["metadata"]["mode"] == "RELAUNCH"


def test_what_a_stock_task_prints_is_its_log(registered: LivePlatform, seen: dict) -> None:
    assert "planning 3 rows" in registered.run("logs", seen["name"], "n0").stdout


def test_code_is_unpacked_below_the_data_folder_whatever_folder_the_image_would_have(
    registered: LivePlatform,
) -> None:
    done = registered.run("run", "--remote", "--wait", "remote-task", "pipeline.place:v1", cwd=PROGRAMS)
    assert Path(done.stdout.splitlines()[-1]).is_relative_to(registered.data_dir)
