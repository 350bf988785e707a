"""The contract of a field form: how values of one annotation stand inside a dataclass, as plain data.

Forms are built once for a dataclass and make a tree, as its annotations do. Plain data, and the schema of it, equal
what mashumaro gives for the same annotation, since that is what flytekit sends.
"""

from abc import ABC, abstractmethod
from typing import Any


class FieldForm(ABC):
    """Values of one annotation, to plain data (dict, list, str, int, float, bool, bytes, None) and back."""

    @abstractmethod
    def pack(self, value: Any) -> Any:
        """Give plain data; raises TypeMismatch."""

    @abstractmethod
    def unpack(self, plain: Any) -> Any:
        """Give the value of plain data; raises TypeMismatch."""

    @abstractmethod
    def accepts(self, value: Any) -> bool:
        """Tell whether ``pack`` would take the value; a union chooses its variant by it."""

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """Give the JSON schema of the plain data."""

    def offloads(self) -> bool:
        """Tell whether packing stores bytes elsewhere: then it is not done for a schema's sake."""
        return False

    def native(self, plain: Any) -> bool:
        """Tell whether the value is the plain data itself; a union prefers such a variant when it reads."""
        _ = plain
        return False
