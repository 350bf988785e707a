"""Serves signed transfers at ``/blobs/...``: PUT stores an object, GET and HEAD read it, whole or a range of it.

The signature is the authority (``services.data`` checks it); no login and no content type is asked for.
"""

import asyncio

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from flyweight.api.errors import failure
from flyweight.api.guard import RefusedError
from flyweight.api.rest import error_response
from flyweight.errors import Code, InvalidInput
from flyweight.ids import new_request_id
from flyweight.services.data import Data

TOO_LARGE, BAD_RANGE = 413, 416


class Blobs:
    """The HTTP face of ``Data.receive`` and ``Data.send``."""

    def __init__(self, data: Data) -> None:
        self._data = data

    def routes(self) -> list[BaseRoute]:
        """Give the routes below ``/blobs/``."""
        return [Route("/blobs/{key:path}", self.answer, methods=["GET", "HEAD", "PUT"])]

    async def answer(self, request: Request) -> Response:
        """Answer one transfer."""
        request_id = new_request_id()
        try:
            return await (self._put(request) if request.method == "PUT" else self._get(request))
        except (asyncio.CancelledError, ClientDisconnect, RefusedError):
            raise
        except Exception as problem:  # the API's border: every exception becomes a status
            told = failure(problem, f"{request.method} {request.url.path}", request_id)
            status = TOO_LARGE if told.code is Code.RESOURCE_EXHAUSTED else None
            if isinstance(problem, InvalidInput) and "range" in request.headers:
                status = BAD_RANGE
            return error_response(told, request_id, status)

    async def _put(self, request: Request) -> Response:
        await self._data.receive(_path(request), request.url.query, request.headers, request.stream())
        return Response(status_code=200)  # flytekit's uploader takes 200 and 201, nothing else

    async def _get(self, request: Request) -> Response:
        download = await self._data.send(request.method, _path(request), request.url.query, request.headers)
        headers = {
            **{name.lower(): value for name, value in download.headers.items()},
            "accept-ranges": "bytes",
            "content-length": str(download.end - download.start),
        }
        if download.partial:
            headers["content-range"] = f"bytes {download.start}-{download.end - 1}/{download.size}"
        status = 206 if download.partial else 200
        if request.method == "HEAD":
            return Response(status_code=status, headers=headers)
        return StreamingResponse(download.body, status_code=status, headers=headers)


def _path(request: Request) -> str:
    """Give the path as it came on the wire: that is what was signed."""
    raw: bytes = request.scope["raw_path"]
    return raw.decode("ascii")
