"""The composition root: what it refuses, and that what it starts it also stops."""

import asyncio
from pathlib import Path

import pytest
from flyteidl.service import auth_pb2, identity_pb2
from flyteidl.service.auth_pb2_grpc import AuthMetadataServiceStub
from flyteidl.service.identity_pb2_grpc import IdentityServiceStub
from grpc import StatusCode
from grpc.aio import AioRpcError, insecure_channel

from flyweight import server
from flyweight.errors import InvalidInput, PlatformError, PreconditionFailed, TryAgain
from flyweight.ids import ExecutionKey
from flyweight.settings import PlatformSettings, discover
from tests.simulation.workflows import new_execution
from tests.unit.engine.driving import CLOSED, Parts, Store


def settings(data_dir: Path, **given) -> PlatformSettings:
    return PlatformSettings(data_dir=data_dir, **{"port": 0, "environments": {}, **given})


def test_to_be_open_to_others_must_be_said(tmp_path: Path):
    with pytest.raises(InvalidInput, match="--insecure-bind"):
        server.check_bind(settings(tmp_path, host="0.0.0.0"))


def test_to_be_open_to_others_is_warned_of(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    server.check_bind(settings(tmp_path, host="0.0.0.0", insecure_bind=True))
    assert "without authentication" in caplog.text


@pytest.mark.parametrize(
    ("host", "expected"),
    [("localhost", "127.0.0.1:1"), ("0.0.0.0", "127.0.0.1:1"), ("10.0.0.7", "10.0.0.7:1"), ("fd00::1", "[fd00::1]:1")],
)
def test_clients_are_told_an_address_that_they_can_reach(host: str, expected: str):
    assert server.address_of(host, 1) == expected


async def test_a_running_platform_is_found_and_a_stopped_one_is_not(tmp_path: Path):
    async with server.platform(settings(tmp_path)) as running:
        found = discover(tmp_path)
        assert found is not None
        assert found.address == running.address
        assert tmp_path.stat().st_mode & 0o777 == 0o700
        assert (tmp_path / "run").stat().st_mode & 0o777 == 0o700
        for secret in ("flyweight.db", "flyweight.db-wal", "flyweight.db-shm", "platform.json", "run/grpc.sock"):
            assert (tmp_path / secret).stat().st_mode & 0o777 == 0o600, secret
    assert discover(tmp_path) is None
    assert list((tmp_path / "run").iterdir()) == []
    async with server.platform(settings(tmp_path)):
        pass


async def test_who_asks_who_they_are_is_answered_and_who_wants_to_log_in_is_told_to_leave_it(tmp_path: Path):
    async with server.platform(settings(tmp_path)) as running, insecure_channel(running.address) as channel:
        identity = await IdentityServiceStub(channel).UserInfo(identity_pb2.UserInfoRequest())
        assert identity.subject == "local"
        login = AuthMetadataServiceStub(channel)
        for answer in (
            login.GetPublicClientConfig(auth_pb2.PublicClientAuthConfigRequest()),
            login.GetOAuth2Metadata(auth_pb2.OAuth2MetadataRequest()),
        ):
            with pytest.raises(AioRpcError, match="asks nobody to log in") as refused:
                await answer
            assert refused.value.code() is StatusCode.UNIMPLEMENTED


async def test_a_second_platform_on_the_folder_is_refused_and_harms_nothing(tmp_path: Path):
    async with server.platform(settings(tmp_path)):
        with pytest.raises(PreconditionFailed, match="already"):
            await server.platform(settings(tmp_path)).__aenter__()
        assert discover(tmp_path) is not None


async def test_a_taken_port_is_refused_and_lets_go_of_the_folder(tmp_path: Path):
    async with server.platform(settings(tmp_path / "one")) as running:
        port = int(running.address.rpartition(":")[2])
        with pytest.raises(PreconditionFailed, match=f"port {port} is taken"):
            await server.platform(settings(tmp_path / "two", port=port)).__aenter__()
        async with server.platform(settings(tmp_path / "two")):
            pass


async def test_a_platform_whose_driver_has_failed_stops_and_says_what_to_do():
    parts = Parts(Store())
    await parts.driver.open()
    parts.committed = lambda batch: len(batch.new) / 0
    creation = asyncio.ensure_future(parts.driver.create(new_execution(CLOSED), CLOSED))
    with pytest.raises(PlatformError, match=r"ZeroDivisionError.*start it again"):
        await server.until_stopped(parts.driver, asyncio.Event())
    await parts.driver.close()
    with pytest.raises(TryAgain):
        await creation


async def test_a_platform_that_is_told_to_stop_waits_for_nothing_else():
    parts = Parts(Store())
    await parts.driver.open()
    stop = asyncio.Event()
    stop.set()
    await server.until_stopped(parts.driver, stop)
    assert not parts.driver.live(ExecutionKey(1))
    await parts.driver.close()
    await parts.driver.ended()
