"""Reads many large values for one caller, a few at a time: a start must not take all threads, nor all memory."""

import asyncio
from collections.abc import Iterable, Sequence

from flyweight.engine.ports import Blobs

AT_ONCE = 16


class FewAtOnce:
    """Reads from ``Blobs``, so many objects at a time as ``AT_ONCE`` says, whoever asks."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def read(self, uri: str) -> bytes:
        """Give an object's bytes; raises ``NotFound``."""
        async with self._slots:
            return await self._blobs.read(uri)

    async def read_all(self, uris: Iterable[str]) -> dict[str, bytes]:
        """Give the bytes of each; raises ``NotFound`` if one is not there."""
        wanted = list(dict.fromkeys(uris))
        return dict(zip(wanted, await asyncio.gather(*map(self.read, wanted)), strict=True))

    async def gone(self, uris: Sequence[str]) -> set[str]:
        """Tell which objects and folders are not there; raises ``TryAgain`` or ``StorageFailed``."""
        async with self._slots:
            return await self._blobs.gone(uris)
