"""Publishes decks off the task's thread: the newest state, not too often, tried again, never the task's failure."""

import logging
import threading
from collections.abc import Callable

from flyweight.clock import Clock, SystemClock
from flyweight.runtime.deck_page import DeckSnapshot, render_page

LOGGER = logging.getLogger(__name__)

MIN_INTERVAL = 0.2
"""Seconds between two uploads; a slow store is left alone for longer (see ``BREATHER``)."""
BREATHER = 3.0
"""How many times an upload's own duration to wait before the next: publishing takes a quarter of the store's time."""
FIRST_BACKOFF = 0.1
MAX_BACKOFF = 5.0
LAST_CALL = 10.0
"""Seconds that the final publish may take, retries included, before it becomes a log line."""

Put = Callable[[bytes], None]
Published = Callable[[int], None]


class DeckPublisher:
    """Brings snapshots to a store. ``put`` writes the page, ``published`` is told each revision that arrived."""

    def __init__(self, put: Put, published: Published, clock: Clock | None = None) -> None:
        self._put = put
        self._published = published
        self._clock = clock or SystemClock()
        self._changed = threading.Condition()
        self._waiting: DeckSnapshot | None = None
        self._closed = False
        self._thread: threading.Thread | None = None
        self.revision = 0

    def publish(self, snapshot: DeckSnapshot) -> None:
        """Take a snapshot to be published soon, in place of one that waits; returns at once."""
        with self._changed:
            if self._closed:
                return
            self._waiting = snapshot
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="flyweight-decks", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def close(self, final: DeckSnapshot) -> None:
        """Publish the last state and wait for it, within ``LAST_CALL`` seconds."""
        with self._changed:
            self._waiting = final
            self._closed = True
            self._changed.notify_all()
            thread = self._thread
        deadline = self._clock.monotonic() + LAST_CALL
        if thread is not None:
            thread.join(LAST_CALL)
        elif not self._upload(final, deadline):
            LOGGER.warning("The deck could not be published.")
        if thread is not None and self._is_behind():
            LOGGER.warning("The deck's last state could not be published; an earlier one may be shown.")

    def _is_behind(self) -> bool:
        with self._changed:
            return self._waiting is not None

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting is not None or self._closed)
                snapshot, closed = self._waiting, self._closed
            if snapshot is None:
                return
            started = self._clock.monotonic()
            arrived = self._upload(snapshot, started + LAST_CALL)
            took = self._clock.monotonic() - started
            with self._changed:
                if arrived and self._waiting is snapshot:
                    self._waiting = None
                if closed:
                    return
                self._changed.wait_for(lambda: self._closed, timeout=max(MIN_INTERVAL, BREATHER * took))

    def _upload(self, snapshot: DeckSnapshot, deadline: float) -> bool:
        """Write one page, again and again with growing pauses; a newer snapshot or the deadline ends the trying."""
        page = render_page(snapshot, self.revision + 1, self._clock.now())
        backoff = FIRST_BACKOFF
        while True:
            try:
                self._put(page)
            except Exception as error:  # a background loop: no store's trouble may reach the task
                LOGGER.info("A deck was not written (%s); it is tried again.", error)
            else:
                self.revision += 1
                self._published(self.revision)
                return True
            if self._clock.monotonic() + backoff > deadline:
                LOGGER.warning("The deck could not be written for %.0f s; the task goes on.", LAST_CALL)
                return False
            with self._changed:
                if self._changed.wait_for(lambda: self._waiting is not snapshot, timeout=backoff):
                    return False
            backoff = min(2 * backoff, MAX_BACKOFF)
