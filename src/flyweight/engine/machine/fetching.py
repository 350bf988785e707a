"""Values that stand apart: a node that looks into one waits, as if it were not ready yet, until it was fetched.

No row says so: what is ready follows from the graph, so after a crash the node asks again.
"""

from collections.abc import Callable

from flyteidl.core import literals_pb2

from flyweight.engine.machine.commands import Fetch
from flyweight.engine.machine.events import Fetched, FetchFailed, NodePlace
from flyweight.engine.machine.turn import Turn
from flyweight.engine.model import Frame
from flyweight.semantics.offloading import Read, is_apart


class _AwayError(Exception):
    """A value has to be fetched first."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        super().__init__(uri)


def resolved(
    turn: Turn, frame: Frame, index: int, resolve: Callable[[Read], literals_pb2.LiteralMap]
) -> literals_pb2.LiteralMap | None:
    """Resolve what a node is given; None if it must wait for a value, which is asked for.

    Raises:
        InvalidInput: it cannot be resolved.
    """
    known = frame.fetched.pop(index, {})

    def read(literal: literals_pb2.Literal) -> literals_pb2.Literal:
        if not is_apart(literal):
            return literal
        uri = literal.offloaded_metadata.uri
        if uri not in known:
            raise _AwayError(uri)
        return known[uri]

    try:
        return resolve(read)
    except _AwayError as away:
        frame.fetched[index] = known
        place = NodePlace(parent=frame.parent, attempt=frame.attempt, index=index)
        turn.commands.append(Fetch(place=place, uri=away.uri))
        return None


def take(turn: Turn, event: Fetched | FetchFailed) -> Frame | None:
    """Take what came of fetching; gives the frame of the node that waits. What comes too late changes nothing."""
    place = event.place
    frame = turn.state.frames.get(place.parent)
    if frame is None or frame.attempt != place.attempt or place.index not in frame.fetched:
        return None
    if isinstance(event, Fetched):
        frame.fetched[place.index][event.uri] = event.value
    else:
        del frame.fetched[place.index]
    return frame
