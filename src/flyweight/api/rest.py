"""Serves the services over HTTP at the paths of their ``google.api.http`` annotations, as Flyte's gateway does."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass

from google.api import http_pb2
from google.protobuf.message import Message
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from flyweight.api.dispatch import Rpc
from flyweight.api.errors import NUMBERS, Failure, failure
from flyweight.api.paths import Found, PathTable
from flyweight.api.transcoding import answer_body, answer_type, fill_from_body, fill_from_text
from flyweight.errors import Code
from flyweight.ids import new_request_id

ANNOTATION = "google.api.http"
BODY_IS_REQUEST = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One way in over HTTP to an RPC."""

    rpc: Rpc
    verb: str
    template: str
    body: str
    """``*``: the body is the request; a field's name: the body is that field; empty: there is none."""


def bindings(rpcs: Iterable[Rpc]) -> list[Binding]:
    """Read the HTTP annotations of methods; those without one are not reachable over HTTP."""
    return [
        Binding(rpc=rpc, verb=verb.upper(), template=getattr(each, verb), body=each.body)
        for rpc in rpcs
        for rule in _rules(rpc)
        for each in (rule, *rule.additional_bindings)
        if (verb := each.WhichOneof("pattern")) is not None and verb != "custom"
    ]


def _rules(rpc: Rpc) -> list[http_pb2.HttpRule]:
    options = rpc.descriptor.GetOptions()
    return [value for field, value in options.ListFields() if field.full_name == ANNOTATION]


class Rest:
    """An ASGI application over the bindings; what they do not cover answers 404 or 405 as JSON.

    Args:
        found: What ``bindings`` gave.
    """

    def __init__(self, found: Iterable[Binding]) -> None:
        self._table: PathTable[Binding] = PathTable()
        for binding in found:
            self._table.add(binding.verb, binding.template, binding)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        path = (scope.get("raw_path") or scope["path"].encode()).decode("ascii", "replace")
        # A HEAD is answered like a GET; the HTTP layer leaves the body out.
        method = "GET" if request.method == "HEAD" else request.method
        found = self._table.find(method, path)
        answer = self._nothing_here(path, method) if found is None else await self._call(request, found)
        await answer(scope, receive, send)

    async def _call(self, request: Request, found: Found[Binding]) -> Response:
        body = await request.body()
        request_id = new_request_id()
        rpc = found.target.rpc
        wanted = answer_type(request.headers.get("accept", ""), request.headers.get("content-type", ""))
        try:
            answer = await rpc.unary()(read_request(request, found, body))
            return Response(answer_body(answer, wanted), media_type=wanted)
        except asyncio.CancelledError:
            raise
        except Exception as problem:  # the API's border: every exception becomes a status
            return error_response(failure(problem, rpc.name, request_id), request_id)

    def _nothing_here(self, path: str, method: str) -> Response:
        allowed = sorted(self._table.methods(path))
        if not allowed:
            return _json_error(404, Code.NOT_FOUND, f"there is nothing at {path}; /api/v1/openapi lists what there is")
        response = _json_error(405, Code.UNIMPLEMENTED, f"{path} does not take {method}, but {', '.join(allowed)}")
        response.headers["allow"] = ", ".join(allowed)
        return response


def read_request(request: Request, found: Found[Binding], body: bytes) -> Message:
    """Build the RPC's request of an HTTP request; the path's variables win over what the body says.

    Raises:
        InvalidInput: Something in it does not fit the request message.
    """
    binding = found.target
    message = binding.rpc.request_type()
    content_type = request.headers.get("content-type", "")
    if binding.body == BODY_IS_REQUEST:
        fill_from_body(message, body, content_type)
    else:
        if binding.body:
            fill_from_body(getattr(message, binding.body), body, content_type)
        fill_from_text(message, request.query_params.multi_items())
    fill_from_text(message, found.variables.items())
    return message


def error_response(told: Failure, request_id: str, status: int | None = None) -> Response:
    """Write a failure as grpc-gateway does; ``status`` is for where HTTP has a better word than the gateway."""
    response = _json_error(status or told.http_status, told.code, told.message)
    response.headers["x-request-id"] = request_id
    return response


def _json_error(status: int, code: Code, message: str) -> Response:
    body = json.dumps({"error": message, "code": NUMBERS[code], "message": message})
    return Response(body, status_code=status, media_type="application/json")
