"""Objects out as streams: what was opened is what is sent, whatever happens to the object meanwhile."""

from pathlib import Path

import pytest

from flyweight import blob
from flyweight.errors import InvalidInput, NotFound
from flyweight.services.transfers import Download, read_object


async def content(download: Download) -> bytes:
    return b"".join([chunk async for chunk in download.body])


@pytest.mark.parametrize("later", [b"", b"a much longer page than the first one"])
async def test_a_page_that_is_replaced_while_it_is_sent_is_sent_as_it_was(tmp_path: Path, later: bytes) -> None:
    uri = f"{tmp_path}/deck.html"
    blob.put(uri, b"the first page")
    download = await read_object(uri)
    blob.put(uri, later)
    assert await content(download) == b"the first page"
    assert download.size == len(b"the first page")


async def test_only_the_headers_of_an_object_hold_nothing_open(tmp_path: Path) -> None:
    uri = f"{tmp_path}/data.bin"
    blob.put(uri, b"0123456789")
    download = await read_object(uri, "bytes=2-4", head=True)
    assert (download.size, download.start, download.end, download.partial) == (10, 2, 5, True)
    assert await content(download) == b""


async def test_what_is_not_there_or_past_the_end_is_refused(tmp_path: Path) -> None:
    uri = f"{tmp_path}/data.bin"
    with pytest.raises(NotFound):
        await read_object(uri)
    blob.put(uri, b"0123456789")
    with pytest.raises(InvalidInput, match="10 bytes"):
        await read_object(uri, "bytes=10-")
