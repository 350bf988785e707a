"""Serves decks apart from everything else: a page that a task wrote runs its scripts, and can reach nothing of ours.

The ``sandbox`` of the answer itself gives the page an origin of its own, wherever it is opened, so that it can read no
page of the console and call no API. A small script that we append tells the console where the reader stands in it.
"""

from starlette.responses import JSONResponse, Response

from flyweight.console.rendering import FOLDER
from flyweight.services.decks import DeckPage

HEADERS = {
    "content-security-policy": (
        "sandbox allow-scripts allow-popups; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' data: blob: "
        "https:; style-src 'unsafe-inline' data: https:; img-src data: blob: https:; font-src data: https:; "
        "media-src data: blob:; worker-src blob:; connect-src data: blob:; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'self'"
    ),
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "x-frame-options": "SAMEORIGIN",
}

_KEEPS_PLACE = f"<script>{(FOLDER / 'static' / 'deck_inside.js').read_text()}</script>".encode()


def deck_page(deck: DeckPage) -> Response:
    """Answer with the deck itself."""
    return Response(deck.html + _KEEPS_PLACE, media_type="text/html", headers=HEADERS)


def deck_state(deck: DeckPage) -> JSONResponse:
    """Tell what a deck is the deck of."""
    return JSONResponse(
        {
            "state": deck.state.value,
            "published": deck.published,
            "revision": deck.revision,
            "attempt": deck.attempt,
            "attempts": deck.attempts,
        },
        headers={"cache-control": "no-store"},
    )
