"""One listening port for everything: looks at the first bytes of a connection and hands it to gRPC or to HTTP.

Flyte's clients derive the console's address from the gRPC endpoint, so both must answer on one port, and grpc-python
cannot be handed an accepted connection: gRPC is spliced to a unix socket, HTTP is spoken in this process.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from socket import socket
from typing import Literal, cast

from flyweight.api.splice import Splice

logger = logging.getLogger(__name__)

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
"""What every HTTP/2 client sends first (RFC 9113, 3.4); HTTP/1.1 reserves the method PRI so that this works."""

FIRST_BYTES_SECONDS = 10.0
"""A connection that has not said what it is by then is closed (browsers open some in advance, and reopen them)."""

MAX_CONNECTIONS = 1_000
"""Each costs up to three file descriptors; one more is told 503 and closed."""

HANG_UP_SECONDS = 1.0

_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: 31\r\nretry-after: 1\r\nconnection: close\r\n\r\nToo many connections are open.\n"
)

HttpProtocol = Callable[[Callable[[], None]], asyncio.Protocol]
"""Makes the protocol that speaks HTTP on one connection; it calls the given function when the connection is lost."""


def protocol_of(first_bytes: bytes) -> Literal["grpc", "http"] | None:
    """Tell by its first bytes what a connection speaks; None when there are too few of them to tell."""
    if first_bytes.startswith(PREFACE):
        return "grpc"
    return None if PREFACE.startswith(first_bytes) else "http"


class Front:
    """Accepts connections on listening sockets and hands each one on.

    Args:
        grpc_socket: Path of the unix socket on which the gRPC server listens.
        http: Makes the HTTP protocol of a connection.
        first_bytes_seconds: Deadline for a connection to say what it speaks.
        max_connections: How many may be open at once, of both kinds together.
    """

    def __init__(
        self,
        *,
        grpc_socket: Path,
        http: HttpProtocol,
        first_bytes_seconds: float = FIRST_BYTES_SECONDS,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        self.grpc_socket = grpc_socket
        self.http = http
        self.first_bytes_seconds = first_bytes_seconds
        self._max_connections = max_connections
        self._open: set[_Arrival] = set()
        self._servers: list[asyncio.Server] = []
        self._empty = asyncio.Event()
        self._joining: set[asyncio.Task[None]] = set()

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._open)

    async def start(self, sockets: Sequence[socket]) -> None:
        """Accept connections on these listening sockets (``listening.listen`` makes them)."""
        loop = asyncio.get_running_loop()
        for listener in sockets:
            self._servers.append(await loop.create_server(lambda: _Arrival(self), sock=listener, backlog=512))

    async def stop(self) -> None:
        """Accept nothing more; connections that were handed on are ended by their servers."""
        for server in self._servers:
            server.close()
        for task in self._joining:
            task.cancel()
        for arrival in list(self._open):
            arrival.give_up()

    async def hang_up(self) -> None:
        """Cut every connection that is left, once the servers behind have had their time to end them."""
        for arrival in list(self._open):
            arrival.abort()
        if self._open:
            self._empty.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), HANG_UP_SECONDS)

    def admit(self, connection: "_Arrival") -> bool:
        """Count a connection in, unless there are too many."""
        if len(self._open) >= self._max_connections:
            logger.warning("refused a connection: %d are open already", len(self._open))
            return False
        self._open.add(connection)
        return True

    def leave(self, connection: "_Arrival") -> None:
        """Count a connection out."""
        self._open.discard(connection)
        if not self._open:
            self._empty.set()

    def join_grpc(self, client: asyncio.Transport, first_bytes: bytes, lost: Callable[[], None]) -> None:
        """Splice a connection to the gRPC server."""
        client.pause_reading()
        outer = Splice(lost)
        client.set_protocol(outer)
        outer.connection_made(client)
        task = asyncio.get_running_loop().create_task(self._join(client, outer, first_bytes))
        self._joining.add(task)
        task.add_done_callback(self._joining.discard)

    async def _join(self, client: asyncio.Transport, outer: Splice, first_bytes: bytes) -> None:
        inner = Splice()
        outer.join(inner)  # before there is a connection: the server speaks first, and at once
        try:
            await asyncio.get_running_loop().create_unix_connection(lambda: inner, str(self.grpc_socket))
        except OSError as problem:
            logger.warning("the gRPC server does not answer on %s: %s", self.grpc_socket, problem)
            client.close()
            return
        if client.is_closing():
            inner.close()
            return
        inner.write(first_bytes)
        client.resume_reading()


class _Arrival(asyncio.Protocol):
    """A connection that has not yet shown what it speaks."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._first = b""
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # A cast, since uvloop's transports are no subclasses: a stream's transport reads and writes.
        stream = cast("asyncio.Transport", transport)
        self._transport = stream
        if not self._front.admit(self):
            stream.write(_FULL)
            stream.close()
            return
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(self._front.first_bytes_seconds, stream.abort)

    def data_received(self, data: bytes) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        self._first += data
        match protocol_of(self._first):
            case None:
                return
            case "grpc":
                self._disarm()
                self._front.join_grpc(transport, self._first, self._lost)
            case "http":
                self._disarm()
                protocol = self._front.http(self._lost)
                transport.set_protocol(protocol)
                protocol.connection_made(transport)
                protocol.data_received(self._first)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._disarm()
        self._lost()

    def give_up(self) -> None:
        """Close it, unless it was handed on."""
        if self._deadline is not None:
            self.abort()

    def abort(self) -> None:
        """Cut it, whoever speaks on it."""
        if self._transport is not None:
            self._transport.abort()

    def _lost(self) -> None:
        self._front.leave(self)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
