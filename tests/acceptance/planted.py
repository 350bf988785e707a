"""``flyweight`` with the gravest fault an engine can have planted in it: it acts first, and commits afterwards.

Its disk is a slow one, so that a kill between the two is a matter of a few tries and not of hundreds.
"""

import asyncio
import sys

from flyweight.cli.main import main
from flyweight.engine.commit import Committer
from flyweight.engine.driver import Driver

SLOW_DISK = 0.02
"""Seconds."""


class _Hasty:
    def __init__(self, driver: Driver, committer: Committer) -> None:
        self.driver, self.committer = driver, committer

    async def commit(self, parts):
        act(self.driver, parts)
        await asyncio.sleep(SLOW_DISK)
        return await self.committer.commit(parts)


act = Driver._act
turn = Driver._turn


async def hasty_turn(driver: Driver) -> None:
    if not isinstance(driver._committer, _Hasty):
        driver._committer = _Hasty(driver, driver._committer)
    await turn(driver)


Driver._turn = hasty_turn
Driver._act = lambda driver, parts: None

if __name__ == "__main__":
    sys.exit(main())
