"""Speaks HTTP/1.1 on connections that ``front`` hands over: uvicorn's protocol, with a deadline for request heads.

No second listener and no second hop: the protocol object takes over the transport and calls the ASGI app in process.
"""

import asyncio
from collections.abc import Callable

import h11
from starlette.types import ASGIApp
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

HEAD_SECONDS = 10.0
"""How long a client may take to send the head of a request it has begun; a slow one is told 408."""

KEEP_ALIVE_SECONDS = 60
"""How long a connection may idle between requests."""

MAX_HEAD_BYTES = 64 * 1024

_REASON = b"The head of the request did not arrive in time.\n"
_TOO_SLOW = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n%s" % (len(_REASON), _REASON)
)


class HttpServer:
    """Makes protocols for the connections of one ASGI app, and ends them.

    Args:
        app: The ASGI application; it is given ``http`` scopes only.
        head_seconds: Deadline for the head of a request.
    """

    def __init__(self, app: ASGIApp, *, head_seconds: float = HEAD_SECONDS) -> None:
        self._config = Config(
            app,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            h11_max_incomplete_event_size=MAX_HEAD_BYTES,
        )
        self._config.load()
        self._state = ServerState()
        self._head_seconds = head_seconds

    def protocol(self, lost: Callable[[], None]) -> asyncio.Protocol:
        """Make the protocol of one connection; ``lost`` is called once, when the connection is gone."""
        return _Connection(self._config, self._state, self._head_seconds, lost)

    async def stop(self, grace: float) -> None:
        """Let requests under way finish for ``grace`` seconds, then hang up on them (event streams never finish)."""
        for connection in list(self._state.connections):
            connection.shutdown()
        await self._wait(grace)
        for connection in list(self._state.connections):
            connection.transport.close()
        await self._wait(1.0)

    async def _wait(self, seconds: float) -> None:
        if self._state.tasks:
            await asyncio.wait(self._state.tasks, timeout=seconds)


class _Connection(H11Protocol):
    def __init__(self, config: Config, state: ServerState, head_seconds: float, lost: Callable[[], None]) -> None:
        super().__init__(config, state, {})
        self._head_seconds = head_seconds
        self._head_deadline: asyncio.TimerHandle | None = None
        self._lost = lost

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch_head()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        begun, _ = self.conn.trailing_data
        if begun:
            self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)
        self._lost()

    def _watch_head(self) -> None:
        """The deadline runs while a request has begun and its head is not complete, whatever trickles in."""
        if self.conn.their_state is not h11.IDLE or self.transport.is_closing():
            self._disarm()
        elif self._head_deadline is None:
            self._head_deadline = self.loop.call_later(self._head_seconds, self._head_too_slow)

    def _disarm(self) -> None:
        if self._head_deadline is not None:
            self._head_deadline.cancel()
            self._head_deadline = None

    def _head_too_slow(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(_TOO_SLOW)
            self.transport.close()
