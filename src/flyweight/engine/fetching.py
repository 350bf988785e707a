"""Fetches values that stand apart for the machine, in the background, and parses them off the event loop's thread."""

import asyncio
import logging
from collections.abc import Callable

from flyteidl.core import execution_pb2, literals_pb2

from flyweight.engine.machine import Fetch, Fetched, FetchFailed
from flyweight.engine.ports import Blobs
from flyweight.errors import TryAgain
from flyweight.ids import ExecutionKey

VALUE_GONE = "OffloadedValueNotRead"

_PAUSE = 0.5
"""Seconds until what could not be read at the moment is tried again."""
_AT_ONCE = 4
"""Values that are read side by side: each may take a gigabyte, and its bytes as much again."""
_LARGE = 256 * 1024
"""Bytes past which a value is parsed off the event loop's thread."""
_log = logging.getLogger(__name__)

Tell = Callable[[ExecutionKey, Fetched | FetchFailed], None]


class Fetching:
    """Fetches values, each once for all nodes that wait for it; what becomes of each is told."""

    def __init__(self, *, blobs: Blobs, tell: Tell) -> None:
        self._blobs = blobs
        self._tell = tell
        self._waiting: dict[str, list[tuple[ExecutionKey, Fetch]]] = {}
        """By the value's URI: those who asked for it and were not told."""
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def fetch(self, execution: ExecutionKey, command: Fetch) -> None:
        """Begin to fetch a value, if it is not being fetched."""
        waiting = self._waiting.setdefault(command.uri, [])
        waiting.append((execution, command))
        if len(waiting) == 1:
            self._tasks[command.uri] = asyncio.get_running_loop().create_task(self._fetch(command.uri))

    def forget(self, execution: ExecutionKey) -> None:
        """Fetch nothing more for an execution that has ended."""
        for uri, waiting in list(self._waiting.items()):
            waiting[:] = [asked for asked in waiting if asked[0] != execution]
            if not waiting:
                del self._waiting[uri]
                self._tasks.pop(uri).cancel()

    def close(self) -> None:
        """Leave everything as it is; the next platform asks again."""
        for task in self._tasks.values():
            task.cancel()

    async def _fetch(self, uri: str) -> None:
        while True:
            try:
                async with self._places:
                    found = await self._read(uri)
            except TryAgain:
                await asyncio.sleep(_PAUSE)
                continue
            except Exception as error:  # a background task; the node must hear of whatever it is
                _log.warning("the value at %s could not be read: %s", uri, error)
                found = _failure(uri, error)
            break
        del self._tasks[uri]
        for execution, asked in self._waiting.pop(uri):
            if isinstance(found, literals_pb2.Literal):
                told = Fetched(place=asked.place, uri=uri, value=found)
            else:
                told = FetchFailed(place=asked.place, error=found)
            self._tell(execution, told)

    async def _read(self, uri: str) -> literals_pb2.Literal:
        data = await self._blobs.read(uri)
        return await asyncio.to_thread(_parsed, data) if len(data) > _LARGE else _parsed(data)


def _parsed(data: bytes) -> literals_pb2.Literal:
    return literals_pb2.Literal.FromString(data)


def _failure(uri: str, error: Exception) -> execution_pb2.ExecutionError:
    return execution_pb2.ExecutionError(
        code=VALUE_GONE,
        message=f"the value that stands at {uri}, apart for its size, could not be read: {error}",
        kind=execution_pb2.ExecutionError.SYSTEM,
    )
