"""The console's border: whatever a page's handler raises, the reader gets a page."""

import logging

import pytest
from starlette.requests import Request
from starlette.responses import Response

from flyweight.console.routes import guarded
from flyweight.errors import NotFound, StorageFailed


@pytest.mark.parametrize(
    ("problem", "status", "said", "logged"),
    [
        (NotFound("There is no execution <b>."), 404, b"There is no execution &lt;b&gt;.", False),
        (StorageFailed("The disk is broken."), 500, b"The disk is broken.", True),
        (ZeroDivisionError("internals"), 500, b"please report it", True),
    ],
)
async def test_a_handler_that_raises_answers_with_a_page(
    problem: Exception, status: int, said: bytes, logged: bool, caplog: pytest.LogCaptureFixture
):
    async def handler(_: Request) -> Response:
        raise problem

    scope = {"type": "http", "path": "/console/x", "query_string": b"", "headers": [(b"host", b"localhost")]}
    answer = await guarded(handler)(Request({**scope, "method": "GET", "scheme": "http", "server": ("localhost", 1)}))
    assert answer.status_code == status
    assert said in answer.body
    assert b"internals" not in answer.body
    assert any(record.levelno == logging.ERROR for record in caplog.records) is logged
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "default-src 'self'" in answer.headers["content-security-policy"]
