"""gRPC through the front: the same port, the same answers as over a plain server."""

import asyncio

import grpc
import pytest
from flyteidl.admin import common_pb2, project_pb2, task_pb2, version_pb2
from flyteidl.service import admin_pb2_grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from flyweight.protocol import watch_pb2, watch_pb2_grpc

from .conftest import MAX_BODY, Boundary, task_id


def get(name: str) -> common_pb2.ObjectGetRequest:
    return common_pb2.ObjectGetRequest(id=task_id(name))


async def test_a_call_is_answered(boundary: Boundary):
    async with boundary.channel() as channel:
        answer = await admin_pb2_grpc.AdminServiceStub(channel).GetTask(get("t"))
    assert answer == task_pb2.Task(id=task_id("t"), short_description="a task")


async def test_both_address_families_lead_to_the_same(boundary: Boundary):
    async with grpc.aio.insecure_channel(f"localhost:{boundary.port}") as channel:
        answer = await admin_pb2_grpc.AdminServiceStub(channel).GetVersion(version_pb2.GetVersionRequest())
    assert answer.control_plane_version.Version == "1"


async def test_many_calls_share_one_connection(boundary: Boundary):
    async with boundary.channel() as channel:
        stub = admin_pb2_grpc.AdminServiceStub(channel)
        answers = await asyncio.gather(*(stub.GetTask(get(f"t{number}")) for number in range(100)))
        assert {answer.id.name for answer in answers} == {f"t{number}" for number in range(100)}
        assert boundary.front.connections == 1


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("missing", grpc.StatusCode.NOT_FOUND, "did you mean 'present'?"),
        ("broken", grpc.StatusCode.INTERNAL, "AdminService.GetTask"),
        ("storage", grpc.StatusCode.INTERNAL, "the disk is on fire"),
        ("long", grpc.StatusCode.NOT_FOUND, "more characters in the server's log"),
    ],
)
async def test_errors_become_statuses(boundary: Boundary, name: str, status: grpc.StatusCode, words: str):
    async with boundary.channel() as channel:
        with pytest.raises(grpc.aio.AioRpcError, match=words) as raised:
            await admin_pb2_grpc.AdminServiceStub(channel).GetTask(get(name))
    assert raised.value.code() is status


async def test_the_callers_request_id_is_kept(boundary: Boundary):
    async with boundary.channel() as channel:
        with pytest.raises(grpc.aio.AioRpcError, match="request mine-17") as raised:
            await admin_pb2_grpc.AdminServiceStub(channel).GetTask(
                get("storage"), metadata=[("x-request-id", "mine-17")]
            )
    assert ("x-request-id", "mine-17") in list(raised.value.trailing_metadata())


async def test_what_is_not_there_is_unimplemented_by_name(boundary: Boundary):
    async with boundary.channel() as channel:
        with pytest.raises(grpc.aio.AioRpcError, match=r"AdminService\.GetDomains") as raised:
            await admin_pb2_grpc.AdminServiceStub(channel).GetDomains(project_pb2.GetDomainRequest())
    assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize("size", [MAX_BODY + 1, MAX_BODY * 5])
async def test_a_request_above_the_limit_is_told_what_to_do(boundary: Boundary, size: int):
    request = task_pb2.TaskCreateRequest(id=task_id("x" * size))
    async with boundary.channel() as channel:
        with pytest.raises(grpc.aio.AioRpcError, match=r"the limit is 0\.1 MB.*files") as raised:
            await admin_pb2_grpc.AdminServiceStub(channel).CreateTask(request)
    assert raised.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_a_huge_request_is_refused_before_it_is_read(boundary: Boundary):
    request = task_pb2.TaskCreateRequest(id=task_id("x" * MAX_BODY * 20))
    async with boundary.channel() as channel:
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await admin_pb2_grpc.AdminServiceStub(channel).CreateTask(request)
    assert raised.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_bytes_that_are_no_request_are_an_invalid_argument(boundary: Boundary):
    async with boundary.channel() as channel:
        call = channel.unary_unary("/flyteidl.service.AdminService/GetTask")
        with pytest.raises(grpc.aio.AioRpcError, match="ObjectGetRequest") as raised:
            await call(b"\xff\xff\xff\xff")
    assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_streams_end_with_the_status_of_what_was_raised(boundary: Boundary):
    async with boundary.channel() as channel:
        stub = watch_pb2_grpc.WatchServiceStub(channel)
        events = [event async for event in stub.Watch(watch_pb2.WatchRequest(name="short"))]
        assert [event.deck.revision for event in events] == [1]
        call = stub.Watch(watch_pb2.WatchRequest(name="missing"))
        assert (await call.read()).deck.revision == 1
        with pytest.raises(grpc.aio.AioRpcError, match="no execution 'missing'"):
            await call.read()


async def test_a_stream_whose_client_leaves_is_cancelled(boundary: Boundary):
    async with boundary.channel() as channel:
        call = watch_pb2_grpc.WatchServiceStub(channel).Watch(watch_pb2.WatchRequest(name="endless"))
        await call.read()
        call.cancel()
        async with asyncio.timeout(5):
            await boundary.services.cancelled.wait()


async def test_health_and_reflection_tell_what_is_served(boundary: Boundary):
    async with boundary.channel() as channel:
        health = health_pb2_grpc.HealthStub(channel)
        for name in ("", "flyteidl.service.AdminService", "flyweight.watch.v1.WatchService"):
            answer = await health.Check(health_pb2.HealthCheckRequest(service=name))
            assert answer.status == health_pb2.HealthCheckResponse.SERVING
        with pytest.raises(grpc.aio.AioRpcError, match="nonsense"):
            await health.Check(health_pb2.HealthCheckRequest(service="nonsense"))
        reflect = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo
        asked = reflection_pb2.ServerReflectionRequest(list_services="")
        [answer] = [answer async for answer in reflect(iter([asked]))]
        assert "flyteidl.service.AdminService" in {each.name for each in answer.list_services_response.service}


@pytest.mark.slow
async def test_pings_as_flytes_clients_send_them_are_no_offence(boundary: Boundary):
    options = {
        "grpc.keepalive_time_ms": 1_000,
        "grpc.keepalive_timeout_ms": 1_000,
        "grpc.keepalive_permit_without_calls": 1,
        "grpc.http2.max_pings_without_data": 0,
    }
    async with boundary.channel(**options) as channel:
        call = watch_pb2_grpc.WatchServiceStub(channel).Watch(watch_pb2.WatchRequest(name="endless"))
        await call.read()
        # A GOAWAY "too_many_pings" would end the call; five pings are three more than the default server forgives.
        waiting = asyncio.ensure_future(call.read())
        await asyncio.wait([waiting], timeout=5.5)
        assert not waiting.done()
        call.cancel()


async def test_stopping_tells_watchers_of_the_health(boundary: Boundary):
    async with boundary.channel() as channel:
        call = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
        assert (await call.read()).status == health_pb2.HealthCheckResponse.SERVING
        stopping = asyncio.ensure_future(boundary.grpc.stop(1))
        assert (await call.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
        await stopping
