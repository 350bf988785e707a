"""Flyte's REST API of a live platform, by Python's own HTTP client: JSON as grpc-gateway has it, and binary protobuf."""

import json
from http.client import HTTPConnection

import pytest
from flyteidl.admin import common_pb2, execution_pb2, launch_plan_pb2
from flyteidl.core import identifier_pb2

from flyweight import literals
from tests.live import LivePlatform

pytestmark = [pytest.mark.interop, pytest.mark.slow, pytest.mark.timeout(240)]

P, D = "flytesnacks", "development"
BINARY = "application/octet-stream"


def send(platform: LivePlatform, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str, bytes]:
    connection = HTTPConnection("127.0.0.1", platform.port, timeout=30)
    try:
        connection.request(method, path, body or None, {name.replace("_", "-"): text for name, text in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.headers["content-type"], answer.read()
    finally:
        connection.close()


def plan(version: str) -> identifier_pb2.Identifier:
    return identifier_pb2.Identifier(
        resource_type=identifier_pb2.LAUNCH_PLAN, project=P, domain=D, name="pipeline.broken", version=version
    )


def test_an_execution_is_created_and_read_in_binary(registered: LivePlatform) -> None:
    request = execution_pb2.ExecutionCreateRequest(
        project=P,
        domain=D,
        spec=execution_pb2.ExecutionSpec(launch_plan=plan("v1")),
        inputs=literals.literal_map({"number": literals.primitive(4)}),
    )
    status, kind, body = send(
        registered, "POST", "/api/v1/executions", request.SerializeToString(), Content_Type=BINARY, Accept=BINARY
    )
    assert (status, kind) == (200, BINARY)
    made = execution_pb2.ExecutionCreateResponse.FromString(body).id
    assert (made.project, made.domain) == (P, D)
    path = f"/api/v1/executions/{P}/{D}/{made.name}"
    found = execution_pb2.Execution.FromString(send(registered, "GET", path, Accept=BINARY)[2])
    assert found.spec.launch_plan == plan("v1")
    assert json.loads(send(registered, "GET", path)[2])["spec"]["launchPlan"]["name"] == "pipeline.broken"


def test_an_execution_is_created_in_json_in_either_spelling(registered: LivePlatform) -> None:
    for key in ("launchPlan", "launch_plan"):
        identifier = {"resource_type": "LAUNCH_PLAN", "project": P, "domain": D, "name": "pipeline.broken"}
        body = {"project": P, "domain": D, "spec": {key: {**identifier, "version": "v1"}}}
        status, _, answer = send(
            registered, "POST", "/api/v1/executions", json.dumps(body).encode(), Content_Type="application/json"
        )
        assert status == 200
        assert json.loads(answer)["id"]["project"] == P


def test_lists_are_sorted_and_paged_as_asked_in_the_query(registered: LivePlatform) -> None:
    path = f"/api/v1/launch_plans/{P}/{D}/kinds.kinds?limit=1&sort_by.key=created_at&sort_by.direction=ASCENDING"
    first = launch_plan_pb2.LaunchPlanList.FromString(send(registered, "GET", path, Accept=BINARY)[2])
    assert [one.id.version for one in first.launch_plans] == ["v1"]
    second = json.loads(send(registered, "GET", f"{path}&token={first.token}")[2])
    assert [one["id"]["version"] for one in second["launchPlans"]] == ["v2"]
    names = common_pb2.NamedEntityIdentifierList.FromString(
        send(registered, "GET", f"/api/v1/workflow_ids/{P}/{D}?limit=100", Accept=BINARY)[2]
    )
    assert "kinds.kinds" in [one.name for one in names.entities]


def test_what_is_not_there_is_404_with_grpcs_code(registered: LivePlatform) -> None:
    status, _, body = send(registered, "GET", f"/api/v1/executions/{P}/{D}/nosuchone")
    assert (status, json.loads(body)["code"]) == (404, 5)
