"""Server-sent events: what a service pushes, as a stream that a browser's ``EventSource`` reads.

A stream that breaks is opened anew by the browser and begins with the present state again, so nothing is kept here. A
reader that is slow holds its own stream up: the services behind it then skip what is overtaken.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from flyweight.errors import FlyweightError, TryAgain

HEARTBEAT_SECONDS = 15.0
"""Proxies and browsers give a silent connection up after 30 to 60 seconds."""

_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event; ``id`` is what the browser tells (``Last-Event-ID``) when it opens the stream anew."""

    kind: str
    data: Mapping[str, object]
    id: str = ""

    def encode(self) -> bytes:
        """Write it as the wire has it. JSON has no line breaks of its own, so one data line is enough."""
        lines = [f"event: {self.kind}", f"data: {json.dumps(self.data, separators=(',', ':'))}"]
        if self.id:
            lines.insert(0, f"id: {self.id}")
        return "\n".join((*lines, "", "")).encode()


class EventStream(Response):
    """Answers with events until there are no more, or the reader leaves."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[Event]) -> None:
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # ASGI's signature
        """Send them."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(self._send_events(send))
            beating = group.create_task(_beat(send))
            leaving = group.create_task(_left(receive))
            await asyncio.wait({sending, beating, leaving}, return_when=asyncio.FIRST_COMPLETED)
            for task in (sending, beating, leaving):
                task.cancel()

    async def _send_events(self, send: Send) -> None:
        async with aclosing(self._events) as events:
            try:
                async for event in events:
                    await _send(send, event)
            except FlyweightError as problem:
                # The answer has begun: its reader is told in it, and is to come again only if that may help.
                await _send(send, Event(kind="problem", data={"message": problem.message}))
                if not isinstance(problem, TryAgain):
                    await _send(send, Event(kind="end", data={}))
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _send(send: Send, event: Event) -> None:
    await send({"type": "http.response.body", "body": event.encode(), "more_body": True})


async def _beat(send: Send) -> None:
    while True:
        await send({"type": "http.response.body", "body": b": still here\n\n", "more_body": True})
        await asyncio.sleep(HEARTBEAT_SECONDS)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
