"""Objects in and out as streams: chunks to an object, checked on the way, and an object (or a range of it) to chunks.

No object is ever whole in memory. An upload that breaks off, is too long, or is not what was signed leaves nothing.
"""

import asyncio
import base64
import hashlib
import io
import mimetypes
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import BinaryIO

from flyweight import blob
from flyweight.blob.local import file_errors
from flyweight.errors import InvalidInput, TooLarge

CHUNK = 256 * 1024

_RANGE = re.compile(r"^bytes=(\d{0,18})-(\d{0,18})$")

# What users wrote must not act as a page of the platform: without a sandbox, a deck could start executions.
_CONTENT_SECURITY = "sandbox allow-scripts; default-src 'unsafe-inline' 'unsafe-eval' data: blob:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """An object (or a part of it) to be sent: bytes ``start`` up to, not including, ``end`` of ``size``."""

    size: int
    start: int
    end: int
    partial: bool
    """Whether a range was asked for: HTTP says 206 then, and where the range lies."""
    headers: dict[str, str]
    body: AsyncIterator[bytes]


async def write_object(uri: str, stream: AsyncIterator[bytes], *, limit: int, content_md5: str = "") -> None:
    """Write a stream to an object, which appears all at once when the last byte was checked.

    Args:
        uri: Where it is to stand; what stood there is replaced.
        stream: Its content.
        limit: Largest number of bytes.
        content_md5: Base64 of the MD5 that it must have; empty when nobody knows.

    Raises:
        TooLarge: There are more than ``limit`` bytes.
        InvalidInput: Its MD5 is another.
        TryAgain, StorageFailed: The disk is full, or the store refused it.
    """
    md5 = hashlib.md5(usedforsecurity=False)
    written = 0
    with blob.open_write(uri) as target:
        async for chunk in stream:
            written += len(chunk)
            if written > limit:
                raise TooLarge(f"the upload is larger than the {limit:,} bytes that this platform takes in one object")
            md5.update(chunk)
            with file_errors(uri):
                await asyncio.to_thread(target.write, chunk)
        with file_errors(uri):
            await asyncio.to_thread(target.flush)
        found = base64.b64encode(md5.digest()).decode()
        if content_md5 and content_md5 != found:
            raise InvalidInput(
                f"the {written:,} bytes that came have MD5 {found}, and the link was made for {content_md5}: "
                "the file changed while it was sent, or another was. Send it again"
            )


async def read_object(uri: str, wanted_range: str = "", *, head: bool = False) -> Download:
    """Open an object, or the range of it that a ``Range`` header names; a header that names none is ignored.

    It is opened before its size is told, so that both are of one moment: a live deck is replaced again and again.

    Args:
        uri: The object.
        wanted_range: The header; empty for the whole object.
        head: Whether only the headers are wanted; ``body`` is empty then.

    Raises:
        NotFound: There is no such object.
        InvalidInput: The range lies past its end.
    """
    source = await asyncio.to_thread(blob.open_read, uri)
    try:
        size = await asyncio.to_thread(source.seek, 0, io.SEEK_END)
        span = _span(wanted_range, size)
    except BaseException:
        source.close()
        raise
    start, end = span or (0, size)
    if head:
        source.close()
    return Download(
        size=size,
        start=start,
        end=end,
        partial=span is not None,
        headers={
            "Content-Type": mimetypes.guess_type(uri)[0] or "application/octet-stream",
            "Content-Security-Policy": _CONTENT_SECURITY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-cache",
        },
        body=_chunks(source, start, start if head else end),
    )


async def md5_of(uri: str) -> str:
    """Give the base64 of an object's MD5."""
    md5 = hashlib.md5(usedforsecurity=False)
    async for chunk in (await read_object(uri)).body:
        md5.update(chunk)
    return base64.b64encode(md5.digest()).decode()


async def _chunks(source: BinaryIO, start: int, end: int) -> AsyncIterator[bytes]:
    try:
        left = end - start
        if left:
            await asyncio.to_thread(source.seek, start)
        while left > 0:
            chunk = await asyncio.to_thread(source.read, min(CHUNK, left))
            if not chunk:
                return
            left -= len(chunk)
            yield chunk
    finally:
        source.close()


def _span(wanted: str, size: int) -> tuple[int, int] | None:
    match = _RANGE.match(wanted.strip())
    if match is None or not (match[1] or match[2]):
        return None
    start = int(match[1]) if match[1] else max(0, size - int(match[2]))
    end = min(int(match[2]) + 1, size) if match[1] and match[2] else size
    if start >= end:
        raise InvalidInput(f"the range {wanted!r} lies outside of the object, which has {size} bytes")
    return start, end


async def exists(uri: str) -> bool:
    """Tell whether an object is there."""
    return await asyncio.to_thread(blob.exists, uri)
