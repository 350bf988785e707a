"""The connection to a platform: typed calls with deadlines, errors of our own tree, retries where they are safe.

The only file of the client side that knows grpc. Everything above says ``connection.call(rpcs.GET_TASK, request)``.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import grpc
from google.protobuf.message import Message

from flyweight.client.rpcs import Rpc
from flyweight.errors import (
    AlreadyExists,
    DeadlineExceeded,
    FlyweightError,
    InvalidInput,
    NotFound,
    PermissionDenied,
    PlatformError,
    PreconditionFailed,
    TooLarge,
    TryAgain,
    Unauthenticated,
    Unsupported,
    UserError,
)

Request = TypeVar("Request", bound=Message)
Reply = TypeVar("Reply", bound=Message)

CALL_SECONDS: Final = 60.0
"""The deadline of one call, retries included; flytekit's figure."""
MESSAGE_BYTES: Final = 64 * 1024 * 1024
"""The largest message taken in; Flyte's servers send at most 20 MB, ours says what is too large itself."""
BACKOFF_SECONDS: Final = (0.1, 0.3, 1.0, 3.0)
KEEPALIVE_MS: Final = 30_000

logger = logging.getLogger("flyweight.client")

_ERRORS: Final[dict[grpc.StatusCode, type[FlyweightError]]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidInput,
    grpc.StatusCode.OUT_OF_RANGE: InvalidInput,
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.ALREADY_EXISTS: AlreadyExists,
    grpc.StatusCode.FAILED_PRECONDITION: PreconditionFailed,
    grpc.StatusCode.RESOURCE_EXHAUSTED: TooLarge,
    grpc.StatusCode.UNAUTHENTICATED: Unauthenticated,
    grpc.StatusCode.PERMISSION_DENIED: PermissionDenied,
    grpc.StatusCode.ABORTED: UserError,
    grpc.StatusCode.UNIMPLEMENTED: Unsupported,
    grpc.StatusCode.UNAVAILABLE: TryAgain,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceeded,
}


class NoPlatform(TryAgain):
    """No platform answers. Start one with: flyweight up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a platform listens and how to speak to it."""

    address: str
    """``host:port``, without a scheme."""
    insecure: bool = True
    ca_certificate: Path | None = None
    """Trusted instead of the machine's own certificates."""
    token: str = ""
    """Sent as a bearer token when given."""


class Connection:
    """One live connection to a platform; safe to share between threads, closed for good by ``close``."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.address = endpoint.address
        self._closed = threading.Event()
        self._channel = _open(endpoint)
        self._metadata = (("authorization", f"Bearer {endpoint.token}"),) if endpoint.token else ()

    def call(self, rpc: Rpc[Request, Reply], request: Request, *, seconds: float = CALL_SECONDS) -> Reply:
        """Send one request and give its reply.

        Args:
            rpc: which procedure.
            request: its message.
            seconds: the deadline of each try.

        Raises:
            FlyweightError: the server's refusal with its own message, as the class its status stands for.
        """
        send = self._channel.unary_unary(
            rpc.path, request_serializer=rpc.request.SerializeToString, response_deserializer=rpc.reply.FromString
        )
        delays = iter(BACKOFF_SECONDS if rpc.repeatable else ())
        while True:
            try:
                return send(request, timeout=seconds, metadata=self._metadata)
            except grpc.RpcError as failure:
                error = self._error(rpc, failure)
                delay = next(delays, None) if _passing(error) else None
                if delay is None or self._closed.wait(delay):
                    raise error from failure
                logger.info("%s: %s; trying again", rpc.name, error)

    def stream(self, rpc: Rpc[Request, Reply], request: Request) -> "Stream[Reply]":
        """Open a stream of replies that lasts until the server ends it or it is cancelled.

        It has no deadline: it is watched by keep-alive pings and can be cancelled from another thread.
        """
        receive = self._channel.unary_stream(
            rpc.path, request_serializer=rpc.request.SerializeToString, response_deserializer=rpc.reply.FromString
        )
        replies = receive(request, metadata=self._metadata)
        return Stream(replies, replies.cancel, lambda failure: self._error(rpc, failure))

    def pause(self, seconds: float) -> bool:
        """Wait before another try; true when the connection was closed meanwhile."""
        return self._closed.wait(seconds)

    @property
    def closed(self) -> bool:
        """Whether ``close`` was called."""
        return self._closed.is_set()

    def close(self) -> None:
        """End the connection and every stream on it."""
        self._closed.set()
        self._channel.close()

    def _error(self, rpc: Rpc[Request, Reply], failure: grpc.RpcError) -> FlyweightError:
        status = failure.code() if isinstance(failure, grpc.Call) else grpc.StatusCode.UNKNOWN
        details = str((failure.details() if isinstance(failure, grpc.Call) else "") or failure)
        if status is grpc.StatusCode.UNAVAILABLE and _unreachable(details):
            return NoPlatform(
                f"No platform answers at {self.address}. Start one with: flyweight up (or name another with "
                f"FLYWEIGHT_ENDPOINT=host:port)."
            )
        if status is grpc.StatusCode.DEADLINE_EXCEEDED:
            return DeadlineExceeded(f"{rpc.name}: {self.address} did not answer in time.")
        if status is grpc.StatusCode.UNIMPLEMENTED:
            return Unsupported(details or f"{self.address} does not know {rpc.name}.")
        return _ERRORS.get(status, PlatformError)(details)


class Stream(Iterator[Reply]):
    """The replies of one streaming call; iterate it in one thread, ``cancel`` it from any."""

    def __init__(
        self, replies: Iterator[Reply], cancel: Callable[[], object], error: Callable[[grpc.RpcError], FlyweightError]
    ) -> None:
        self._replies = replies
        self._cancel = cancel
        self._error = error
        self._cancelled = False

    def __next__(self) -> Reply:
        """Wait for the next reply.

        Raises:
            StopIteration: the server ended the stream, or it was cancelled here.
            FlyweightError: the stream broke.
        """
        try:
            return next(self._replies)
        except grpc.RpcError as failure:
            if self._cancelled:
                raise StopIteration from None
            raise self._error(failure) from failure

    def cancel(self) -> None:
        """End the stream from this side."""
        self._cancelled = True
        self._cancel()


def _open(endpoint: Endpoint) -> grpc.Channel:
    options = [
        ("grpc.max_receive_message_length", MESSAGE_BYTES),
        ("grpc.max_send_message_length", MESSAGE_BYTES),
        ("grpc.max_metadata_size", 32 * 1024),
        ("grpc.keepalive_time_ms", KEEPALIVE_MS),
        # A platform that comes back after a restart is found again at once, not after grpc's two minutes.
        ("grpc.max_reconnect_backoff_ms", 2_000),
        ("grpc.initial_reconnect_backoff_ms", 100),
        # Loopback must not travel through a machine's HTTP proxy.
        ("grpc.enable_http_proxy", 0 if endpoint.insecure else 1),
    ]
    if endpoint.insecure:
        return grpc.insecure_channel(endpoint.address, options=options)
    trusted = endpoint.ca_certificate.read_bytes() if endpoint.ca_certificate else None
    return grpc.secure_channel(endpoint.address, grpc.ssl_channel_credentials(trusted), options=options)


def _unreachable(details: str) -> bool:
    reasons = ("Connection refused", "No such file", "failed to connect", "DNS resolution failed", "No route to host")
    return any(reason.lower() in details.lower() for reason in reasons)


def _passing(error: FlyweightError) -> bool:
    return isinstance(error, TryAgain) and not isinstance(error, (NoPlatform, DeadlineExceeded))
