"""The contract of a codec: one family of Python types, and how its values become flyteidl Literals and come back.

A codec converts what it contains (a list's elements, a union's variant) through the ``Conversions`` it is handed, never
by calling another codec. It does no I/O of its own: bytes go through ``flyweight.types.data``.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from html import escape
from typing import Any, ClassVar, Protocol, TypeVar

from flyteidl.core.literals_pb2 import Literal
from flyteidl.core.types_pb2 import LiteralType

from flyweight.types.fields.form import FieldForm

Kept = TypeVar("Kept")


class Conversions(Protocol):
    """What codecs ask of the registry: the same conversions, for the types inside theirs."""

    def codec_for(self, python_type: Any) -> "Codec":
        """Find the codec of an annotation."""
        ...

    def literal_type(self, python_type: Any) -> LiteralType:
        """Give the LiteralType of an annotation."""
        ...

    def accepts(self, value: Any, python_type: Any) -> bool:
        """Tell whether a value fits an annotation, without converting it."""
        ...

    def to_literal(self, value: Any, python_type: Any, expected: LiteralType | None = None) -> Literal:
        """Convert a value."""
        ...

    def to_python(self, literal: Literal, python_type: Any) -> Any:
        """Convert a Literal back."""
        ...

    def guess(self, literal_type: LiteralType) -> Any:
        """Choose a Python type for a LiteralType."""
        ...

    def remember(self, key: Any, build: Callable[[], Kept]) -> Kept:
        """Keep what a codec works out for a type, until something new is registered."""
        ...


class Codec(ABC):
    """One family of Python types."""

    name: str
    """Flyte's name of the family: the tag of a union's variant on the wire."""

    reads_packed: ClassVar[bool] = False
    """Whether a MessagePack literal is this family's own form; for others it is a value out of a dataclass."""

    reads_annotations: ClassVar[bool] = False
    """Whether the metadata of ``Annotated[T, ...]`` changes the type on the wire; if not, the codec is given ``T``."""

    @abstractmethod
    def literal_type(self, python_type: Any, registry: Conversions) -> LiteralType:
        """Give the type on the wire; raises TypeMismatch if the annotation cannot be used."""

    @abstractmethod
    def to_literal(self, value: Any, python_type: Any, expected: LiteralType | None, registry: Conversions) -> Literal:
        """Convert a value; ``expected`` is the declared type where it is known and may differ from our own.

        Raises TypeMismatch, whose path leads from the value given to the part that does not fit.
        """

    @abstractmethod
    def to_python(self, literal: Literal, python_type: Any, registry: Conversions) -> Any:
        """Convert back; raises TypeMismatch if the literal is of another family."""

    def accepts(self, value: Any, python_type: Any, registry: Conversions) -> bool:
        """Tell whether ``to_literal`` would take this value; a union chooses its variant by it."""
        _ = registry
        return isinstance(python_type, type) and isinstance(value, python_type)

    def guess(self, literal_type: LiteralType, registry: Conversions) -> Any | None:
        """Choose a Python type for a type on the wire, or None if it is not of this family."""
        _ = literal_type, registry
        return None

    def field_form(self, python_type: Any, registry: Conversions) -> FieldForm | None:
        """Give the form of such a value inside a dataclass, or None if it cannot stand there."""
        _ = python_type, registry
        return None

    def to_html(self, value: Any, python_type: Any) -> str:
        """Show a value on a deck."""
        _ = python_type
        return f"<pre>{escape(repr(value))}</pre>"
