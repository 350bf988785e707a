"""Asks the catalog for the machine, all that waits in one read, and keeps the claims of nodes that compute.

A claim lasts for ``CLAIM_SECONDS`` and is prolonged while its node has not ended; when a platform dies, its claims run
out and others compute instead.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from flyteidl.core import identifier_pb2, literals_pb2

from flyweight import literals
from flyweight.clock import Clock, Micros
from flyweight.engine.catalog import (
    Answer,
    Answers,
    CacheClaimed,
    CacheDue,
    CacheHit,
    CacheMiss,
    Claim,
    Found,
    Question,
)
from flyweight.engine.ports import Blobs, Catalog
from flyweight.engine.records import CacheRecord
from flyweight.errors import NotFound
from flyweight.ids import NO_ITEM, ExecutionKey, NodeId
from flyweight.semantics.caching import NOTHING_KEPT, CacheKey, difference

CLAIM_SECONDS = 30.0
PROLONG_SECONDS = 10.0
_log = logging.getLogger(__name__)
_Place = tuple[ExecutionKey, NodeId, int]
_TOLD_TOGETHER = 128
Tell = Callable[[ExecutionKey, Answers | CacheDue], None]


class Lookups:
    """Answers the questions of all executions. Belongs to the driver's event loop."""

    def __init__(self, *, catalog: Catalog, blobs: Blobs, clock: Clock, tell: Tell) -> None:
        self._catalog = catalog
        self._blobs = blobs
        self._clock = clock
        self._tell = tell
        self._asked: dict[_Place, Question] = {}
        self._asking: asyncio.Task[None] | None = None
        self._answering: set[_Place] = set()
        """Who waits for the answer that is being read: who has ended meanwhile must not be left with a claim."""
        self._held: dict[_Place, Claim] = {}
        self._prolonging: asyncio.Task[None] | None = None
        self._given_up: list[Claim] = []
        self._releasing: asyncio.Task[None] | None = None
        self._waiting: dict[CacheKey, set[_Place]] = {}

    def ask(self, question: Question) -> None:
        """Ask; what is asked before the loop turns, or while an answer is read, goes into one read."""
        self._asked[_place(question)] = question
        if self._asking is None or self._asking.done():
            self._asking = asyncio.get_running_loop().create_task(self._answer())

    def let_go(self, execution: ExecutionKey, node: NodeId, item: int = NO_ITEM) -> None:
        """Let go of what a node, or an item of it, has claimed, if anything: whoever waits here for it asks again."""
        place = execution, node, item
        self._asked.pop(place, None)
        self._answering.discard(place)
        self._give_up(place)

    def forget(self, execution: ExecutionKey) -> None:
        """Let go of all that an execution's nodes have claimed."""
        for place in {*self._asked, *self._answering, *self._held}:
            if place[0] == execution:
                self.let_go(*place)

    def close(self) -> None:
        """Ask no more. Claims stay: what computes goes on at the next start."""
        for task in (self._asking, self._prolonging, self._releasing):
            if task is not None:
                task.cancel()

    async def _answer(self) -> None:
        while self._asked:
            asked, self._asked = list(self._asked.values()), {}
            self._answering = {_place(question) for question in asked}
            try:
                await self._look_up(asked)
            except Exception as error:  # a catalog that cannot be read costs the time that it would have saved
                _log.warning("the catalog could not be read, so tasks run: %s", error, exc_info=error)
                reason = f"the catalog could not be read: {error}"
                self._answered(
                    (each.execution, CacheMiss(node=each.node, item=each.item, reason=reason, failed=True))
                    for each in asked
                )

    async def _look_up(self, asked: Sequence[Question]) -> None:
        # Claims first: what was kept before its owner let go is seen by the read that follows.
        owners = await self._claim([question for question in asked if question.claim])
        found = await self._catalog.look_up([question.key for question in asked])
        outputs = await self._outputs([each.entry for each in found if each.entry is not None])
        answered: list[tuple[ExecutionKey, Answer]] = []
        for question, each in zip(asked, found, strict=True):
            place = _place(question)
            if place not in self._answering:
                continue
            answer = self._decided(question, each, outputs, owners.get(place, ""))
            if not isinstance(answer, CacheMiss):
                self._give_up(place)
            answered.append((question.execution, answer))
        self._answered(answered)

    def _answered(self, answers: Iterable[tuple[ExecutionKey, Answer]]) -> None:
        """Tell each execution what is for it, not too much at once: others want their turn, too."""
        told: dict[ExecutionKey, list[Answer]] = {}
        for execution, answer in answers:
            told.setdefault(execution, []).append(answer)
        for execution, its in told.items():
            for first in range(0, len(its), _TOLD_TOGETHER):
                self._tell(execution, Answers(answers=tuple(its[first : first + _TOLD_TOGETHER])))

    def _decided(
        self, question: Question, found: Found, outputs: dict[str, literals_pb2.LiteralMap], owner: str
    ) -> Answer:
        node, item, entry = question.node, question.item, found.entry
        its = outputs.get(question.key.digest)
        if entry is not None and its is not None:
            source = identifier_pb2.TaskExecutionIdentifier.FromString(entry.source)
            return CacheHit(node=node, item=item, outputs=its, outputs_uri=entry.outputs_uri, source=source)
        if owner != question.claim:
            self._waiting.setdefault(question.key, set()).add(_place(question))
            return CacheClaimed(node=node, item=item, owner=owner)
        if entry is not None:
            gone = f"the outputs of {_made_by(entry.source)} are not there any more"
            return CacheMiss(node=node, item=item, reason=gone)
        if found.nearest is None:
            return CacheMiss(node=node, item=item, reason=NOTHING_KEPT)
        differs = difference(question.key, found.nearest.key)
        return CacheMiss(node=node, item=item, reason=f"{differs} (compared with {_made_by(found.nearest.source)})")

    async def _outputs(self, entries: Iterable[CacheRecord]) -> dict[str, literals_pb2.LiteralMap]:
        """Read the outputs that are still there, with all that they point to; by their keys' digests."""
        read: dict[str, literals_pb2.LiteralMap] = {}
        for digest, entry in {entry.key.digest: entry for entry in entries}.items():
            try:
                data = await self._blobs.read(entry.outputs_uri) if entry.outputs_uri else entry.outputs
            except NotFound:
                continue
            read[digest] = literals.map_from_bytes(data)
        uris = {key: literals.uris(outputs) for key, outputs in read.items()}
        wanted = sorted({uri for each in uris.values() for uri in each})
        gone = await self._blobs.gone(wanted) if wanted else set[str]()
        return {key: outputs for key, outputs in read.items() if gone.isdisjoint(uris[key])}

    async def _claim(self, asked: Sequence[Question]) -> dict[_Place, str]:
        """Claim what is asked for; gives the owners."""
        if not asked:
            return {}
        claims = [Claim(key=question.key, owner=question.claim) for question in asked]
        owners = await self._catalog.claim(claims, *self._term())
        for question, claim, owner in zip(asked, claims, owners, strict=True):
            if owner == claim.owner:
                self._held[_place(question)] = claim
                if _place(question) not in self._answering:
                    self._give_up(_place(question))
        if self._held and (self._prolonging is None or self._prolonging.done()):
            self._prolonging = asyncio.get_running_loop().create_task(self._prolong())
        return {_place(question): owner for question, owner in zip(asked, owners, strict=True)}

    async def _prolong(self) -> None:
        while True:
            await asyncio.sleep(PROLONG_SECONDS)
            if not self._held:
                return
            try:
                await self._catalog.claim(list(self._held.values()), *self._term())
            except Exception as error:  # it is tried again before the claims run out; else work is done twice
                _log.warning("claims of cached tasks could not be prolonged: %s", error)

    def _give_up(self, place: _Place) -> None:
        """Let go of a claim; what is let go of before the loop turns, or while others are, goes into one write."""
        claim = self._held.pop(place, None)
        if claim is None:
            return
        self._given_up.append(claim)
        if self._releasing is None or self._releasing.done():
            self._releasing = asyncio.get_running_loop().create_task(self._release())

    async def _release(self) -> None:
        while self._given_up:
            claims, self._given_up = self._given_up, []
            try:
                await self._catalog.release(claims)
            except Exception as error:  # they run out by themselves
                _log.warning("claims of cached tasks could not be released: %s", error)
            for claim in claims:
                for execution, node, item in sorted(self._waiting.pop(claim.key, ())):
                    self._tell(execution, CacheDue(node=node, item=item))

    def _term(self) -> tuple[Micros, Micros]:
        now = self._clock.now()
        return now, Micros(now + int(CLAIM_SECONDS * 1_000_000))


def _place(question: Question) -> _Place:
    return question.execution, question.node, question.item


@lru_cache(maxsize=64)
def _made_by(source: bytes) -> str:
    made = identifier_pb2.TaskExecutionIdentifier.FromString(source).node_execution_id
    return f"execution {made.execution_id.name}, node {made.node_id}"
