"""Signed up- and downloads as Flyte's clients make them, against a whole platform on a port of its own."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from flyweight import server
from flyweight.settings import PlatformSettings

from .conftest import Answer, Boundary

CONTENT = b"0123456789" * 1000
MD5 = base64.b64encode(hashlib.md5(CONTENT, usedforsecurity=False).digest()).decode()


def md5(content: bytes) -> bytes:
    return hashlib.md5(content, usedforsecurity=False).digest()


def settings(tmp_path: Path, **given) -> PlatformSettings:
    return PlatformSettings(
        data_dir=tmp_path / "data", **{"port": 0, "environments": {}, "max_upload_bytes": 100_000, **given}
    )


@dataclass
class Client:
    """Sends requests to a platform."""

    port: int

    async def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        boundary = Boundary(self.port, None, None, None, None)
        answer = await boundary.send(method, path, body, **headers)
        for writer in boundary.writers:
            writer.close()
        return answer

    async def location(self, content: bytes = CONTENT, filename: str = "a b.bin") -> dict:
        request = {
            "project": "flytesnacks",
            "domain": "development",
            "filename": filename,
            "contentMd5": base64.b64encode(md5(content)).decode(),
        }
        answer = await self.send("POST", "/api/v1/dataproxy/artifact_urn", json.dumps(request).encode())
        assert answer.status == 200, answer.body
        return answer.json()

    async def put(self, url: str, content: bytes, **headers: str) -> Answer:
        """Upload as flytekit does: the MD5 in a header, no content type of ours."""
        given = {"content_md5": base64.b64encode(md5(content)).decode(), "content_type": None, **headers}
        return await self.send("PUT", path_of(url), content, **given)

    async def download_url(self, native_url: str) -> str:
        answer = await self.send("GET", f"/api/v1/dataproxy/artifact_urn?native_url={quote(native_url)}")
        return (
            answer.json()["signedUrl"][0]
            if isinstance(answer.json()["signedUrl"], list)
            else answer.json()["signedUrl"]
        )


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    async with server.platform(settings(tmp_path)) as running:
        yield Client(int(running.address.rpartition(":")[2]))


async def test_what_goes_up_comes_down_whole_and_in_parts(client: Client):
    location = await client.location()
    assert (await client.put(location["signedUrl"], CONTENT)).status == 200
    assert Path(location["nativeUrl"].removeprefix("file://").replace("%20", " ")).read_bytes() == CONTENT
    url = path_of(await client.download_url(location["nativeUrl"]))
    whole = await client.send("GET", url)
    assert (whole.status, whole.body) == (200, CONTENT)
    assert whole.headers["accept-ranges"] == "bytes"
    part = await client.send("GET", url, range="bytes=3-5")
    assert (part.status, part.body, part.headers["content-range"]) == (206, b"345", "bytes 3-5/10000")
    head = await client.send("HEAD", url)
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", "10000")
    assert (await client.send("GET", url, range="bytes=-4")).body == CONTENT[-4:]
    for none_of_it in ("bytes=20000-", "bytes=-0"):
        assert (await client.send("GET", url, range=none_of_it)).status == 416
    assert (await client.send("GET", url, range=f"bytes={'9' * 5000}-")).body == CONTENT


async def test_the_same_content_gets_the_same_place(client: Client):
    assert (await client.location())["nativeUrl"] == (await client.location())["nativeUrl"]


async def test_a_page_that_a_user_uploaded_cannot_act_as_one_of_ours(client: Client):
    location = await client.location(b"<script>", "page.html")
    await client.put(location["signedUrl"], b"<script>")
    answer = await client.send("GET", path_of(await client.download_url(location["nativeUrl"])))
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert "allow-same-origin" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_link_is_good_for_nothing_but_what_it_was_made_for(client: Client):
    location = await client.location()
    url = path_of(location["signedUrl"])
    other = path_of((await client.location(b"other", "other.bin"))["signedUrl"])
    path, query = url.split("?")
    hostile = [
        ("PUT", path),
        ("PUT", f"{path}?{query[:-1]}"),
        ("PUT", f"{path}x?{query}"),
        ("PUT", f"{other.split('?')[0]}?{query}"),
        ("PUT", f"{path.replace('a%20b.bin', '..%2F..%2F..%2Fx')}?{query}"),
        ("PUT", f"{path}/../../../x?{query}"),
        ("PUT", url.replace("expires=", "expires=9")),
        ("GET", url),
    ]
    for method, address in hostile:
        body = CONTENT if method == "PUT" else b""
        content_md5 = base64.b64encode(md5(CONTENT)).decode()
        answer = await client.send(method, address, body, content_md5=content_md5, content_type=None)
        assert answer.status in {400, 403}, (method, address, answer.body)
    assert (await client.send("POST", url, CONTENT)).status == 405


async def test_another_content_than_was_signed_is_refused_and_leaves_nothing(client: Client):
    location = await client.location()
    signed = base64.b64encode(md5(CONTENT)).decode()
    answer = await client.put(location["signedUrl"], b"something else", content_md5=signed)
    assert answer.status == 400
    assert "MD5" in answer.json()["message"]
    url = await client.send("GET", f"/api/v1/dataproxy/artifact_urn?native_url={quote(location['nativeUrl'])}")
    assert (await client.send("GET", path_of(url.json()["signedUrl"]))).status == 404


async def test_an_upload_past_the_limit_is_told_413(client: Client):
    content = b"x" * 200_000
    location = await client.location(content)
    answer = await client.put(location["signedUrl"], content)
    assert answer.status == 413


async def test_an_upload_of_a_foreign_page_is_refused(client: Client):
    location = await client.location()
    assert (await client.put(location["signedUrl"], CONTENT, origin="http://evil.example")).status == 403


async def test_an_uploader_who_goes_away_leaves_nothing_and_is_no_fault_of_ours(
    client: Client, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    path = path_of((await client.location())["signedUrl"])
    head = f"PUT {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(CONTENT)}\r\ncontent-md5: {MD5}\r\n\r\n"
    parts = tmp_path / "data" / "blobs"
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(head.encode() + CONTENT[:100])
    async with asyncio.timeout(10):
        while not list(parts.rglob(".part-*")):
            await asyncio.sleep(0.01)
        writer.transport.abort()
        while list(parts.rglob(".part-*")):
            await asyncio.sleep(0.01)
    assert (await client.send("GET", "/healthcheck")).status == 200
    assert [path for path in parts.rglob("*") if path.is_file()] == []
    assert caplog.records == []
    del reader
