"""Lists of what is on the platform: how long what runs has taken, and a place that is not there."""

import pytest
from flyteidl.admin import common_pb2, execution_pb2, project_pb2
from flyteidl.core import execution_pb2 as phases_pb2

from flyweight.cli.main import main
from flyweight.client import rpcs
from flyweight.clock import Micros, SystemClock, set_micros
from tests.unit.client.scripted import ScriptedServer


def test_what_runs_shows_its_time_so_far_and_an_unknown_place_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def listed(request: common_pb2.ResourceListRequest) -> execution_pb2.ExecutionList:
        found = execution_pb2.ExecutionList()
        if request.id.project == "flytesnacks":
            one = found.executions.add()
            one.id.name, one.closure.phase = "run", phases_pb2.WorkflowExecution.RUNNING
            set_micros(one.closure.started_at, Micros(SystemClock().now() - 3_600_000_000))
        return found

    projects = project_pb2.Projects()
    projects.projects.add(id="flytesnacks").domains.add(id="development")
    projects.projects.add(id="empty").domains.add(id="development")
    server = ScriptedServer()
    server.answer(rpcs.LIST_EXECUTIONS, listed)
    server.answer(rpcs.LIST_PROJECTS, lambda _: projects)
    monkeypatch.setenv("FLYTE_PLATFORM_URL", server.address)
    monkeypatch.setenv("FLYTE_PLATFORM_INSECURE", "true")
    try:
        assert main(["get", "executions"]) == 0
        assert float(capsys.readouterr().out.split()[-1]) >= 3600
        assert main(["get", "execution", "-p", "empty"]) == 0
        assert main(["get", "execution", "-p", "nosuchproj"]) == 1
        assert "There is no project nosuchproj: `flyweight get projects`" in capsys.readouterr().err
        assert main(["get", "execution", "-p", "empty", "-d", "nowhere"]) == 1
        assert "has no domain nowhere; it has development" in capsys.readouterr().err
    finally:
        server.stop()
