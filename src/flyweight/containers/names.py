"""Refuses a name of an input or output that cannot be the name of its file in a program's folder."""

from flyweight.errors import InvalidInput


def plain(name: str) -> str:
    """Give the name as it is, unless it would lead out of the folder.

    Raises:
        InvalidInput: it would, or no file can have it.
    """
    if name in {"", ".", ".."} or "/" in name or "\0" in name:
        raise InvalidInput(f"{name!r} cannot be the name of a file, so no input or output of a container can have it")
    return name
