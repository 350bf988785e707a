"""The stock flytekit from PyPI, in its own environment, against our platform."""

import json
from pathlib import Path

import pytest

from tests.interop.conftest import PROGRAMS
from tests.live import LivePlatform

pytestmark = [pytest.mark.interop, pytest.mark.slow, pytest.mark.timeout(240)]


def test_pyflyte_run_remote_of_a_pipeline_ends_with_its_outputs(stock_platform: LivePlatform) -> None:
    done = stock_platform.stock(
        "pyflyte", "run", "--remote", "--wait", "--poll-interval", "1", "pipeline.py", "pipeline", "--rows", "5",
        cwd=PROGRAMS,
    )  # fmt: skip
    listed = stock_platform.get("/api/v1/executions/flytesnacks/development?limit=10")["executions"]
    assert listed[0]["closure"]["phase"] == "SUCCEEDED", done.stdout
    name = listed[0]["id"]["name"]
    data = stock_platform.get(f"/api/v1/data/executions/flytesnacks/development/{name}")
    outputs = data["fullOutputs"]["literals"]
    assert outputs["o0"]["scalar"]["primitive"]["stringValue"] == "['a', 'b'] 15.0"
    assert Path(outputs["o1"]["scalar"]["structuredDataset"]["uri"]).is_dir()


def test_pyflyte_register_twice_is_one_version_and_flyteremote_runs_it(stock_platform: LivePlatform) -> None:
    for _ in range(2):
        stock_platform.stock("pyflyte", "register", "--version", "v1", "pipeline.py", cwd=PROGRAMS)
    listed = stock_platform.get("/api/v1/workflows/flytesnacks/development/pipeline.pipeline?limit=10")["workflows"]
    assert [entry["id"]["version"] for entry in listed].count("v1") == 1

    seen = json.loads(
        stock_platform.stock("python", "remote.py", stock_platform.endpoint, "v1", cwd=PROGRAMS).stdout.splitlines()[-1]
    )
    assert seen["text"] == "['a', 'b'] 4.5"
    assert seen["sum"] == pytest.approx(4.5)
    assert "ZeroDivisionError" in seen["error"]
    assert "division by zero" in seen["error"]
    assert "rows=7" in seen["single"]
    assert seen["listed"]


def test_an_error_in_a_task_surfaces_in_the_client_with_its_message(stock_platform: LivePlatform) -> None:
    done = stock_platform.stock(
        "pyflyte", "run", "--remote", "--wait", "--poll-interval", "1", "pipeline.py", "broken", cwd=PROGRAMS,
        check=False,
    )  # fmt: skip
    assert "division by zero" in done.stdout + done.stderr


def test_the_same_version_with_another_structure_is_refused(stock_platform: LivePlatform, tmp_path) -> None:
    program = tmp_path / "changing.py"
    source = "from flytekit import task, workflow\n@task\ndef one() -> int:\n    return 1\n"
    program.write_text(source)
    stock_platform.stock("pyflyte", "register", "--non-fast", "--version", "same", "changing.py", cwd=tmp_path)
    program.write_text(source.replace("-> int:\n    return 1", "-> str:\n    return 'one'"))
    refused = stock_platform.stock(
        "pyflyte", "register", "--non-fast", "--version", "same", "changing.py", cwd=tmp_path, check=False
    )
    assert refused.returncode
    assert "different structure" in refused.stdout + refused.stderr


def test_what_a_stock_task_prints_is_its_log(stock_platform: LivePlatform) -> None:
    stock_platform.stock("pyflyte", "register", "--version", "logs", "pipeline.py", cwd=PROGRAMS)
    run = stock_platform.run(
        "run", "--remote", "--wait", "remote-task", "pipeline.plan:logs", "--rows", "6", check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    listed = stock_platform.get("/api/v1/executions/flytesnacks/development?limit=1&sort_by.key=created_at")
    name = listed["executions"][0]["id"]["name"]
    nodes = stock_platform.get(f"/api/v1/node_executions/flytesnacks/development/{name}?limit=10")["nodeExecutions"]
    logs = stock_platform.run("logs", name, nodes[0]["id"]["nodeId"])
    assert "planning 6 rows" in logs.stdout
