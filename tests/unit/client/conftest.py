"""What the tests of the client share: a scripted server, a registry behind it, and clients of it."""

from collections.abc import Iterator

import pytest

from flyweight.client.channel import Connection, Endpoint
from flyweight.client.config import Config
from flyweight.client.remote import FlyteRemote
from tests.unit.client.registry import Registry
from tests.unit.client.scripted import ScriptedServer


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    running = ScriptedServer()
    yield running
    running.stop()


@pytest.fixture
def connection(server: ScriptedServer) -> Iterator[Connection]:
    opened = Connection(Endpoint(address=server.address))
    yield opened
    opened.close()


@pytest.fixture
def remote(server: ScriptedServer) -> Iterator[FlyteRemote]:
    made = FlyteRemote(Config.for_endpoint(server.address, insecure=True), interactive_mode_enabled=False)
    yield made
    made.close()


@pytest.fixture
def registry(server: ScriptedServer) -> Iterator[Registry]:
    made = Registry(server)
    yield made
    made.stop()
