"""``flyweight`` with the gravest fault an engine can have planted in it: it acts first, and commits afterwards.

Its disk is a slow one, so that a kill between the two is a matter of a few tries and not of hundreds.
"""

import asyncio
import sys

from flyweight.cli.main import main
from flyweight.engine.driver import Driver
from flyweight.engine.lanes import Breath
from flyweight.engine.turns import Part

SLOW_DISK = 0.02
"""Seconds."""


async def hasty(driver: Driver, parts: list[Part], breath: Breath) -> None:
    await driver._acting.act(parts, breath)
    await asyncio.sleep(SLOW_DISK)
    await driver._committer.commit(parts)


Driver._finish = hasty

if __name__ == "__main__":
    sys.exit(main())
