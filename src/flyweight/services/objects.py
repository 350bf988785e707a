"""Where the driver's data lies, and the literal maps that it keeps there: its ports to the blob store."""

import asyncio
from collections.abc import Sequence

from flyteidl.admin import execution_pb2

from flyweight import blob
from flyweight.engine.records import NewExecution
from flyweight.semantics.layout import ExecutionLayout


class Objects:
    """The platform's own blob store, as the driver uses it.

    Files are named by their absolute path, without ``file://``: flytekit takes such a URI for local and then opens it
    letter by letter, so that only a path can be written and read by everyone (decision 0008).

    Args:
        root: URI of the blob store's root, Flyte's bucket.
    """

    def __init__(self, root: str) -> None:
        self.root = blob.bare(root).rstrip("/")

    @property
    def metadata(self) -> str:
        """URI below which inputs, outputs, errors and decks stand."""
        return f"{self.root}/metadata/propeller"

    def layout(self, new: NewExecution) -> ExecutionLayout:
        """Tell where an execution's data lies; raw data goes where its caller wanted it, if that was said."""
        spec = execution_pb2.ExecutionSpec.FromString(new.spec)
        wanted = blob.bare(spec.raw_output_data_config.output_location_prefix)
        return ExecutionLayout(
            metadata=self.metadata,
            raw=wanted.rstrip("/") or f"{self.root}/raw",
            project=new.project,
            domain=new.domain,
            execution=new.name,
        )

    async def read(self, uri: str) -> bytes:
        """Give an object's bytes; raises ``NotFound``."""
        return await asyncio.to_thread(blob.get, uri)

    async def write(self, uri: str, data: bytes) -> None:
        """Write an object, whole or not at all; raises ``TryAgain`` or ``StorageFailed``."""
        await asyncio.to_thread(blob.put, uri, data)

    async def gone(self, uris: Sequence[str]) -> set[str]:
        """Tell which objects and folders are not there; of places that are not a store of ours nothing is known.

        Raises ``TryAgain`` or ``StorageFailed``.
        """
        return await asyncio.to_thread(lambda: {uri for uri in uris if not blob.is_there(uri)})
