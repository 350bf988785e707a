"""Joins two stream transports: what one side sends, the other gets, with backpressure and half-close both ways."""

import asyncio
from collections.abc import Callable
from typing import cast

HALF_CLOSED_SECONDS = 30.0
"""How long a half-closed pair may live on, and how long a reader may take to fetch what was written before a close."""


class Splice(asyncio.Protocol):
    """One end of a joined pair: ``join`` makes the two ends known to each other.

    Args:
        lost: Called once, when both ends are gone.
    """

    def __init__(self, lost: Callable[[], None] | None = None) -> None:
        self._lost = lost
        self._transport: asyncio.Transport | None = None
        self._peer: Splice | None = None
        self._ended = False
        self._gone = False
        self._deadline: asyncio.TimerHandle | None = None

    def join(self, peer: "Splice") -> None:
        """Make this end and that one a pair."""
        self._peer, peer._peer = peer, self  # noqa: SLF001 - the other half of the same object

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport; it must be one that reads and writes."""
        # A cast, since uvloop's transports are no subclasses: a stream's transport reads and writes.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Pass on."""
        if self._peer is not None:
            self._peer.write(data)

    def eof_received(self) -> bool:
        """Close the other side's writing direction only: answers may still be on their way here."""
        self._ended = True
        peer = self._peer
        if peer is None or peer._ended:  # noqa: SLF001
            return False
        peer.write_eof()
        self._arm()
        return True

    def pause_writing(self) -> None:
        """This end's reader is slow: stop reading from the other."""
        if self._peer is not None:
            self._peer.pause_reading()

    def resume_writing(self) -> None:
        """This end's reader has caught up."""
        if self._peer is not None:
            self._peer.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """Close the other side too; the one that goes last tells."""
        del exc
        self._gone = True
        if self._deadline is not None:
            self._deadline.cancel()
        peer = self._peer
        if peer is not None and peer._transport is not None and not peer._gone:  # noqa: SLF001
            peer.close()
            return
        for end in (self, peer):
            lost = None if end is None else end._lost  # noqa: SLF001
            if end is not None and lost is not None:
                end._lost = None  # noqa: SLF001
                lost()

    def write(self, data: bytes) -> None:
        """Send on this end."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def write_eof(self) -> None:
        """Say on this end that nothing more comes."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write_eof()

    def pause_reading(self) -> None:
        """Leave what this end sends in the kernel for now."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Read this end again."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def close(self) -> None:
        """Close this end after what was written has been sent, or after a while without that."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.close()
            self._arm()

    def _arm(self) -> None:
        if self._deadline is None and self._transport is not None:
            self._deadline = asyncio.get_running_loop().call_later(HALF_CLOSED_SECONDS, self._transport.abort)
