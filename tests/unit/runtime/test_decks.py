"""The deck publisher: newest state, coalesced, tried again, never the task's failure."""

import threading

from flyweight.clock import Micros
from flyweight.runtime.deck_page import DeckSnapshot, DeckState, render_page
from flyweight.runtime.decks import DeckPublisher

DEADLINE = 10.0


def snapshot(text: str, state: DeckState = DeckState.RUNNING) -> DeckSnapshot:
    return DeckSnapshot(state=state, decks=[("metrics", text)], task="t", attempt=0)


class Store:
    """Keeps pages; ``gate`` holds writes back, ``failures`` many of them fail."""

    def __init__(self, failures: int = 0) -> None:
        self.pages: list[str] = []
        self.revisions: list[int] = []
        self.failures = failures
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()

    def put(self, page: bytes) -> None:
        self.entered.set()
        assert self.gate.wait(DEADLINE)
        if self.failures:
            self.failures -= 1
            raise OSError("rate limited")
        self.pages.append(page.decode())


def test_publishing_returns_at_once_and_states_between_are_skipped() -> None:
    store = Store()
    publisher = DeckPublisher(store.put, store.revisions.append)
    store.gate.clear()
    publisher.publish(snapshot("first"))
    assert store.entered.wait(DEADLINE)
    for number in range(100):
        publisher.publish(snapshot(f"state {number}"))
    store.gate.set()
    publisher.close(snapshot("last", DeckState.SUCCEEDED))
    assert "first" in store.pages[0]
    assert "last" in store.pages[-1]
    assert 'content="succeeded"' in store.pages[-1]
    assert len(store.pages) <= 3
    assert store.revisions == list(range(1, len(store.pages) + 1))


def test_a_failing_store_is_tried_again() -> None:
    store = Store(failures=2)
    publisher = DeckPublisher(store.put, store.revisions.append)
    publisher.close(snapshot("last", DeckState.FAILED))
    assert [("last" in page, 'content="failed"' in page) for page in store.pages] == [(True, True)]


def test_after_the_end_nothing_is_published() -> None:
    store = Store()
    publisher = DeckPublisher(store.put, store.revisions.append)
    publisher.close(snapshot("last"))
    publisher.publish(snapshot("too late"))
    assert len(store.pages) == 1


def test_the_page_shows_names_as_text_and_html_as_html() -> None:
    decks = [("<b>name</b>", "<i>content</i>"), ("second", "")]
    page = render_page(DeckSnapshot(state=DeckState.STOPPED, decks=decks, task="<t>", attempt=2), 7, Micros(0)).decode()
    assert "&lt;b&gt;name" in page
    assert "<i>content</i>" in page
    assert "<t>" not in page
    assert 'name="flyweight-deck-revision" content="7"' in page
    assert 'class="state stopped"' in page


def test_a_page_without_decks_says_so() -> None:
    page = render_page(DeckSnapshot(state=DeckState.RUNNING, decks=[], task="t", attempt=0), 1, Micros(0)).decode()
    assert "has shown nothing yet" in page
