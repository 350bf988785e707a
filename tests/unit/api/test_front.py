import asyncio
from pathlib import Path

import pytest

from flyweight.api.front import PREFACE, Front, protocol_of
from flyweight.api.listening import is_loopback, listen
from flyweight.errors import InvalidInput, PreconditionFailed


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (b"", None),
        (b"P", None),
        (PREFACE[:-1], None),
        (PREFACE, "grpc"),
        (PREFACE + b"more", "grpc"),
        (b"PUT /", "http"),
        (b"GET / HTTP/1.1", "http"),
        (b"PRI * HTTP/2.0\r\n\r\nXX", "http"),
        (b"\x16\x03\x01", "http"),
    ],
)
def test_the_first_bytes_tell_the_protocol(first, expected):
    assert protocol_of(first) == expected


class Peer(asyncio.Protocol):
    """A server behind the front that can stop reading, and shows what it got."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.ended = asyncio.Event()
        self.arrived = asyncio.Event()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport) -> None:
        self.transport = transport
        self.arrived.set()

    def data_received(self, data: bytes) -> None:
        self.received += data

    def eof_received(self) -> bool:
        self.ended.set()
        return True


@pytest.fixture
async def peer(tmp_path: Path):
    peer = Peer()
    loop = asyncio.get_running_loop()
    server = await loop.create_unix_server(lambda: peer, str(tmp_path / "grpc.sock"))
    yield peer
    server.close()
    if peer.transport is not None:
        peer.transport.close()


@pytest.fixture
async def front(tmp_path: Path, peer: Peer):
    front = Front(grpc_socket=tmp_path / "grpc.sock", http=lambda lost: asyncio.Protocol())
    sockets = listen("127.0.0.1", 0)
    await front.start(sockets)
    yield front, sockets[0].getsockname()[1]
    await front.stop()
    await front.hang_up()


async def test_a_half_closed_client_still_gets_its_answer(front, peer: Peer):
    reader, writer = await asyncio.open_connection("127.0.0.1", front[1])
    writer.write(PREFACE + b"question")
    writer.write_eof()
    async with asyncio.timeout(5):
        await peer.ended.wait()
        assert bytes(peer.received) == PREFACE + b"question"
        peer.transport.write(b"answer")
        peer.transport.write_eof()
        assert await reader.read() == b"answer"
    writer.close()
    await writer.wait_closed()


async def test_a_slow_server_slows_its_client_down_and_nothing_is_lost(front, peer: Peer):
    _, writer = await asyncio.open_connection("127.0.0.1", front[1])
    writer.write(PREFACE)
    async with asyncio.timeout(5):
        await peer.arrived.wait()
    peer.transport.pause_reading()
    chunk, sent = b"x" * 65536, 0
    with pytest.raises(TimeoutError):  # noqa: PT012 - the writes until one waits are the point
        while sent < 200_000_000:
            writer.write(chunk)
            sent += len(chunk)
            await asyncio.wait_for(writer.drain(), 0.3)
    assert sent < 50_000_000
    peer.transport.resume_reading()
    async with asyncio.timeout(10):
        await writer.drain()
        writer.write_eof()
        await peer.ended.wait()
    assert len(peer.received) == len(PREFACE) + sent
    writer.close()


async def test_a_client_that_vanishes_takes_its_connection_to_the_server_with_it(front, peer: Peer):
    _, writer = await asyncio.open_connection("127.0.0.1", front[1])
    writer.write(PREFACE)
    async with asyncio.timeout(5):
        await peer.arrived.wait()
        writer.transport.abort()
        await peer.ended.wait()
        peer.transport.close()
        while front[0].connections:
            await asyncio.sleep(0)


async def test_without_a_grpc_server_the_client_is_hung_up_on(tmp_path: Path):
    front = Front(grpc_socket=tmp_path / "nobody.sock", http=lambda lost: asyncio.Protocol())
    sockets = listen("127.0.0.1", 0)
    await front.start(sockets)
    reader, writer = await asyncio.open_connection(*sockets[0].getsockname())
    writer.write(PREFACE)
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()
    await front.stop()
    await front.hang_up()


def test_loopback_is_bound_in_both_families_on_one_port():
    sockets = listen("localhost", 0)
    try:
        assert {each.getsockname()[0] for each in sockets} <= {"127.0.0.1", "::1"}
        assert len({each.getsockname()[1] for each in sockets}) == 1
    finally:
        for each in sockets:
            each.close()


def test_a_taken_port_is_named_with_what_to_do():
    [first, *rest] = listen("127.0.0.1", 0)
    port = first.getsockname()[1]
    try:
        with pytest.raises(PreconditionFailed, match=rf"port {port} is taken by another program.*--port"):
            listen("127.0.0.1", port)
    finally:
        for each in [first, *rest]:
            each.close()


@pytest.mark.parametrize(("host", "port"), [("203.0.113.7", 0), ("no such host.invalid", 0), ("127.0.0.1", 70_000)])
def test_what_cannot_be_bound_says_so(host, port):
    with pytest.raises(InvalidInput, match="--host"):
        listen(host, port)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("example.org", False),
    ],
)
def test_loopback_addresses_are_known(host, expected):
    assert is_loopback(host) is expected
