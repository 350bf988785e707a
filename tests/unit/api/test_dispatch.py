import pytest
from flyteidl.admin import project_pb2, task_pb2
from flyteidl.service import admin_pb2

from flyweight.api.dispatch import find_rpcs, service_descriptors, snake_case
from flyweight.errors import InvalidInput, TooLarge, Unsupported


class Projects:
    async def get_domains(self, request: project_pb2.GetDomainRequest) -> project_pb2.GetDomainsResponse:
        return project_pb2.GetDomainsResponse()


def rpc(name: str):
    service = admin_pb2.DESCRIPTOR.services_by_name["AdminService"]
    return next(rpc for rpc in find_rpcs([object(), Projects()], [service]) if rpc.descriptor.name == name)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("GetTask", "get_task"),
        ("ListTaskIds", "list_task_ids"),
        ("GetOAuth2Metadata", "get_o_auth2_metadata"),
        ("UserInfo", "user_info"),
        ("Watch", "watch"),
    ],
)
def test_the_names_of_methods_become_names_of_coroutines(method, expected):
    assert snake_case(method) == expected


def test_every_method_of_every_service_has_its_own_python_name():
    for service in service_descriptors():
        names = [snake_case(method.name) for method in service.methods]
        assert len(names) == len(set(names))


async def test_a_method_is_answered_by_the_object_that_has_it():
    assert await rpc("GetDomains").unary()(project_pb2.GetDomainRequest()) == project_pb2.GetDomainsResponse()


def test_a_method_that_no_object_has_is_unsupported_by_name():
    with pytest.raises(Unsupported, match=r"AdminService\.GetTask"):
        rpc("GetTask").unary()


def test_requests_are_read_from_bytes():
    request = task_pb2.TaskCreateRequest()
    request.id.name = "t"
    assert rpc("CreateTask").parse(request.SerializeToString(), 1000) == request


def test_a_request_above_the_limit_says_both_sizes_and_what_to_do():
    with pytest.raises(TooLarge, match=r"2\.0 MB, the limit is 1\.0 MB.*files"):
        rpc("CreateTask").parse(b"x" * 2_000_000, 1_000_000)


def test_bytes_that_are_no_request_are_an_invalid_input():
    with pytest.raises(InvalidInput, match="TaskCreateRequest"):
        rpc("CreateTask").parse(b"\xff\xff\xff", 1000)
