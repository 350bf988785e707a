"""The simulation finds what it is there to find: drivers with a fault planted in them do not get far."""

import asyncio

import pytest

from flyweight.engine.driver import Driver
from flyweight.engine.records import NOT_YET
from tests.simulation.simulate import CHECKS

pytestmark = pytest.mark.slow
SEEDS = 40


class ActsBeforeItCommits(Driver):
    """Starts attempts, and answers callers, before the rows that say so are durable."""

    async def _finish(self, parts, breath):
        await self._acting.act(parts, breath)
        await self._committer.commit(parts)


class ForgetsWhatItSaid(Driver):
    """Acts on what was never written: a turn in eight is not committed at all."""

    turns = 0

    async def _finish(self, parts, breath):
        self.turns += 1
        if self.turns % 8 == 0:
            await self._acting.act(parts, breath)
        else:
            await super()._finish(parts, breath)


class StartsAgainAfterRestart(Driver):
    """Issues an attempt again under its old number, as if nobody had run it."""

    async def open(self, children=None, last_seen=NOT_YET):
        await super().open(children, last_seen)
        for live in self._live.values():
            for node in live.state.nodes.values():
                if node.attempt is not None:
                    node.attempts.pop()


@pytest.mark.parametrize("planted", [ActsBeforeItCommits, ForgetsWhatItSaid, StartsAgainAfterRestart])
def test_a_planted_fault_is_found_in_a_few_seeds(planted):
    found = 0
    for seed in range(SEEDS):
        try:
            CHECKS["ends"](seed, driver_type=planted)
        except (AssertionError, TimeoutError, asyncio.InvalidStateError, RuntimeError):
            found += 1
            if found == 3:
                return
    pytest.fail(f"{found} of {SEEDS} seeds found it")
