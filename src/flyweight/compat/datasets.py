"""``StructuredDatasetTransformerEngine``: encoders and decoders written against flytekit, in our table."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, TypeVar

from flyteidl.core.literals_pb2 import StructuredDataset as StructuredDatasetLiteral
from flyteidl.core.literals_pb2 import StructuredDatasetMetadata
from flyteidl.core.types_pb2 import StructuredDatasetType as DatasetType

from flyweight.compat.context import FlyteContext, FlyteContextManager
from flyweight.compat.models import face
from flyweight.compat.transformers import message
from flyweight.types import coders
from flyweight.types.frames import RENDERERS, Renderer
from flyweight.types.registry import default_registry
from flyweight.types.structured import StructuredDataset
from flyweight.types.structured_codec import StructuredCodec

T = TypeVar("T")

StructuredDatasetFormat = str
StructuredDatasetType = face(DatasetType)
CSV: StructuredDatasetFormat = "csv"
PARQUET: StructuredDatasetFormat = "parquet"
GENERIC_FORMAT: StructuredDatasetFormat = ""
"""The format of a handler that takes all."""


class DuplicateHandlerError(ValueError):
    """Another encoder or decoder has this place already; ``override=True`` takes it."""


class _Handler(ABC, Generic[T]):
    def __init__(self, python_type: type[T], protocol: str | None = None, supported_format: str | None = None) -> None:
        """Name the dataframe's class, where it can be stored (None: any store of files), and the format (None: all)."""
        self.python_type = python_type
        self.protocol = protocol.replace("://", "") if protocol else None
        self.supported_format = supported_format or ""


class StructuredDatasetEncoder(_Handler[T]):
    """Stores dataframes of one class."""

    @abstractmethod
    def encode(self, ctx: FlyteContext, structured_dataset: StructuredDataset, structured_dataset_type: Any) -> Any:
        """Store ``structured_dataset.dataframe``, at its ``uri`` if it has one, and give the literal that says so."""


class StructuredDatasetDecoder(_Handler[T]):
    """Reads dataframes of one class."""

    def __init__(
        self,
        python_type: type[T],
        protocol: str | None = None,
        supported_format: str | None = None,
        additional_protocols: list[str] | None = None,
    ) -> None:
        super().__init__(python_type, protocol, supported_format)
        self.additional_protocols = additional_protocols or []

    @abstractmethod
    def decode(self, ctx: FlyteContext, flyte_value: Any, current_task_metadata: Any) -> Any:
        """Read what the literal says; the metadata names the wanted columns. A dataframe, or an iterator of parts."""


class StructuredDatasetTransformerEngine:
    """Where encoders, decoders and renderers are registered."""

    DEFAULT_FORMATS: ClassVar[dict[type, str]] = coders.DEFAULT_FORMATS
    DEFAULT_PROTOCOLS: ClassVar[dict[type, str]] = coders.DEFAULT_PROTOCOLS

    @classmethod
    def register(
        cls,
        h: StructuredDatasetEncoder[Any] | StructuredDatasetDecoder[Any],
        default_for_type: bool = False,  # noqa: FBT001, FBT002  flytekit's
        override: bool = False,  # noqa: FBT001, FBT002  flytekit's
        default_format_for_type: bool = False,  # noqa: FBT001, FBT002  flytekit's
        default_storage_for_type: bool = False,  # noqa: FBT001, FBT002  flytekit's
    ) -> None:
        """Make an encoder or decoder known.

        Raises:
            DuplicateHandlerError: its place is taken.
            ValueError: it is for any store of files, and cannot say in which one its dataframes go.

        """
        if h.protocol is None and default_for_type:
            raise ValueError(f"{h} is for any store of files: default_format_for_type is what it can be the default in")
        protocols = [h.protocol or coders.ANYWHERE]
        if isinstance(h, StructuredDatasetEncoder):
            free = _add(coders.ENCODERS, h, protocols, _encoding(h), override=override)
        else:
            free = _add(coders.DECODERS, h, [*protocols, *h.additional_protocols], _decoding(h), override=override)
        if not free and h.protocol is not None:  # one for all stores does not take the place of one that is there
            raise DuplicateHandlerError(f"{h.python_type}, {h.protocol}, {h.supported_format!r} has a handler already")
        if (default_for_type or default_format_for_type) and h.supported_format:
            _default(coders.DEFAULT_FORMATS, h.python_type, h.supported_format, override=override)
        if (default_for_type or default_storage_for_type) and h.protocol:
            _default(coders.DEFAULT_PROTOCOLS, h.python_type, h.protocol, override=override)
        default_registry().register(StructuredCodec(), h.python_type)

    @classmethod
    def register_renderer(cls, python_type: type, renderer: Renderer) -> None:
        """Let a renderer (an object with ``to_html(df)``) show dataframes of a class on decks."""
        RENDERERS[python_type] = renderer


def _add(table: coders.Coders[Any], h: Any, protocols: list[str], coder: Any, *, override: bool) -> bool:
    """Add a coder for each protocol; tells if all places were free."""
    free = [
        table.add(h.python_type, "file" if one == "/" else one, h.supported_format, coder, override=override)
        for one in protocols
    ]
    return all(free)


def _default(table: dict[type, str], python_type: type, value: str, *, override: bool) -> None:
    if override or python_type not in table:
        table[python_type] = value


def _encoding(h: StructuredDatasetEncoder[Any]) -> coders.Encode:
    def encode(dataset: StructuredDataset, declared: DatasetType) -> StructuredDatasetLiteral:
        given = StructuredDatasetType.from_flyte_idl(declared)
        stored: StructuredDatasetLiteral = message(h.encode(FlyteContextManager.current_context(), dataset, given))
        if not stored.metadata.HasField("structured_dataset_type"):
            stored.metadata.structured_dataset_type.CopyFrom(declared)
        stored.metadata.structured_dataset_type.format = h.supported_format or declared.format
        return stored

    return encode


def _decoding(h: StructuredDatasetDecoder[Any]) -> coders.Decode:
    def decode(stored: StructuredDatasetLiteral, wanted: StructuredDatasetMetadata) -> Any:
        return h.decode(
            FlyteContextManager.current_context(),
            face(StructuredDatasetLiteral).from_flyte_idl(stored),
            face(StructuredDatasetMetadata).from_flyte_idl(wanted),
        )

    return decode
