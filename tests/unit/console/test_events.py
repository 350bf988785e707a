"""Event streams on the wire, and what becomes of them when the reader leaves."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from flyweight.console.events import Event, EventStream
from flyweight.errors import FlyweightError, NotFound, TryAgain


async def read(events: AsyncGenerator[Event], *, leave_after: int | None = None) -> list[bytes]:
    """Take a stream as a browser does; leave after so many bodies, or stay to the end."""
    bodies: list[bytes] = []
    left = asyncio.Event()

    async def receive() -> dict[str, object]:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        body = message.get("body")
        if body and not bytes(body).startswith(b":"):
            bodies.append(bytes(body))
            if len(bodies) == leave_after:
                left.set()

    async with asyncio.timeout(10):
        await EventStream(events)({"type": "http"}, receive, send)
    return bodies


def test_an_event_is_one_block_of_lines():
    event = Event(kind="text", data={"text": "a\nb"}, id="7")
    assert event.encode() == b'id: 7\nevent: text\ndata: {"text":"a\\nb"}\n\n'


async def test_a_stream_ends_with_its_source():
    async def source() -> AsyncGenerator[Event]:
        yield Event(kind="one", data={})
        yield Event(kind="two", data={})

    assert await read(source()) == [b"event: one\ndata: {}\n\n", b"event: two\ndata: {}\n\n"]


async def test_the_source_is_closed_when_the_reader_leaves():
    closed = asyncio.Event()

    async def source() -> AsyncGenerator[Event]:
        try:
            yield Event(kind="one", data={})
            await asyncio.Event().wait()
        finally:
            closed.set()

    assert len(await read(source(), leave_after=1)) == 1
    assert closed.is_set()


@pytest.mark.parametrize(("problem", "comes_again"), [(NotFound("no such attempt"), False), (TryAgain("busy"), True)])
async def test_what_goes_wrong_after_the_head_is_told_in_the_stream_and_whether_to_come_again(
    problem: FlyweightError, comes_again: bool
):
    async def source() -> AsyncGenerator[Event]:
        yield Event(kind="one", data={})
        raise problem

    told = (await read(source()))[1:]
    assert told[0] == f'event: problem\ndata: {{"message":"{problem.message}"}}\n\n'.encode()
    assert told[1:] == ([] if comes_again else [b"event: end\ndata: {}\n\n"])
