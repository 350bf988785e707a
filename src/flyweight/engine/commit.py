"""Makes a turn's work durable: tries again while the disk is full, and lets no execution fail for another's sake."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from flyweight.clock import Clock
from flyweight.engine.ports import Blobs, EngineStore
from flyweight.engine.turns import Creation, Work, is_empty
from flyweight.errors import TryAgain, UserError

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 2.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Committer:
    """Commits work. What has begun is committed sooner or later; what is only being created may be given up."""

    store: EngineStore
    blobs: Blobs
    clock: Clock
    patience: float
    """Seconds until callers are told to try again later."""
    undo: Callable[[Creation, Exception], None]
    """Called for a creation that will not be committed."""

    async def commit(self, work: Work) -> list[Work]:
        """Commit the work; gives its parts as they were committed, without the creations that were given up."""
        waiting = deque([work])
        committed: list[Work] = []
        while waiting:
            part = waiting.popleft()
            try:
                if await self._commit(part):
                    committed.append(part)
            except UserError as error:
                waiting.extend(self._separate(part, error))
        return committed

    def _separate(self, work: Work, error: UserError) -> list[Work]:
        """A creation was refused, such as for a name that is taken: find out which, by committing each by itself."""
        alone = [work.split_off(creation) for creation in list(work.creations)]
        if len(alone) == 1 and is_empty(work.batch()):
            self.undo(alone[0].creations[0], error)
            return []
        return [work, *alone]

    async def _commit(self, work: Work) -> bool:
        """Write until it is written; False if nothing was left to write."""
        deadline = self.clock.monotonic() + self.patience
        pause = _FIRST_PAUSE
        while not is_empty(work.batch()) or work.done or work.decks:
            try:
                await self._write(work)
            except Exception as error:  # the loop must outlive whatever a store can raise
                if isinstance(error, UserError) and work.creations:
                    raise
                _log.warning("the platform cannot write and will go on trying: %s", error, exc_info=error)
                if self.clock.monotonic() >= deadline:
                    self._excuse(work, error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                return True
        return False

    async def _write(self, work: Work) -> None:
        uploads = work.changes.uploads
        while uploads:
            await self.blobs.write(*uploads[-1])
            uploads.pop()
        batch = work.batch()
        if not is_empty(batch):
            await self.store.commit(batch)

    def _excuse(self, work: Work, error: Exception) -> None:
        """Let nobody wait any longer: creations are undone, other callers are told that it is not certain yet."""
        for creation in list(work.creations):
            work.split_off(creation)
            self.undo(creation, TryAgain(f"The platform cannot write at the moment; nothing was started. ({error})"))
        for done in work.done:
            if not done.done():
                done.set_exception(TryAgain(f"The platform cannot write at the moment: ask again later. ({error})"))
        work.done.clear()
