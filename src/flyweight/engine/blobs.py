"""Keeps large literal maps in the object store, off the event loop's thread."""

import asyncio

from flyweight import blob


class StoredBlobs:
    """The ``Blobs`` port over ``flyweight.blob``."""

    async def read(self, uri: str) -> bytes:
        """Give an object's bytes; raises ``NotFound``."""
        return await asyncio.to_thread(blob.get, uri)

    async def write(self, uri: str, data: bytes) -> None:
        """Write an object, whole or not at all; raises ``TryAgain`` or ``StorageFailed``."""
        await asyncio.to_thread(blob.put, uri, data)
