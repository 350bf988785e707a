"""Encoders and decoders of dataframes that others bring: found by class, by where the data lies, and by format.

They come before the built-in ones, and may store wherever they like: a table of a warehouse has a URI too.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from flyteidl.core.literals_pb2 import StructuredDataset as StructuredDatasetLiteral
from flyteidl.core.literals_pb2 import StructuredDatasetMetadata
from flyteidl.core.types_pb2 import StructuredDatasetType

Encode = Callable[[Any, StructuredDatasetType], StructuredDatasetLiteral]
"""Stores the dataframe of a StructuredDataset, by the declared type, and says where."""
Decode = Callable[[StructuredDatasetLiteral, StructuredDatasetMetadata], Any]
"""Reads what is stored, by the type that is wanted: a dataframe, or an iterator of parts."""

Coder = TypeVar("Coder")
ANYWHERE = "fsspec"
"""flytekit's word for every store of files."""


class Coders(Generic[Coder]):
    """One kind of coder: all encoders, or all decoders."""

    def __init__(self) -> None:
        self._known: dict[type, dict[str, dict[str, Coder]]] = {}

    def add(self, frame_type: type, protocol: str, file_format: str, coder: Coder, *, override: bool = False) -> bool:
        """Add a coder, for a protocol or ``ANYWHERE``, and a format or all (""); tells if the place was free."""
        place = self._known.setdefault(frame_type, {}).setdefault(protocol, {})
        if file_format in place and not override:
            return False
        place[file_format] = coder
        return True

    def knows(self, frame_type: type) -> bool:
        """Tell whether there is any coder of a class."""
        return frame_type in self._known

    def find(self, frame_type: type, protocol: str, file_format: str) -> Coder | None:
        """Find the coder that fits best: of the protocol before any, of the format before all.

        Where a format is not known, or the protocol has one coder only, the only one there is will do.
        """
        by_protocol = self._known.get(frame_type, {})
        for name in (protocol, ANYWHERE):
            place = by_protocol.get(name, {})
            found = place.get(file_format) or place.get("")
            if found is None and len(place) == 1 and (not file_format or name == protocol):
                [found] = place.values()
            if found is not None:
                return found
        return None


ENCODERS: Coders[Encode] = Coders()
DECODERS: Coders[Decode] = Coders()
DEFAULT_FORMATS: dict[type, str] = {}
"""The format in which dataframes of a class are stored when nothing else is said."""
DEFAULT_PROTOCOLS: dict[type, str] = {}
"""Where dataframes of a class are stored when nothing else is said."""
