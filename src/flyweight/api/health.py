"""Answers gRPC's health protocol (``grpc.health.v1``) in the form of a service like any other."""

import asyncio
from collections.abc import AsyncIterator, Iterable

from grpc_health.v1 import health_pb2

from flyweight.errors import NotFound

_SERVING = health_pb2.HealthCheckResponse.ServingStatus.SERVING
_NOT_SERVING = health_pb2.HealthCheckResponse.ServingStatus.NOT_SERVING
_UNKNOWN = health_pb2.HealthCheckResponse.ServingStatus.SERVICE_UNKNOWN


class Health:
    """Whether the services serve: all of them from ``start`` of the server until it stops.

    Args:
        names: Full names of the services that may be asked for; the empty name stands for the server.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset([*names, ""])
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Tell everybody, watchers included, that the server is going away."""
        self._stopping.set()

    async def check(self, request: health_pb2.HealthCheckRequest) -> health_pb2.HealthCheckResponse:
        """Tell the state of a service now; raises ``NotFound`` for one that is not here."""
        if request.service not in self._names:
            raise NotFound(f"there is no service {request.service!r} here")
        return health_pb2.HealthCheckResponse(status=_NOT_SERVING if self._stopping.is_set() else _SERVING)

    async def watch(self, request: health_pb2.HealthCheckRequest) -> AsyncIterator[health_pb2.HealthCheckResponse]:
        """Tell the state of a service now, and again when it changes."""
        known = request.service in self._names
        if not self._stopping.is_set():
            yield health_pb2.HealthCheckResponse(status=_SERVING if known else _UNKNOWN)
            await self._stopping.wait()
        yield health_pb2.HealthCheckResponse(status=_NOT_SERVING if known else _UNKNOWN)
