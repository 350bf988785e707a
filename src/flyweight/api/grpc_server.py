"""Serves the services over gRPC on a private unix socket, with health and reflection.

``front`` splices clients to it. Built from the service descriptors alone (``dispatch``).
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import NoReturn

from google.protobuf import descriptor_pool
from google.protobuf.message import Message
from grpc_reflection.v1alpha import reflection

from flyweight.api.dispatch import Rpc, find_rpcs, service_descriptors
from flyweight.api.errors import failure
from flyweight.api.grpc_library import aio, grpc
from flyweight.api.health import Health
from flyweight.ids import new_request_id

logger = logging.getLogger(__name__)

REQUEST_ID = "x-request-id"
HARD_LIMIT_FACTOR = 8
"""Up to so many times the limit a request is read, so that its sender gets our words rather than gRPC's."""

# Flyte's clients ping every 30 seconds, also without a call under way: a server that forbids it sends GOAWAY
# "too_many_pings". Our own pings find clients that vanished without a word (half-open connections).
_OPTIONS = [
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_ping_strikes", 0),
    ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 1_000),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.max_connection_idle_ms", 3_600_000),
    ("grpc.server_handshake_timeout_ms", 10_000),
    ("grpc.max_metadata_size", 32 * 1024),
    ("grpc.max_send_message_length", -1),
    ("grpc.so_reuseport", 0),
]


class GrpcServer:
    """A gRPC server over a unix socket whose folder only its owner can enter.

    Args:
        services: Objects whose coroutines bear the snake_case names of RPCs.
        socket: Path of the unix socket; what a dead platform left there is removed.
        max_request_bytes: A larger request is answered RESOURCE_EXHAUSTED.
    """

    def __init__(self, services: Iterable[object], *, socket: Path, max_request_bytes: int) -> None:
        self.socket = socket
        self._limit = max_request_bytes
        options = [*_OPTIONS, ("grpc.max_receive_message_length", max_request_bytes * HARD_LIMIT_FACTOR)]
        self._server = aio.server(options=options, maximum_concurrent_rpcs=2_000)
        descriptors = service_descriptors()
        names = [service.full_name for service in descriptors]
        health_service = descriptor_pool.Default().FindServiceByName("grpc.health.v1.Health")
        self._health = Health(names)
        for service in descriptors:
            self._add(find_rpcs(services, [service]), service.full_name)
        self._add(find_rpcs([self._health], [health_service]), health_service.full_name)
        reflection.enable_server_reflection([*names, health_service.full_name, reflection.SERVICE_NAME], self._server)

    async def start(self) -> None:
        """Listen on the socket."""
        self.socket.unlink(missing_ok=True)
        self._server.add_insecure_port(f"unix:{self.socket}")
        await self._server.start()
        self.socket.chmod(0o600)

    async def stop(self, grace: float) -> None:
        """Refuse new calls, give those under way ``grace`` seconds, then cancel them."""
        self._health.stop()
        await self._server.stop(grace)
        self.socket.unlink(missing_ok=True)

    def _add(self, rpcs: Iterable[Rpc], service: str) -> None:
        handlers = {rpc.descriptor.name: self._handler(rpc) for rpc in rpcs}
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))

    def _handler(self, rpc: Rpc) -> "grpc.RpcMethodHandler[bytes, Message]":
        # Requests arrive as bytes: a deserialiser that raises would be answered INTERNAL, without a word of why.
        async def unary(body: bytes, context: aio.ServicerContext[bytes, Message]) -> Message:
            request_id = _request_id(context)
            try:
                return await rpc.unary()(rpc.parse(body, self._limit))
            except asyncio.CancelledError:
                raise
            except Exception as problem:  # the API's border: every exception becomes a status
                await _abort(context, rpc, request_id, problem)

        async def stream(body: bytes, context: aio.ServicerContext[bytes, Message]) -> AsyncIterator[Message]:
            request_id = _request_id(context)
            try:
                async for message in rpc.stream()(rpc.parse(body, self._limit)):
                    yield message
            except asyncio.CancelledError:
                raise
            except Exception as problem:  # the API's border: every exception becomes a status
                await _abort(context, rpc, request_id, problem)

        if rpc.streams:
            return grpc.unary_stream_rpc_method_handler(stream, response_serializer=_serialize)
        return grpc.unary_unary_rpc_method_handler(unary, response_serializer=_serialize)


def _serialize(message: Message) -> bytes:
    return message.SerializeToString()


def _request_id(context: aio.ServicerContext[bytes, Message]) -> str:
    """Take the caller's own id if it sent a decent one, so that its log and ours can be read side by side."""
    for key, value in context.invocation_metadata() or ():
        if key == REQUEST_ID and isinstance(value, str) and value.isprintable() and len(value) <= 64:  # noqa: PLR2004 - a length no sane id has
            return value
    return new_request_id()


async def _abort(
    context: aio.ServicerContext[bytes, Message], rpc: Rpc, request_id: str, problem: Exception
) -> NoReturn:
    told = failure(problem, rpc.name, request_id)
    await context.abort(told.grpc_status, told.message, trailing_metadata=((REQUEST_ID, request_id),))
