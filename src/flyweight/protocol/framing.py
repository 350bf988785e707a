"""Messages over a stream socket: each stands behind its length (4 bytes, big-endian)."""

import socket
import struct
import threading

from google.protobuf.message import Message

from flyweight.errors import PlatformError, TooLarge

MAX_FRAME = 64 * 1024 * 1024
"""Bytes of one message; whatever may grow larger travels through the blob store instead."""

_LENGTH = struct.Struct(">I")
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
        position = 0
        while len(buffer) - position >= _LENGTH.size:
            start = position + _LENGTH.size
            end = start + _checked(_LENGTH.unpack_from(buffer, position)[0])
            if end > len(buffer):
                break
            frames.append(bytes(buffer[start:end]))
            position = end
        del buffer[:position]
        return frames


class FrameSocket:
    """A blocking stream socket that sends and receives whole frames; any thread may send, one receives."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._sending = threading.Lock()

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
        head = self._exactly(_LENGTH.size)
        if not head:
            return None
        size = _checked(_LENGTH.unpack(head)[0])
        body = self._exactly(size)
        if size and not body:
            raise PlatformError("the connection was closed in the middle of a message")
        return body

    def _exactly(self, size: int) -> bytes:
        """Read so many bytes; nothing at all when the stream ends first."""
        received = bytearray()
        while len(received) < size:
            data = self._connection.recv(min(size - len(received), _CHUNK))
            if not data:
                if received:
                    raise PlatformError("the connection was closed in the middle of a message")
                return b""
            received += data
        return bytes(received)


def _checked(size: int) -> int:
    if size > MAX_FRAME:
        raise TooLarge(
            f"a frame announces {size:,} bytes, the limit is {MAX_FRAME:,}: the other side sends something else than "
            "Flyweight's worker protocol"
        )
    return size
