"""Makes a turn's work durable: tries again while the disk is full, and lets no execution fail for another's sake."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from flyweight.clock import Clock
from flyweight.engine.phases import ExecutionPhase
from flyweight.engine.ports import Blobs, EngineStore
from flyweight.engine.records import Batch, ExecutionRecord
from flyweight.engine.turns import Creation, Part, batch_of, is_empty
from flyweight.errors import FlyweightError, TryAgain, UserError

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 2.0
_TRIES = 3
"""So often a fault that does not call itself passing is met, before it is asked which execution brings it."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Committer:
    """Commits work. What has begun is committed sooner or later; what is only being created may be given up.

    An execution whose rows can never be written, while the store writes others, fails for it, and it alone.
    """

    store: EngineStore
    blobs: Blobs
    clock: Clock
    patience: float
    """Seconds until callers are told to try again later."""
    undo: Callable[[Creation, Exception], None]
    """Called for a creation that will not be committed."""
    stuck: Callable[[TryAgain], None]
    """Called again and again when callers have waited for their patience's time: others wait for the same."""
    end: Callable[[Part, Exception], Part]
    """Ends an execution whose part cannot be written; gives the part that says so."""

    async def commit(self, parts: list[Part]) -> list[Part]:
        """Commit the parts of a turn; gives them as they were committed, without the creations that were given up."""
        try:
            await self._persist(parts)
        except Exception as error:  # the loop must outlive whatever a store can raise
            if len(parts) == 1:
                return await self._alone(parts[0], error)
            # At once: the store's writer joins them in one transaction, and undoes each by itself.
            each = await asyncio.gather(*(self.commit([part]) for part in parts))
            return [part for committed in each for part in committed]
        return [part for part in parts if not part.is_idle() or part.commands]

    async def _alone(self, part: Part, error: Exception) -> list[Part]:
        """Decide about a part that cannot be written, though nothing else was tried with it."""
        if part.creation is not None:
            self.undo(part.creation, error)
            return []
        await self._until_it_writes(part, error)
        try:
            await self._write([part])
        except Exception as again:  # as above
            error = again
        else:
            return [part]
        _log.error("what execution %s did cannot be written: it ends here", part.key, exc_info=error)
        last = self.end(part, error)
        for _ in range(_TRIES):
            try:
                await self._persist([last])
            except Exception as again:  # as above; the execution's own row must do
                _log.error("nor can its nodes be closed", exc_info=again)
                last.changes.nodes.clear()
                last.changes.attempts.clear()
                last.changes.entries.clear()
                last.changes.items.clear()
                last.changes.uploads.clear()
            else:
                break
        # Else nothing says so: it is gone from memory, and the next start will find it unfinished.
        return [last]

    async def _until_it_writes(self, part: Part, error: Exception) -> None:
        """Wait until the store takes another row of the same execution: only then is the part itself to blame."""
        now = self.clock.now()
        row = ExecutionRecord(key=part.key, phase=ExecutionPhase.RUNNING, updated_at=now)
        pause = _FIRST_PAUSE
        while True:
            try:
                await self.store.commit(Batch(executions=(row,)))
            except Exception as still:  # as above
                _log.critical("the platform cannot write; nothing goes on until it can: %s", still, exc_info=error)
                _excuse(part, still)
                self.stuck(_try_again(still))
            else:
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _persist(self, parts: list[Part]) -> None:
        """Write until it is written. Raises what is no matter of waiting."""
        deadline = self.clock.monotonic() + self.patience
        pause = _FIRST_PAUSE
        tries = 0
        while not all(part.is_idle() for part in parts):
            try:
                await self._write(parts)
            except TryAgain as error:
                _log.warning("the platform cannot write and will go on trying: %s", error)
                if self.clock.monotonic() >= deadline:
                    self._excuse_all(parts, error)
                    self.stuck(_try_again(error))
            except UserError:
                raise
            except Exception as error:
                tries += 1
                if tries >= _TRIES:
                    raise
                _log.warning("a write failed and is tried again: %s", error, exc_info=error)
            else:
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _write(self, parts: list[Part]) -> None:
        for part in parts:
            uploads = part.changes.uploads
            while uploads:
                await self.blobs.write(*uploads[-1])
                uploads.pop()
        batch = batch_of(parts)
        if not is_empty(batch):
            await self.store.commit(batch)

    def _excuse_all(self, parts: list[Part], error: Exception) -> None:
        """Let nobody wait any longer: creations are undone, other callers are told that it is not certain yet."""
        for part in list(parts):
            if part.creation is not None:
                parts.remove(part)
                self.undo(part.creation, _try_again(error))
            _excuse(part, error)


def _excuse(part: Part, error: Exception) -> None:
    for done in part.done:
        if not done.done():
            done.set_exception(_try_again(error))
    part.done.clear()


def _try_again(error: Exception) -> TryAgain:
    """Say it in the words of the one who knows what to do about it."""
    why = error.message if isinstance(error, FlyweightError) else f"({error})"
    return TryAgain(f"The platform cannot write at the moment; nothing was started. {why}")
