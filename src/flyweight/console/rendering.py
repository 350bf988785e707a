"""Fills templates: everything is escaped, no page may run a script that is not the console's own."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from flyweight.console import views, words
from flyweight.console.phases import FOREMOST, label, together

FOLDER = Path(__file__).parent

PAGE_HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "cache-control": "no-store",
}

_templates = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_words: dict[str, Any] = {
    "label": label,
    "duration": words.duration,
    "entity_url": views.entity_url,
    "place_url": views.place_url,
    "short_name": views.short_name,
    "together": together,
    "foremost": FOREMOST,
    "module_name": views.module_name,
    "short_version": views.short_version,
}
_templates.globals.update(_words)


def render(template: str, /, **values: object) -> str:
    """Fill a template."""
    return _templates.get_template(template).render(**values)


def page(template: str, /, status: int = 200, **values: object) -> HTMLResponse:
    """Answer with a page."""
    return HTMLResponse(render(template, **values), status_code=status, headers=PAGE_HEADERS)
