"""Handlers of the console's pages: an address in, a page out."""

from dataclasses import dataclass
from urllib.parse import quote

from flyteidl.admin import signal_pb2
from flyteidl.core import identifier_pb2
from flyteidl.service import dataproxy_pb2
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from flyweight.clock import Micros
from flyweight.console import answers, decks, reading
from flyweight.console.asking import WINDOWS, Asked
from flyweight.console.events import EventStream
from flyweight.console.live import execution_events, list_events, log_events
from flyweight.console.panel import TABS, Chosen, panel, planned
from flyweight.console.phases import FACETS
from flyweight.console.rendering import PAGE_HEADERS, page
from flyweight.console.sources import ConsoleServices
from flyweight.errors import InvalidInput, NotFound
from flyweight.protocol import watch_pb2

_DIGITS = 18
"""What an offset in a file has at most."""
_DIGITS_OF_ATTEMPTS = 5

_FIRST_PLACE = "/console/projects/flytesnacks/domains/development/executions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The project and domain that a page is of, and all that one could go to instead."""

    project: str
    domain: str
    section: str
    """Which of the navigation's entries the page belongs to."""
    projects: list[str]
    domains: list[str]
    now: int
    """The server's clock when the page was made, in milliseconds."""


class Pages:
    """The pages of executions."""

    def __init__(self, services: ConsoleServices) -> None:
        self._services = services

    async def home(self, _request: Request) -> Response:
        """Go to where most people want to go."""
        return RedirectResponse(_FIRST_PLACE)

    async def executions(self, request: Request) -> Response:
        """List executions."""
        project, domain = request.path_params["project"], request.path_params["domain"]
        asked = Asked.of(request.query_params)
        found = await reading.executions(self._services, project, domain, asked)
        return page(
            "executions.html",
            place=await self.place(project, domain, "executions"),
            asked=asked,
            facets=("", *FACETS),
            windows=WINDOWS,
            found=found,
        )

    async def execution(self, request: Request) -> Response:
        """Show one execution."""
        found = await planned(self._services, _execution(request))
        of, chosen = found.identifier, _chosen(request)
        return page(
            "execution.html",
            place=await self.place(of.project, of.domain, "executions"),
            execution=found.view,
            drawing=found.drawing,
            nodes=await reading.nodes(self._services, of, found.steps, ended=found.view.ended),
            chosen=chosen,
            panel=await panel(self._services, found, chosen),
        )

    async def panel(self, request: Request) -> Response:
        """Give the panel alone, for a page that is open already."""
        of = await planned(self._services, _execution(request))
        return HTMLResponse(await panel(self._services, of, _chosen(request)), headers=PAGE_HEADERS)

    async def answer(self, request: Request) -> Response:
        """Answer what a gate waits for: ``{"signal": NAME, "text": WHAT WAS TYPED}``, read by the type it expects."""
        of = _execution(request)
        signal, text = await _typed(request)
        listed = await self._services.signals.list_signals(
            signal_pb2.SignalListRequest(workflow_execution_id=of, limit=1, filters=f"eq(signal_id,{quote(signal)})")
        )
        if not listed.signals:
            raise NotFound(f"{of.name} does not wait for an answer to {signal!r}.")
        identifier = identifier_pb2.SignalIdentifier(signal_id=signal, execution_id=of)
        value = answers.literal(text, listed.signals[0].type)
        await self._services.signals.set_signal(signal_pb2.SignalSetRequest(id=identifier, value=value))
        return JSONResponse({})

    async def list_events(self, request: Request) -> Response:
        """Push changes of a list."""
        project, domain = request.path_params["project"], request.path_params["domain"]
        return EventStream(list_events(self._services, project, domain, Asked.of(request.query_params)))

    async def execution_events(self, request: Request) -> Response:
        """Push changes of an execution."""
        of = await planned(self._services, _execution(request))
        return EventStream(execution_events(self._services, of.identifier, of.steps))

    async def log_events(self, request: Request) -> Response:
        """Push an attempt's log."""
        of = _execution(request)
        await reading.execution(self._services, of)
        offset = request.headers.get("last-event-id", "0")
        asked = watch_pb2.LogsRequest(
            project=of.project,
            domain=of.domain,
            name=of.name,
            node_id=request.path_params["node"],
            attempt=_attempt(request),
            offset=int(offset) if offset.isdecimal() and len(offset) < _DIGITS else 0,
            follow=True,
        )
        return EventStream(log_events(self._services, asked))

    async def deck(self, request: Request) -> Response:
        """Give an attempt's deck."""
        params = request.path_params
        return decks.deck_page(await self._services.decks.deck(_execution(request), params["node"], params["attempt"]))

    async def deck_state(self, request: Request) -> Response:
        """Tell what became of an attempt's deck."""
        params = request.path_params
        return decks.deck_state(await self._services.decks.deck(_execution(request), params["node"], params["attempt"]))

    async def download(self, request: Request) -> Response:
        """Go to a link that reads one object, signed at this moment: a link in a page would grow stale."""
        asked = dataproxy_pb2.CreateDownloadLocationRequest(native_url=request.query_params.get("uri", ""))
        signed = await self._services.data.create_download_location(asked)
        return RedirectResponse(signed.signed_url)

    async def place(self, project: str, domain: str, section: str) -> Place:
        """Tell where a page is."""
        found = await reading.projects(self._services)
        domains = next((each.domains for each in found if each.id == project), None)
        return Place(
            project=project,
            domain=domain,
            section=section,
            projects=[each.id for each in found],
            domains=[each.id for each in domains or ()],
            now=_millis(self._services.clock.now()),
        )


def _execution(request: Request) -> identifier_pb2.WorkflowExecutionIdentifier:
    params = request.path_params
    return identifier_pb2.WorkflowExecutionIdentifier(
        project=params["project"], domain=params["domain"], name=params["name"]
    )


async def _typed(request: Request) -> tuple[str, str]:
    try:
        body: object = await request.json()
    except ValueError:
        body = None
    match body:
        case {"signal": str(signal), "text": str(text)}:
            return signal, text
        case _:
            raise InvalidInput('an answer is told as {"signal": "...", "text": "..."}')


def _attempt(request: Request) -> int:
    attempt: int = request.path_params["attempt"]
    if attempt >= 10**_DIGITS_OF_ATTEMPTS:
        raise NotFound("No node has that many attempts.")
    return attempt


def _chosen(request: Request) -> Chosen:
    query = request.query_params
    attempt, tab = query.get("attempt", ""), query.get("tab", "")
    if attempt and not (attempt.isascii() and attempt.isdigit() and len(attempt) <= _DIGITS_OF_ATTEMPTS):
        raise InvalidInput(f"the attempt {attempt[:40]!r} in the address is no number")
    return Chosen(
        node=query.get("node", ""),
        tab=tab if tab in TABS else TABS[0],
        attempt=int(attempt) if attempt else None,
    )


def _millis(at: Micros) -> int:
    return at // 1000
