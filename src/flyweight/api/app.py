"""Puts the HTTP application together: health, REST, signed transfers and whatever pages there are, behind the guard."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp

from flyweight.api.dispatch import find_rpcs, service_descriptors
from flyweight.api.guard import Guard, Rules
from flyweight.api.openapi import openapi
from flyweight.api.rest import Rest, bindings


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the platform tells of itself without being asked who is asking."""

    version: str
    data_dir: str
    pid: int
    limits: str
    """What holds tasks to their limits, in words."""
    load: Callable[[], Mapping[str, int]]
    """How busy it is at this moment: ``executions`` that run, ``slots``, attempts ``busy`` and ``queued``."""


def http_app(services: Iterable[object], pages: Sequence[BaseRoute], about: About, rules: Rules) -> ASGIApp:
    """Build the ASGI application.

    Args:
        services: Objects whose coroutines bear the snake_case names of RPCs.
        pages: Routes beside the REST API: signed transfers, the console.
        about: What ``/healthcheck`` tells.
        rules: What the guard lets through.
    """
    found = bindings(find_rpcs(services, service_descriptors()))

    async def healthcheck(_: Request) -> Response:
        return JSONResponse(
            {
                "status": "ok",
                "version": about.version,
                "data_dir": about.data_dir,
                "pid": about.pid,
                "limits": about.limits,
                "load": dict(about.load()),
            },
        )

    async def describe(_: Request) -> Response:
        return Response(json.dumps(openapi(found, about.version)), media_type="application/json")

    routes = [Route("/healthcheck", healthcheck), Route("/api/v1/openapi", describe), *pages]
    return Guard(Router(routes, redirect_slashes=False, default=Rest(found)), rules)
