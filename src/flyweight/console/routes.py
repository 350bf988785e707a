"""The console's addresses. Those of executions, workflows and tasks are the ones that Flyte's own clients print."""

import logging
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from flyweight.console.entities import EntityPages
from flyweight.console.pages import Pages
from flyweight.console.rendering import FOLDER, page
from flyweight.console.sources import ConsoleServices
from flyweight.errors import Code, FlyweightError

logger = logging.getLogger(__name__)

_HTTP = {Code.NOT_FOUND: 404, Code.INVALID_ARGUMENT: 400, Code.PERMISSION_DENIED: 403, Code.UNAVAILABLE: 503}

Handler = Callable[[Request], Awaitable[Response]]

_PLACE = "/console/projects/{project}/domains/{domain}"
_EVENTS = "/console/events/{project}/{domain}"
_DECK = "/console/decks/{project}/{domain}/{name}/{node}/{attempt:int}"


def routes(services: ConsoleServices) -> list[BaseRoute]:
    """Give the console's routes."""
    pages = Pages(services)
    entities = EntityPages(services, pages)
    handlers: dict[str, Handler] = {
        "/": pages.home,
        "/console": pages.home,
        "/console/": pages.home,
        f"{_PLACE}/executions": pages.executions,
        f"{_PLACE}/executions/{{name}}": pages.execution,
        f"{_PLACE}/workflows": entities.names,
        f"{_PLACE}/tasks": entities.names,
        f"{_PLACE}/workflows/{{name}}/version/{{version}}": entities.workflow,
        f"{_PLACE}/workflow/{{name}}/version/{{version}}": entities.workflow,
        f"{_PLACE}/task/{{name}}/version/{{version}}": entities.task,
        f"{_PLACE}/launch_plan/{{name}}/version/{{version}}": entities.launch_plan,
        "/console/panel/{project}/{domain}/{name}": pages.panel,
        _EVENTS: pages.list_events,
        f"{_EVENTS}/{{name}}": pages.execution_events,
        f"{_EVENTS}/{{name}}/logs/{{node}}/{{attempt:int}}": pages.log_events,
        _DECK: pages.deck,
        f"{_DECK}/state": pages.deck_state,
        "/console/download": pages.download,
    }
    found: list[BaseRoute] = [Route(path, guarded(handler), methods=["GET"]) for path, handler in handlers.items()]
    found.append(Route("/console/answer/{project}/{domain}/{name}", told(pages.answer), methods=["POST"]))
    found.append(Mount("/console/static", StaticFiles(directory=FOLDER / "static")))
    found.append(Route("/console/{rest:path}", guarded(_nothing), methods=["GET"]))
    return found


def guarded(handler: Handler) -> Handler:
    """Turn what a handler raises into a page that says what happened and where to go."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except FlyweightError as problem:
            status = _HTTP.get(problem.code, 500)
            if status == 500:  # noqa: PLR2004  # HTTP's own number
                logger.exception("%s failed", request.url.path)
            return page("error.html", status=status, code=status, message=problem.message, place=None)
        except Exception:  # the console's border: whoever looks at it is told where the rest stands
            logger.exception("%s failed unexpectedly", request.url.path)
            told = "The console failed unexpectedly. The platform's log has the traceback: please report it."
            return page("error.html", status=500, code=500, message=told, place=None)

    return answer


def told(handler: Handler) -> Handler:
    """Turn what the handler of an action raises into JSON for the page's script, which shows it."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except FlyweightError as problem:
            if problem.code not in _HTTP:
                logger.info("%s was refused: %s", request.url.path, problem.message)
            return JSONResponse({"message": problem.message}, status_code=_HTTP.get(problem.code, 409))

    return answer


async def _nothing(request: Request) -> Response:
    return page("error.html", status=404, code=404, message=f"There is no page at {request.url.path}.", place=None)
