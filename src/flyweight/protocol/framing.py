"""Messages over a stream socket, each behind its length (4 bytes, big-endian), and permits over another (8 bytes)."""

import socket
import struct
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress

from google.protobuf.message import Message

from flyweight.errors import PlatformError, TooLarge

MAX_FRAME = 64 * 1024 * 1024
"""Bytes of one message; whatever may grow larger travels through the blob store instead."""

SHARED_PARTS = 64
"""How many parts of Start messages a worker remembers, those that were sent last; the executor counts along."""

_LENGTH = struct.Struct(">I")
_PERMIT = struct.Struct(">Q")
_CHUNK = 256 * 1024


def encode(message: Message) -> bytes:
    """Give the message as one frame.

    Raises:
        TooLarge: the message is larger than ``MAX_FRAME``.
    """
    body = message.SerializeToString()
    if len(body) > MAX_FRAME:
        raise TooLarge(f"a message of {len(body):,} bytes does not fit a frame (limit {MAX_FRAME:,} bytes)")
    return _LENGTH.pack(len(body)) + body


class FrameDecoder:
    """Bytes in as they come, bodies of whole frames out."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Add what was received and take out every frame that is whole.

        Raises:
            TooLarge: a length is past ``MAX_FRAME``: the other side does not speak this protocol.
        """
        buffer = self._buffer
        buffer += data
        frames: list[bytes] = []
        position, size = 0, len(buffer)
        with memoryview(buffer) as view:
            while size - position >= _LENGTH.size:
                start = position + _LENGTH.size
                end = start + _checked(_LENGTH.unpack_from(view, position)[0])
                if end > size:
                    break
                frames.append(bytes(view[start:end]))
                position = end
        del buffer[:position]
        return frames

    @property
    def within(self) -> bool:
        """Tell whether a frame has begun that is not whole yet."""
        return bool(self._buffer)


class FrameSocket:
    """A blocking stream socket that sends and receives whole frames; any thread may send, one receives."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._sending = threading.Lock()
        self._decoder = FrameDecoder()
        self._received: deque[bytes] = deque()

    def send(self, message: Message) -> None:
        """Send one message; raises ``TooLarge`` as ``encode`` does, and ``OSError`` when the other side is gone."""
        frame = encode(message)
        with self._sending:
            self._connection.sendall(frame)

    def receive(self) -> bytes | None:
        """Wait for the next frame's body; None when the other side has closed between two frames.

        Raises:
            TooLarge: the length is past ``MAX_FRAME``.
            PlatformError: the other side closed in the middle of a frame.
        """
        while not self._received:
            data = self._connection.recv(_CHUNK)
            if not data:
                if self._decoder.within:
                    raise PlatformError("the connection was closed in the middle of a message")
                return None
            self._received += self._decoder.feed(data)
        return self._received.popleft()


def write_permits(numbers: Sequence[int]) -> bytes:
    """Give the bytes of permits; they must be sent in one piece."""
    return b"".join(map(_PERMIT.pack, numbers))


def take_permit(connection: socket.socket) -> int:
    """Wait for the next permit and take it; 0 when there will be none."""
    # Permits are sent whole and taken whole, under the kernel's lock: two readers never share one.
    data = connection.recv(_PERMIT.size)
    return _PERMIT.unpack(data)[0] if len(data) == _PERMIT.size else 0


def take_all_permits(connection: socket.socket) -> list[int]:
    """Take every permit that nobody has taken yet, without waiting."""
    taken = b""
    with suppress(BlockingIOError):
        while data := connection.recv(_CHUNK, socket.MSG_DONTWAIT):
            taken += data
    return [number for (number,) in _PERMIT.iter_unpack(taken)]


def _checked(size: int) -> int:
    if size > MAX_FRAME:
        raise TooLarge(
            f"a frame announces {size:,} bytes, the limit is {MAX_FRAME:,}: the other side sends something else than "
            "Flyweight's worker protocol"
        )
    return size
