"""Large literal maps as objects, for the driver: its port ``Blobs`` over the platform's store, off the event loop."""

import asyncio

from flyweight import blob


class LargeMaps:
    """Reads and writes objects in threads (``engine.ports.Blobs``)."""

    async def read(self, uri: str) -> bytes:
        """Give an object's bytes; raises ``NotFound``."""
        return await asyncio.to_thread(blob.get, uri)

    async def write(self, uri: str, data: bytes) -> None:
        """Write an object, whole or not at all; raises ``TryAgain`` or ``StorageFailed``."""
        await asyncio.to_thread(blob.put, uri, data)
