"""The deck of any attempt as it is now, whatever became of it: the page, or a placeholder that tells the truth."""

import asyncio
from dataclasses import dataclass
from enum import Enum
from typing import assert_never

from flyteidl.core import identifier_pb2

from flyweight import blob
from flyweight.clock import Micros
from flyweight.engine.phases import AttemptPhase
from flyweight.engine.records import AttemptRecord, NodeRecord
from flyweight.errors import NotFound, TooLarge
from flyweight.executors import deck_page
from flyweight.ids import AttemptId, NodeId
from flyweight.services.feed import Feed
from flyweight.services.lookup import Lookup

MAX_BYTES = 64 * 1024 * 1024
"""A larger page no browser shows in good time; it can still be fetched by its link."""

_PLACEHOLDER = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Deck</title>
<style>:root{{color-scheme:light dark}}body{{font:15px/1.5 system-ui,sans-serif;display:grid;place-items:center;
min-height:80vh;margin:0;color:GrayText;text-align:center}}</style>
<p>{text}</p></html>
"""


class DeckState(Enum):
    """What became of the attempt whose deck this is."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    KILLED = "killed"


_WORDS = {
    DeckState.RUNNING: "The task is running and has not published its deck yet.",
    DeckState.SUCCEEDED: "The task succeeded without publishing a deck.",
    DeckState.FAILED: "The task failed before it published a deck.",
    DeckState.KILLED: "The task was stopped before it published a deck.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckPage:
    """One attempt's deck at this moment."""

    html: bytes
    published: bool
    """Whether ``html`` is the task's own page; a placeholder else."""
    revision: int
    """How often it was published, as far as is known; it counts from 1 within the attempt."""
    state: DeckState
    attempt: int
    attempts: int
    """How many attempts the node has; they count from 0."""
    updated_at: Micros


class Decks:
    """Reads decks."""

    def __init__(self, lookup: Lookup, feed: Feed) -> None:
        self._lookup = lookup
        self._feed = feed

    async def deck(
        self, execution: identifier_pb2.WorkflowExecutionIdentifier, node_id: str, attempt: int | None = None
    ) -> DeckPage:
        """Give the deck of a node: of its current attempt, or of the one that is named.

        Raises:
            NotFound: there is no such execution, node or attempt, or the task makes no deck.
            TooLarge: the page is larger than ``MAX_BYTES``.
        """
        found = await self._lookup.execution(execution.project, execution.domain, execution.name)
        node = await self._lookup.node(found, NodeId(node_id))
        attempts = await self._lookup.attempts(found.new.key, node.node)
        if not attempts and node.deck_uri:
            return await self._recovered(node)
        record = self._choose(node, attempts, attempt)
        if not record.deck_uri:
            raise NotFound(f"node {node_id!r} makes no deck: write @task(enable_deck=True) for one")
        state = _state(record.phase)
        page = await self._page(record.deck_uri)
        if page == deck_page.PAGE:
            page = None
        live = self._feed.deck_revision(AttemptId(record.execution, record.node, record.attempt))
        return DeckPage(
            html=_PLACEHOLDER.format(text=_WORDS[state]).encode() if page is None else page,
            published=page is not None,
            revision=max(live, record.deck_revision),
            state=state,
            attempt=record.attempt,
            attempts=len(attempts),
            updated_at=record.updated_at,
        )

    async def _recovered(self, node: NodeRecord) -> DeckPage:
        """Give the deck that a node made in the execution that was recovered."""
        page = await self._page(node.deck_uri)
        return DeckPage(
            html=_PLACEHOLDER.format(text=_WORDS[DeckState.SUCCEEDED]).encode() if page is None else page,
            published=page is not None,
            revision=0,
            state=DeckState.SUCCEEDED,
            attempt=0,
            attempts=0,
            updated_at=node.updated_at,
        )

    def _choose(self, node: NodeRecord, attempts: list[AttemptRecord], attempt: int | None) -> AttemptRecord:
        wanted = node.attempt if attempt is None else attempt
        for record in attempts:
            if record.attempt == wanted:
                return record
        raise NotFound(f"node {node.node!r} has no attempt {wanted + 1}: it has {len(attempts)}")

    async def _page(self, uri: str) -> bytes | None:
        try:
            size = await asyncio.to_thread(blob.size, uri)
            if size > MAX_BYTES:
                raise TooLarge(
                    f"the deck at {uri} is {size:,} bytes, and pages of more than {MAX_BYTES:,} are not shown: "
                    "publish less, or fetch it by its link"
                )
            return await asyncio.to_thread(blob.get, uri)
        except NotFound:
            return None


def _state(phase: AttemptPhase) -> DeckState:
    match phase:
        case AttemptPhase.QUEUED | AttemptPhase.RUNNING:
            return DeckState.RUNNING
        case AttemptPhase.SUCCEEDED:
            return DeckState.SUCCEEDED
        case AttemptPhase.FAILED | AttemptPhase.RETRYABLE_FAILED:
            return DeckState.FAILED
        case AttemptPhase.ABORTED:
            return DeckState.KILLED
        case _:
            assert_never(phase)
