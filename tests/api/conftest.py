"""The whole boundary over real sockets, in front of a few real coroutines: what a client sees, gRPC or HTTP."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import grpc
import pytest
import uvloop
from flyteidl.admin import execution_pb2, project_pb2, task_pb2, version_pb2
from flyteidl.core import identifier_pb2

from flyweight.api.app import About, http_app
from flyweight.api.front import Front
from flyweight.api.grpc_server import GrpcServer
from flyweight.api.guard import Rules, own_hosts
from flyweight.api.http_server import HttpServer
from flyweight.api.listening import listen
from flyweight.errors import AlreadyExists, NotFound, PlatformError
from flyweight.protocol import watch_pb2

MAX_BODY = 100_000


class Services:
    """Answers a handful of RPCs and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[object] = []
        self.cancelled = asyncio.Event()

    async def get_version(self, request: version_pb2.GetVersionRequest) -> version_pb2.GetVersionResponse:
        self.asked.append(request)
        return version_pb2.GetVersionResponse(control_plane_version={"Version": "1"})

    async def get_task(self, request) -> task_pb2.Task:
        self.asked.append(request)
        match request.id.name:
            case "missing":
                raise NotFound("there is no task 'missing'; did you mean 'present'?")
            case "broken":
                raise ZeroDivisionError("a bug")
            case "long":
                raise NotFound("é" * 100_000)
            case "storage":
                raise PlatformError("the disk is on fire")
        return task_pb2.Task(id=request.id, short_description="a task")

    async def create_task(self, request: task_pb2.TaskCreateRequest) -> task_pb2.TaskCreateResponse:
        self.asked.append(request)
        if request.id.name == "again":
            raise AlreadyExists("it is there already")
        return task_pb2.TaskCreateResponse()

    async def list_executions(self, request) -> execution_pb2.ExecutionList:
        self.asked.append(request)
        return execution_pb2.ExecutionList(token="7")

    async def terminate_execution(self, request) -> execution_pb2.ExecutionTerminateResponse:
        self.asked.append(request)
        return execution_pb2.ExecutionTerminateResponse()

    async def update_project(self, request: project_pb2.Project) -> project_pb2.ProjectUpdateResponse:
        self.asked.append(request)
        return project_pb2.ProjectUpdateResponse()

    async def get_named_entity(self, request):
        self.asked.append(request)
        from flyteidl.admin import common_pb2

        return common_pb2.NamedEntity(resource_type=request.resource_type, id=request.id)

    async def watch(self, request: watch_pb2.WatchRequest) -> AsyncIterator[watch_pb2.WatchEvent]:
        yield watch_pb2.WatchEvent(deck=watch_pb2.DeckUpdate(node_id="n0", revision=1))
        if request.name == "missing":
            raise NotFound("there is no execution 'missing'")
        if request.name == "endless":
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.cancelled.set()
                raise


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self):
        return json.loads(self.body)


@dataclass
class Boundary:
    """What is served, and a client that sends exactly the bytes it is told to."""

    port: int
    front: Front
    services: Services
    http: HttpServer
    grpc: GrpcServer
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    def channel(self, **options) -> grpc.aio.Channel:
        return grpc.aio.insecure_channel(f"127.0.0.1:{self.port}", options=list(options.items()))

    async def connect(self, address: str = "127.0.0.1"):
        reader, writer = await asyncio.open_connection(address, self.port)
        self.writers.append(writer)
        return reader, writer

    async def raw(self, data: bytes) -> bytes:
        """Send bytes and read until the other side closes."""
        reader, writer = await self.connect()
        writer.write(data)
        async with asyncio.timeout(10):
            return await reader.read()

    async def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """Send one HTTP request; a header's underscores stand for dashes, and None leaves it out."""
        named = {"host": f"127.0.0.1:{self.port}", "connection": "close"}
        if body:
            named["content-length"] = str(len(body))
            named["content-type"] = "application/json"
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in named.items() if v is not None), "", ""]
        return parse(await self.raw("\r\n".join(lines).encode() + body))


def parse(answer: bytes) -> Answer:
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
    if headers.get("transfer-encoding") == "chunked":
        whole = b""
        while body:
            size, _, body = body.partition(b"\r\n")
            whole, body = whole + body[: int(size, 16)], body[int(size, 16) + 2 :]
        body = whole
    return Answer(int(status.split()[1]), headers, body)


def pytest_asyncio_loop_factories(config, item):
    """The loop that the platform runs on."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture
async def boundary(tmp_path: Path) -> AsyncIterator[Boundary]:
    services = Services()
    rules = Rules(hosts=own_hosts("127.0.0.1", ["flyweight.test"]), max_body_bytes=MAX_BODY, body_seconds=0.3)
    about = About(version="0", data_dir="/data", pid=1, limits="by hand", load=lambda: {"executions": 2})
    app = http_app([services], [], about, rules)
    http = HttpServer(app, head_seconds=0.3)
    server = GrpcServer([services], socket=tmp_path / "grpc.sock", max_request_bytes=MAX_BODY)
    await server.start()
    front = Front(grpc_socket=server.socket, http=http.protocol, first_bytes_seconds=0.3, max_connections=20)
    sockets = listen("127.0.0.1", 0)
    await front.start(sockets)
    served = Boundary(sockets[0].getsockname()[1], front, services, http, server)
    yield served
    for writer in served.writers:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
    await front.stop()
    await http.stop(0.1)
    await server.stop(0.1)
    await front.hang_up()


def task_id(name: str) -> identifier_pb2.Identifier:
    return identifier_pb2.Identifier(project="p", domain="d", name=name, version="v")
