"""Moves bytes over signed links: a file up, an object down, streamed, with the server's own words when it refuses."""

import http.client
import json
import shutil
import ssl
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import urlsplit

from flyweight.errors import InvalidInput, NotFound, PermissionDenied, StorageFailed, TryAgain

TRANSFER_SECONDS: Final = 120.0
"""How long one read or write on the socket may take."""


def put(link: str, body: IO[bytes], headers: Mapping[str, str], certificate: Path | None = None) -> None:
    """Send a stream to a signed link; its length stands in ``Content-Length``.

    Raises:
        TryAgain: the server did not answer, or cannot write at the moment.
        StorageFailed: it refused.

    """
    with _connect(link, certificate) as connection:
        connection.request("PUT", _target(link), body=body, headers=dict(headers))
        answer = connection.getresponse()
        said = answer.read(2000).decode(errors="replace")
    if answer.status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        raise TryAgain(_message(said) or f"{_shown(link)} could not be written at the moment: {answer.reason}.")
    if answer.status not in (HTTPStatus.OK, HTTPStatus.CREATED):
        raise StorageFailed(f"{_shown(link)} could not be written: {answer.status} {answer.reason}. {said}")


def _message(body: str) -> str:
    """Give the words of our own server's answer; another's may say anything."""
    try:
        said: Any = json.loads(body)
        return str(said["message"])
    except (ValueError, KeyError, TypeError):
        return ""


def get_bytes(link: str, certificate: Path | None = None) -> bytes:
    """Read what a signed link names."""
    with _connect(link, certificate) as connection:
        return _get(connection, link).read()


def get_file(link: str, path: Path, certificate: Path | None = None) -> None:
    """Write what a signed link names to a file."""
    with _connect(link, certificate) as connection, path.open("wb") as target:
        shutil.copyfileobj(_get(connection, link), target)


def _get(connection: http.client.HTTPConnection, link: str) -> http.client.HTTPResponse:
    connection.request("GET", _target(link))
    answer = connection.getresponse()
    match answer.status:
        case HTTPStatus.OK:
            return answer
        case HTTPStatus.NOT_FOUND:
            raise NotFound(f"There is no object behind {_shown(link)}.")
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            raise PermissionDenied(
                f"The link to {_shown(link)} is refused: {answer.read(500).decode(errors='replace')}"
            )
        case _:
            raise StorageFailed(f"{_shown(link)} could not be read: {answer.status} {answer.reason}.")


@contextmanager
def _connect(link: str, certificate: Path | None) -> Generator[http.client.HTTPConnection]:
    parts = urlsplit(link)
    match parts.scheme:
        case "http":
            connection = http.client.HTTPConnection(parts.netloc, timeout=TRANSFER_SECONDS)
        case "https":
            context = ssl.create_default_context(cafile=certificate)
            connection = http.client.HTTPSConnection(parts.netloc, timeout=TRANSFER_SECONDS, context=context)
        case other:
            raise InvalidInput(f"A signed link of the scheme {other!r} cannot be used.")
    try:
        yield connection
    except (OSError, http.client.HTTPException) as failure:
        raise TryAgain(f"{parts.netloc} did not take or give the data: {failure}. Try again.") from failure
    finally:
        connection.close()


def _target(link: str) -> str:
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _shown(link: str) -> str:
    """Name the object without the signature."""
    parts = urlsplit(link)
    return f"{parts.netloc}{parts.path}"
