"""What each kind of store can do with the objects in it: ``local.py`` with files, ``remote.py`` with obstore."""

from typing import BinaryIO, Protocol


class Backend(Protocol):
    """Objects by URI. Every method raises ``NotFound``, ``PermissionDenied``, ``StorageFailed`` or ``TryAgain``."""

    def get(self, uri: str) -> bytes:
        """Read an object."""
        ...

    def put(self, uri: str, data: bytes, content_type: str) -> None:
        """Write an object, all of it or nothing."""
        ...

    def size(self, uri: str) -> int | None:
        """Tell its bytes, or None if there is no such object."""
        ...

    def list(self, prefix: str) -> list[str]:
        """Give the URIs of all objects below a folder, sorted."""
        ...

    def delete_prefix(self, prefix: str) -> None:
        """Remove an object, or all below a folder."""
        ...

    def open_read(self, uri: str) -> BinaryIO:
        """Open for reading, seekable."""
        ...

    def open_write(self, uri: str) -> BinaryIO:
        """Open for writing; the object appears when it is closed, and not at all if a ``with`` ends by an error."""
        ...
