"""ASGI middleware that refuses what a hostile web page can make a browser send, and requests without bounds.

Whoever can reach the platform can run code, so the browser's user must not become its tool: the Host must be our own
(DNS rebinding), a state-changing request must come from our own pages or from no page at all, and its content type must
be one that browsers do not send across sites unasked. No CORS header is ever sent.
"""

import asyncio
import contextlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.utils import format_datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flyweight.clock import Clock, SystemClock, to_datetime

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
CONTENT_TYPES = frozenset(
    {"application/json", "application/octet-stream", "application/protobuf", "application/x-protobuf"}
)
BODY_SECONDS = 30.0
"""How long a client may pause while it sends a body."""

_FIRST_ERROR = 400

DRAIN_SECONDS, DRAIN_BYTES = 5.0, 512 * 1024 * 1024
"""How long, and how much, is read of a request whose answer is sent already."""

_SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is let through."""

    hosts: frozenset[str]
    """Names and addresses (IPv6 without brackets) that a Host header may bear, with any port."""
    any_address: bool = False
    """Whether any literal IP address may be the Host: set when bound beyond loopback (rebinding needs a name)."""
    max_body_bytes: int
    upload_prefix: str = "/blobs/"
    """Below it, a signature authorises a PUT: any content type, and the signed service bounds the body."""
    body_seconds: float = BODY_SECONDS
    headers: dict[str, str] = field(default_factory=lambda: dict(_SECURITY_HEADERS))
    """Set on each answer that does not set them itself."""


def own_hosts(bound: str, extra: Iterable[str] = ()) -> frozenset[str]:
    """List the names of a platform that is bound to this host."""
    return frozenset(name.lower().strip("[]") for name in ("localhost", "127.0.0.1", "::1", bound, *extra) if name)


class Guard:
    """Wraps an ASGI application.

    Args:
        app: What requests that pass go to.
        rules: What passes.
        clock: Tells the Date of answers.
    """

    def __init__(self, app: ASGIApp, rules: Rules, clock: Clock | None = None) -> None:
        self._app = app
        self._rules = rules
        self._clock = clock or SystemClock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or pass it on with bounds on its body and headers on its answer."""
        body = _Body(scope, receive, self._rules)
        answer = _Answer(send, self._rules, self._clock, body)
        try:
            check(scope, self._rules)
            body.check_declared()
            await self._app(scope, body.receive, answer.send)
        except ClientDisconnect:
            return  # in the middle of its request: nobody is left to answer, and nothing is amiss
        except RefusedError as refused:
            if answer.started:
                raise
            await answer.refuse(refused)


class RefusedError(Exception):
    """A request that is not let through; ``status`` is the HTTP status that its sender gets."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        self.message = message
        super().__init__(message)


def check(scope: Scope, rules: Rules) -> None:
    """Look at a request's head; raises ``RefusedError``."""
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    name = _host_name(host)
    if name not in rules.hosts and not (rules.any_address and _is_address(name)):
        raise RefusedError(
            403,
            f"this platform does not answer to the host name {host[:100]!r}. "
            "Reach it by its own address, or name it in allowed_hosts of the platform's configuration",
        )
    if scope["method"] not in CHANGING:
        return
    _check_origin(headers, host)
    if not scope["path"].startswith(rules.upload_prefix):
        _check_content_type(scope["method"], headers)


def _check_origin(headers: Headers, host: str) -> None:
    site = headers.get("sec-fetch-site", "none")
    if site not in {"none", "same-origin"}:
        raise RefusedError(403, f"a request from another site ({site[:100]}) may not change anything here")
    origin = headers.get("origin")
    if origin is None:
        return
    parts = urlsplit(origin)
    if parts.scheme not in {"http", "https"} or parts.netloc.lower() != host.lower():
        raise RefusedError(403, f"a page of the origin {origin[:100]!r} may not change anything here")


def _check_content_type(method: str, headers: Headers) -> None:
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type in CONTENT_TYPES:
        return
    # Browsers ask before a DELETE across sites, and a DELETE needs no body: its type may be left out.
    if method == "DELETE" and not content_type and headers.get("content-length", "0") == "0":
        return
    raise RefusedError(
        415, f"the content type {content_type[:100]!r} is not taken; send application/json or application/x-protobuf"
    )


def _host_name(host: str) -> str:
    """Take the name out of a Host header; a malformed one gives what matches no name."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return "?"
    plain = not (parts.username or parts.password or parts.path or parts.query or parts.fragment)
    return (parts.hostname or "?") if plain else "?"


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


class _Body:
    """Counts and times what comes of a body."""

    def __init__(self, scope: Scope, receive: Receive, rules: Rules) -> None:
        self._receive = receive
        self._seconds = rules.body_seconds
        self._left: int | None = None if scope["path"].startswith(rules.upload_prefix) else rules.max_body_bytes
        self._limit = rules.max_body_bytes
        self._declared = Headers(scope=scope).get("content-length", "")
        self._complete = False
        self._has_body = scope["method"] in CHANGING

    @property
    def coming(self) -> bool:
        """Whether there may be more of it than was read."""
        return self._has_body and not self._complete

    def check_declared(self) -> None:
        """Refuse a body that says itself that it is too large."""
        if self._left is not None and self._declared.isdecimal() and int(self._declared) > self._left:
            raise self._too_large()

    async def receive(self) -> Message:
        if self._complete:
            return await self._receive()  # waits for the client to leave: event streams do that for hours
        try:
            async with asyncio.timeout(self._seconds):
                message = await self._receive()
        except TimeoutError as problem:
            raise RefusedError(408, f"the body did not arrive: nothing came for {self._seconds:g} seconds") from problem
        self._complete = not message.get("more_body", False)
        if self._left is not None:
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise self._too_large()
        return message

    async def drain(self) -> None:
        """Read on for a while what nobody wants: a client that still sends would otherwise not see the answer."""
        left = DRAIN_BYTES
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(DRAIN_SECONDS, self._seconds)):
                while not self._complete and left > 0:
                    message = await self._receive()
                    left -= len(message.get("body", b""))
                    self._complete = not message.get("more_body", False)

    def _too_large(self) -> RefusedError:
        return RefusedError(
            413,
            f"the body is above the limit of {self._limit / 1e6:.1f} MB. Upload large values as files "
            "through the data proxy, or raise the platform's max_request_bytes",
        )


class _Answer:
    """Adds headers, and remembers whether an answer has begun."""

    def __init__(self, send: Send, rules: Rules, clock: Clock, body: _Body) -> None:
        self._send = send
        self._body = body
        self._rules = rules
        self._clock = clock
        self.started = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            if message["status"] >= _FIRST_ERROR and self._body.coming:
                headers["connection"] = "close"  # what is left of the body would be read as long as it comes
            headers.setdefault("date", format_datetime(to_datetime(self._clock.now()), usegmt=True))
            for name, value in self._rules.headers.items():
                headers.setdefault(name, value)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            # All of the answer is on its way before the rest of the request is read; then the two have ended.
            await self._send({**message, "more_body": True})
            await self._body.drain()
            message = {"type": "http.response.body", "body": b""}
        await self._send(message)

    async def refuse(self, refused: RefusedError) -> None:
        body = json.dumps({"error": refused.message, "code": _number(refused.status), "message": refused.message})
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        await self.send({"type": "http.response.start", "status": refused.status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body.encode()})


def _number(status: int) -> int:
    """Give the gRPC code that stands in grpc-gateway's JSON beside an HTTP status."""
    return {403: 7, 408: 4, 413: 8, 415: 3}[status]
