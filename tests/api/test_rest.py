"""REST as Flyte's gateway has it."""

import pytest
from flyteidl.admin import common_pb2, task_pb2

from .conftest import Boundary, task_id


async def test_the_paths_variables_fill_nested_fields(boundary: Boundary):
    answer = await boundary.send("GET", "/api/v1/tasks/p/d/my.task/v1")
    assert answer.status == 200
    assert boundary.services.asked[-1].id.name == "my.task"
    assert boundary.services.asked[-1].id.version == "v1"
    assert answer.json()["shortDescription"] == "a task"


async def test_an_encoded_slash_belongs_to_its_segment(boundary: Boundary):
    await boundary.send("GET", "/api/v1/tasks/p/d/a%2Fb%20c/v1")
    assert boundary.services.asked[-1].id.name == "a/b c"


async def test_query_parameters_fill_fields_nested_and_enums_too(boundary: Boundary):
    path = "/api/v1/executions/p/d?limit=5&filters=eq(phase%2CFAILED)%2Bne(name%2Cx)&sort_by.key=created_at"
    answer = await boundary.send("GET", f"{path}&sortBy.direction=ASCENDING")
    asked = boundary.services.asked[-1]
    assert (asked.id.project, asked.id.domain, asked.limit) == ("p", "d", 5)
    assert asked.filters == "eq(phase,FAILED)+ne(name,x)"
    assert asked.sort_by.key == "created_at"
    assert asked.sort_by.direction == common_pb2.Sort.ASCENDING
    assert answer.json() == {"executions": [], "token": "7"}


async def test_an_enum_stands_in_the_path_by_name_or_number(boundary: Boundary):
    for kind in ("WORKFLOW", "2"):
        answer = await boundary.send("GET", f"/api/v1/named_entities/{kind}/p/d/n")
        assert answer.json()["resourceType"] == "WORKFLOW"


@pytest.mark.parametrize("path", ["?limit=many", "?nonsense=1", "?id.nonsense=1", "?id=1", "?limit.x=1"])
async def test_a_parameter_that_does_not_fit_is_a_clear_400(boundary: Boundary, path: str):
    answer = await boundary.send("GET", f"/api/v1/executions/p/d{path}")
    assert answer.status == 400
    assert answer.json()["code"] == 3
    assert "parameter" in answer.json()["message"]


@pytest.mark.parametrize("body", [b'{"id": {"resourceType": "TASK"}}', b'{"id": {"resource_type": 1}}'])
async def test_a_json_body_is_the_request_in_either_spelling(boundary: Boundary, body: bytes):
    answer = await boundary.send("POST", "/api/v1/tasks", body)
    assert (answer.status, answer.json()) == (200, {})
    assert boundary.services.asked[-1].id.resource_type == 1


async def test_the_paths_variables_win_over_the_body(boundary: Boundary):
    await boundary.send("PUT", "/api/v1/projects/real", b'{"id": "other", "name": "n"}')
    assert (boundary.services.asked[-1].id, boundary.services.asked[-1].name) == ("real", "n")


async def test_binary_protobuf_is_taken_and_given_on_request(boundary: Boundary):
    request = task_pb2.TaskCreateRequest(id=task_id("t"))
    answer = await boundary.send(
        "POST", "/api/v1/tasks", request.SerializeToString(), content_type="application/octet-stream"
    )
    assert answer.headers["content-type"] == "application/octet-stream"
    assert boundary.services.asked[-1] == request
    answer = await boundary.send("GET", "/api/v1/tasks/p/d/t/v", accept="application/x-protobuf, */*")
    assert task_pb2.Task.FromString(answer.body).id == task_id("t")


@pytest.mark.parametrize("body", [b"{", b'{"nonsense": 1}', b"[]", b"[" * 20_000, b"\xff\xfe"])
async def test_a_body_that_is_no_request_is_a_clear_400(boundary: Boundary, body: bytes):
    answer = await boundary.send("POST", "/api/v1/tasks", body)
    assert answer.status == 400
    assert "TaskCreateRequest" in answer.json()["message"]


async def test_a_delete_may_bring_a_body_or_none(boundary: Boundary):
    assert (await boundary.send("DELETE", "/api/v1/executions/p/d/e", b'{"cause": "tired"}')).status == 200
    assert boundary.services.asked[-1].cause == "tired"
    assert (await boundary.send("DELETE", "/api/v1/executions/p/d/e")).status == 200
    assert boundary.services.asked[-1].id.name == "e"


async def test_errors_are_told_as_grpc_gateway_tells_them(boundary: Boundary):
    answer = await boundary.send("GET", "/api/v1/tasks/p/d/missing/v")
    message = "there is no task 'missing'; did you mean 'present'?"
    assert (answer.status, answer.json()) == (404, {"error": message, "code": 5, "message": message})
    assert (await boundary.send("POST", "/api/v1/tasks", b'{"id": {"name": "again"}}')).status == 409


async def test_a_bug_tells_its_request_id_and_no_more(boundary: Boundary, caplog: pytest.LogCaptureFixture):
    answer = await boundary.send("GET", "/api/v1/tasks/p/d/broken/v")
    assert (answer.status, answer.json()["code"]) == (500, 13)
    assert "a bug" not in answer.json()["message"]
    [record] = [record for record in caplog.records if record.name == "flyweight.api.errors"]
    assert answer.headers["x-request-id"] in record.getMessage()
    assert answer.headers["x-request-id"] in answer.json()["message"]
    assert record.exc_info is not None


async def test_what_flyte_has_and_we_do_not_is_501_by_name(boundary: Boundary):
    answer = await boundary.send("GET", "/api/v1/domains")
    assert (answer.status, answer.json()["code"]) == (501, 12)
    assert "AdminService.GetDomains" in answer.json()["message"]


async def test_unknown_paths_and_methods_say_so(boundary: Boundary):
    assert (await boundary.send("GET", "/api/v1/nonsense")).status == 404
    answer = await boundary.send("PUT", "/api/v1/tasks", b"{}")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


async def test_head_is_get_without_the_body(boundary: Boundary):
    answer = await boundary.send("HEAD", "/api/v1/version")
    assert (answer.status, answer.body) == (200, b"")


async def test_health_tells_whose_platform_it_is(boundary: Boundary):
    answer = await boundary.send("GET", "/healthcheck")
    told = answer.json()
    assert told.pop("load") == {"executions": 2}
    assert told == {"status": "ok", "version": "0", "data_dir": "/data", "pid": 1, "limits": "by hand"}


async def test_openapi_lists_the_paths_that_are_served(boundary: Boundary):
    document = (await boundary.send("GET", "/api/v1/openapi")).json()
    operation = document["paths"]["/api/v1/tasks/{id.project}/{id.domain}/{id.name}/{id.version}"]["get"]
    assert operation["operationId"] == "GetTask"
    assert [each["name"] for each in operation["parameters"]] == ["id.project", "id.domain", "id.name", "id.version"]
    assert "/me" in document["paths"]
    operations = [each["operationId"] for path in document["paths"].values() for each in path.values()]
    assert len(operations) == len(set(operations))
