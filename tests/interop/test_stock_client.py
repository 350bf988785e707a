"""The stock flytekit from PyPI, in its own environment, against our platform: registering, running, and errors."""

import re
from pathlib import Path

import pytest

from tests.interop.conftest import PROGRAMS, told
from tests.live import LivePlatform

pytestmark = [pytest.mark.interop, pytest.mark.slow, pytest.mark.timeout(240)]

EXECUTIONS = "/api/v1/executions/flytesnacks/development"
POLLING = ("--wait", "--poll-interval", "1")


def test_pyflyte_run_remote_of_a_pipeline_ends_with_its_outputs(stock_platform: LivePlatform) -> None:
    done = stock_platform.stock(
        "pyflyte", "run", "--remote", *POLLING, "pipeline.py", "pipeline", "--rows", "5", cwd=PROGRAMS
    )
    assert "has succeeded" in done.stdout
    name = re.search(r"executions/(\w+)", done.stdout)[1]
    assert stock_platform.get(f"{EXECUTIONS}/{name}")["closure"]["phase"] == "SUCCEEDED"
    outputs = stock_platform.get(f"/api/v1/data/executions/flytesnacks/development/{name}")["fullOutputs"]["literals"]
    assert outputs["o0"]["scalar"]["primitive"]["stringValue"] == "['a', 'b'] 15.0"
    assert Path(outputs["o1"]["scalar"]["structuredDataset"]["uri"]).is_dir()


def test_registering_twice_is_one_version_and_sends_nothing_new(registered: LivePlatform) -> None:
    again = registered.stock("pyflyte", "register", "--version", "v1", "pipeline.py", "kinds.py", cwd=PROGRAMS)
    assert "Successfully registered" in again.stdout
    listed = registered.get("/api/v1/workflows/flytesnacks/development/pipeline.pipeline?limit=10")["workflows"]
    assert [entry["id"]["version"] for entry in listed].count("v1") == 1


def test_flyteremote_executes_what_is_registered(registered: LivePlatform) -> None:
    seen = told(registered, "remote.py", "v1")
    assert seen["text"] == "['a', 'b'] 4.5"
    assert seen["sum"] == pytest.approx(4.5)
    assert seen["nodes"]["n0"] == [["rows"], ["o0"], 1]
    assert set(seen["nodes"]) == {"n0", "n1", "n2", "n3"}
    assert "division by zero" in seen["error"]
    assert "return 1 / number" in seen["error"]
    assert "rows=7" in seen["single"]
    assert seen["listed"]
    assert seen["console"].startswith(f"http://{registered.endpoint}/console/projects/flytesnacks/")


def test_an_error_in_a_task_surfaces_in_pyflyte_with_its_message(stock_platform: LivePlatform) -> None:
    done = stock_platform.stock(
        "pyflyte", "run", "--remote", *POLLING, "pipeline.py", "broken", cwd=PROGRAMS, check=False
    )
    assert "phase FAILED" in done.stdout
    assert "division by zero" in done.stdout


def test_the_same_version_with_another_structure_is_refused(stock_platform: LivePlatform, tmp_path: Path) -> None:
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


def test_interactive_mode_runs_what_was_never_in_a_module(stock_platform: LivePlatform) -> None:
    assert told(stock_platform, "interactive.py") == {"errors": [None, None], "total": 9, "frame": [3, 6]}


def test_config_for_sandbox_finds_a_platform_on_the_default_port(stock_platform: LivePlatform, tmp_path: Path) -> None:
    source = (
        "from flytekit.configuration import Config; from flytekit.remote import FlyteRemote\n"
        "print([one.id for one in FlyteRemote(Config.for_sandbox()).list_projects()])"
    )
    assert stock_platform.port != 30080
    sandbox = LivePlatform(tmp_path / "data", port=30080)
    if not sandbox.port_is_free():
        pytest.skip("port 30080 is taken on this machine")
    sandbox.start()
    try:
        assert sandbox.stock("python", "-c", source).stdout == "['flytesnacks']\n"
    finally:
        sandbox.stop()
