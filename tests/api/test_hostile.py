"""What a hostile page, scanner or broken client can send, over real sockets: refused, bounded, never a hang."""

import asyncio
import contextlib

import pytest

from .conftest import Boundary, parse

TASK = b'{"id": {"name": "t"}}'


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:30080", "127.0.0.1.evil.example", "localhost.evil", "127.0.0.2", "x@localhost"],
)
@pytest.mark.parametrize("path", ["/healthcheck", "/api/v1/version", "/blobs/x", "/nonsense"])
async def test_a_foreign_host_is_refused_everywhere(boundary: Boundary, host: str, path: str):
    answer = await boundary.send("GET", path, host=host)
    assert answer.status == 403
    assert "host" in answer.json()["message"]
    assert boundary.services.asked == []


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:30080", "127.0.0.1", "[::1]:30080", "[::1]", "LOCALHOST:1", "flyweight.test"]
)
async def test_our_own_names_are_answered(boundary: Boundary, host: str):
    assert (await boundary.send("GET", "/api/v1/version", host=host)).status == 200


async def test_a_request_without_a_host_is_refused(boundary: Boundary):
    assert parse(await boundary.raw(b"GET /healthcheck HTTP/1.0\r\n\r\n")).status == 403
    assert parse(await boundary.raw(b"GET /healthcheck HTTP/1.1\r\n\r\n")).status == 400
    two = b"GET /healthcheck HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n"
    assert parse(await boundary.raw(two)).status == 400


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://evil.example",
        "http://localhost:8888",
        "https://127.0.0.1",
        "file://",
        "chrome-extension://x",
        "",
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/tasks"),
        ("PUT", "/api/v1/projects/p"),
        ("DELETE", "/api/v1/executions/p/d/e"),
        ("PATCH", "/api/v1/tasks"),
        ("PUT", "/blobs/x"),
        ("POST", "/console/answer/p/d/e"),
    ],
)
async def test_a_foreign_page_changes_nothing(boundary: Boundary, origin: str, method: str, path: str):
    answer = await boundary.send(method, path, TASK, origin=origin)
    assert answer.status == 403
    assert boundary.services.asked == []
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("site", ["cross-site", "same-site", "anything"])
async def test_what_a_browser_says_comes_from_elsewhere_changes_nothing(boundary: Boundary, site: str):
    assert (await boundary.send("POST", "/api/v1/tasks", TASK, sec_fetch_site=site)).status == 403
    assert (await boundary.send("GET", "/api/v1/version", sec_fetch_site=site)).status == 200


async def test_our_own_pages_may_change_things(boundary: Boundary):
    origin = f"http://127.0.0.1:{boundary.port}"
    answer = await boundary.send("POST", "/api/v1/tasks", TASK, origin=origin, sec_fetch_site="same-origin")
    assert answer.status == 200


@pytest.mark.parametrize(
    "content_type",
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "", "application/jsonx"],
)
async def test_content_types_that_forms_can_send_are_refused(boundary: Boundary, content_type: str):
    answer = await boundary.send("POST", "/api/v1/tasks", TASK, content_type=content_type)
    assert answer.status == 415
    assert "application/json" in answer.json()["message"]
    assert boundary.services.asked == []


async def test_a_post_without_body_needs_its_content_type_too(boundary: Boundary):
    assert (await boundary.send("POST", "/api/v1/tasks")).status == 415
    assert (await boundary.send("DELETE", "/api/v1/executions/p/d/e", b"{}", content_type=None)).status == 415


async def test_no_answer_carries_cors_headers_and_each_is_protected(boundary: Boundary):
    for answer in (
        await boundary.send("GET", "/api/v1/version", origin="http://evil.example"),
        await boundary.send("OPTIONS", "/api/v1/tasks", origin="http://evil.example"),
        await boundary.send("GET", "/api/v1/nonsense"),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["date"].endswith("GMT")


async def test_a_body_that_says_it_is_too_large_is_refused_before_it_comes(boundary: Boundary):
    head = "POST /api/v1/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 104857600\r\n\r\n"
    answer = parse(await boundary.raw(head.encode()))
    assert answer.status == 413
    assert "0.1 MB" in answer.json()["message"]


async def test_a_client_that_sends_all_of_a_body_before_it_reads_sees_the_refusal(boundary: Boundary):
    answer = await boundary.send("POST", "/api/v1/tasks", b"x" * 8_000_000)
    assert answer.status == 413


async def test_a_body_that_never_ends_is_refused_and_cut(boundary: Boundary):
    reader, writer = await boundary.connect()
    head = "POST /api/v1/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    writer.write(head.encode())
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    async with asyncio.timeout(10):
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(chunk)
                await writer.drain()
        with contextlib.suppress(ConnectionError):
            assert parse(await reader.read(65536)).status == 413
    assert boundary.services.asked == []


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),  # a TLS hello
        b"\x00" * 1000,
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"hello\r\n\r\n",
        b"GET /healthcheck HTTP/1.1\r\nbad header\r\n\r\n",
        b"PRI * HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: " + b"a" * 100_000 + b"\r\n\r\n",
    ],
)
async def test_garbage_gets_a_plain_refusal_and_a_closed_connection(boundary: Boundary, garbage: bytes):
    answer = await boundary.raw(garbage)
    assert answer == b"" or answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 403 ", b"HTTP/1.1 408 "))
    assert len(answer) < 1000
    assert (await boundary.send("GET", "/healthcheck")).status == 200


async def test_garbage_after_http2s_preface_closes_the_connection(boundary: Boundary):
    await boundary.raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 1000)
    async with boundary.channel() as channel:
        call = channel.unary_unary("/grpc.health.v1.Health/Check")
        assert await call(b"") == b"\x08\x01"


@pytest.mark.parametrize("beginning", [b"", b"P", b"PRI * HTTP/2.0\r\n"])
async def test_a_connection_that_does_not_say_what_it_is_is_closed(boundary: Boundary, beginning: bytes):
    reader, writer = await boundary.connect()
    writer.write(beginning)
    async with asyncio.timeout(5):
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""


@pytest.mark.parametrize(
    "beginning", [b"GET / HTTP/1.1\r\n", b"GET /healthcheck HTTP/1.1\r\nHost: localhost\r\n\r\nGET"]
)
async def test_a_head_that_is_never_finished_ends_in_408(boundary: Boundary, beginning: bytes):
    assert b"HTTP/1.1 408 Request Timeout" in await boundary.raw(beginning)


async def test_a_head_that_trickles_in_ends_in_408(boundary: Boundary):
    reader, writer = await boundary.connect()
    answer = asyncio.ensure_future(reader.read())
    for letter in b"GET /healthcheck HTTP/1.1\r\nX-Slow: " + b"a" * 1000:
        writer.write(bytes([letter]))
        await asyncio.wait([answer], timeout=0.02)
        if answer.done():
            break
    assert answer.done()
    assert answer.result().startswith(b"HTTP/1.1 408 ")


async def test_a_body_that_is_never_sent_ends_in_408(boundary: Boundary):
    head = b"POST /api/v1/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{"
    answer = parse(await boundary.raw(head))
    assert answer.status == 408
    assert boundary.services.asked == []


async def test_connections_past_the_limit_are_told_so(boundary: Boundary):
    held = [await boundary.connect() for _ in range(20)]
    for _, writer in held:
        writer.write(b"G")
    answer = await boundary.raw(b"")
    assert answer.startswith(b"HTTP/1.1 503 ")
    for _, writer in held:
        writer.close()
        await writer.wait_closed()
    async with asyncio.timeout(5):
        while True:
            answer = await boundary.raw(b"GET /healthcheck HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            if answer.startswith(b"HTTP/1.1 200 "):
                break
    assert boundary.front.connections <= 1


async def test_pipelined_requests_are_answered_in_order(boundary: Boundary):
    first = b"GET /api/v1/tasks/p/d/one/v HTTP/1.1\r\nHost: localhost\r\n\r\n"
    second = b"GET /api/v1/tasks/p/d/two/v HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    answer = await boundary.raw(first + second)
    assert 0 < answer.index(b'"name":"one"'.replace(b":", b": ")) < answer.index(b'"name": "two"')
