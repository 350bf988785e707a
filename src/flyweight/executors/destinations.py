"""Keeps what a container's command unpacks inside the attempt's own folder: its ``/root`` is not this machine's."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from flyweight.protocol.arguments import is_ours

_FLYTEKITS = "pyflyte-fast-execute"
_DESTINATION = "--dest-dir"


def inside(words: Sequence[str], folder: Path) -> list[str]:
    """Let flytekit's entry point, or ours, unpack its code into ``folder`` where it names a folder of the container.

    Attempts of different versions, and the user's own files, would meet in a folder of the machine. A relative
    destination is kept: it lies in the attempt's folder already, unless it climbs out.
    """
    found = list(words)
    unpacks = is_ours(words) or PurePosixPath(words[0]).name == _FLYTEKITS
    if unpacks and _DESTINATION in found[:-1]:
        place = found.index(_DESTINATION) + 1
        if _leads_out(found[place]):
            found[place] = str(folder)
    return found


def _leads_out(destination: str) -> bool:
    path = PurePosixPath(destination)
    return path.is_absolute() or ".." in path.parts or destination.startswith("~")
